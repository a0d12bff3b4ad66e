// The local cluster with `confab loadtest` at its door.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { binary } from '../../browser/lib/server.mjs';
import { TestCluster } from '../../cluster/lib/cluster.mjs';

export async function startCluster(t, args = []) {
  return TestCluster.up(t, ['--media', '2', '--gateways', '1', '--turn', '1', '--without', 'redis,prometheus', ...args]);
}

// Ends with the test at the latest. `finished` is its exit code.
export function startLoad(t, cluster, args = []) {
  const child = spawn(binary, ['loadtest', '--url', cluster.url, '--insecure', '--quiet', '--rooms', '2', '--participants', '3',
    '--video-bitrate', '300000', '--verify-one-in', '50', ...args], { stdio: 'ignore' });
  const finished = once(child, 'exit').then(([code]) => code);
  t.after(async () => {
    child.kill('SIGTERM');
    await finished;
  });
  return { finished, stop: () => child.kill('SIGTERM') };
}

// { name: 'host:port' of its admin listener }, for our own processes.
export function adminPlaces(cluster) {
  const ours = Object.entries(cluster.parts).filter(([, part]) => part.ports.admin);
  return Object.fromEntries(ours.map(([name, part]) => [name, `${cluster.address}:${part.ports.admin}`]));
}
