// Each alert of deploy/prometheus fires when its cause is there: processes are killed and frozen, packets
// lost, descriptors and a disk used up, the database and the directory made to go away or to refuse.
// Prometheus and the causes are real; of the rule file each `for:` and each window is cut to seconds
// (lib/short_rules.mjs), since an alert that waits for five minutes would make this test as long.
import test from 'node:test';
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { io } from 'socket.io-client';
import { binary, freePorts, root, Server } from '../browser/lib/server.mjs';
import { sleep } from '../system/lib/client.mjs';
import { until } from '../cluster/lib/cluster.mjs';
import { ConsulAgent } from '../cluster/lib/consul.mjs';
import { adminPlaces, makeKey, startCluster } from './lib/cluster.mjs';
import { startLossyRelay } from './lib/lossy_relay.mjs';
import { Prometheus } from './lib/prometheus.mjs';
import { alertNames, shortRules } from './lib/short_rules.mjs';

const alerts = alertNames(readFileSync(path.join(root, 'deploy/prometheus/rules/alerts.yml'), 'utf8'));
const hasConsul = process.env.CONFAB_CONSUL !== undefined;
// What is only there when something else is away.
const later = ['ConfabChatWaits', 'ConfabNotReady', 'ConfabChatLost', 'ConfabAuditLost', 'ConfabWebhooksGivenUp', 'ConfabMediaNodeDown', 'ConfabNoMediaNode',
  'ConfabMeetingsLost', 'ConfabNoSignalingNode', 'ConfabGatewayErrors', 'ConfabDiscoveryAway'];
const ofDirectory = ['ConfabDiscoveryAway', 'ConfabSettingRefused'];

// A process that is another's child, and ends with the test.
function begin(t, program, args, options = {}) {
  const child = spawn(program, args, { stdio: 'ignore', ...options });
  const exited = once(child, 'exit');
  t.after(async () => {
    child.kill('SIGKILL');
    await exited;
  });
  return child;
}

const load = (t, url, args = []) => begin(t, binary, ['loadtest', '--url', url, '--insecure', '--quiet', '--rooms', '1', '--participants', '8',
  '--video-bitrate', '300000', '--verify-one-in', '50', '--duration', '100', '--ramp', '50', ...args]);

// As another release would say: its build has one character less in common.
function otherBuild(t) {
  const file = path.join(tmpdir(), `confab-other-${process.pid}`);
  const build = execFileSync(binary, ['--version'], { encoding: 'utf8' }).trim();
  const bytes = readFileSync(binary);
  const changed = Buffer.from(build);
  changed[changed.length - 1] = changed.at(-1) === 0x78 ? 0x79 : 0x78;
  let found = 0;
  for (let at = bytes.indexOf(build); at >= 0; at = bytes.indexOf(build, at + 1), ++found) changed.copy(bytes, at);
  assert.ok(found > 0, `the build ${build} stands in the executable`);
  writeFileSync(file, bytes);
  chmodSync(file, 0o755);
  t.after(() => rmSync(file, { force: true }));
  return file;
}

// For a moment again and again: a machine that gives a process no time.
async function starve(pid, { stopMs, runMs, times }) {
  for (let i = 0; i < times; ++i) {
    process.kill(pid, 'SIGSTOP');
    await sleep(stopMs);
    process.kill(pid, 'SIGCONT');
    await sleep(runMs);
  }
}

// As many connections as there are descriptors for: sockets of the API, on which something was asked, and of media.
function crowd(t, server, count) {
  const people = Array.from({ length: count }, () => io(server.url, { auth: { protocol: 1 }, transports: ['websocket'], forceNew: true, reconnectionDelayMax: 500 }));
  const media = new Set();
  const timer = setInterval(() => {
    while (media.size < count) {
      const socket = connect(server.mediaPort, '127.0.0.1').on('error', () => undefined);
      media.add(socket.once('close', () => media.delete(socket)));
    }
  }, 200);
  t.after(() => {
    clearInterval(timer);
    people.forEach((socket) => socket.close());
    media.forEach((socket) => socket.destroy());
  });
}

test('each alert fires when its cause is there, and none before', { timeout: 170_000 }, async (t) => {
  const cluster = await startCluster(t, ['--without', 'redis,prometheus,logs', '--set', 'CONFAB_MEDIA_CONSENT_TIMEOUT=5s', '--set', 'CONFAB_MEDIA_RECEIVE_BUFFER_BYTES=64KiB']);
  // By themselves: what has few descriptors, a full disk, no folder for its logs any more, a network that loses.
  const logDir = await mkdtemp(path.join(tmpdir(), 'confab-gone-')), diskDir = await mkdtemp(path.join(tmpdir(), 'confab-full-'));
  t.after(() => rmSync(diskDir, { recursive: true, force: true }));
  const few = await Server.start({ nofile: 56 });
  const fullDisk = await Server.start({ env: { CONFAB_LOG_FILE: path.join(diskDir, 'full.log') }, args: ['--log-level', 'debug'] });
  const noFolder = await Server.start({ args: ['--log-dir', logDir, '--log-file-bytes-max', '1KiB', '--log-level', 'debug'] });
  const lossy = await Server.start({ mediaAddress: '127.0.0.1=127.0.0.9', args: ['--media-tcp', 'false', '--media-shards', '1'] });
  const alone = [few, fullDisk, noFolder, lossy];
  for (const each of alone) t.after(() => each.stop());
  const loss = { share: 0 };
  await startLossyRelay(t, { listen: '127.0.0.9', to: '127.0.0.1', port: lossy.mediaPort, loss });
  const other = { http: await freePorts(1, '127.0.0.1'), admin: await freePorts(1, '127.0.0.1') };
  const targets = Object.entries(adminPlaces(cluster)).map(([name, at]) => ({ targets: [at], labels: { service: name.replace(/-\d$/, '') } }));
  for (const { adminPort } of alone) targets.push({ targets: [`127.0.0.1:${adminPort}`], labels: { service: 'confab' } });
  const prometheus = await Prometheus.start(t, { targets, shorten: shortRules, every: '1s' });

  const fired = new Set();
  const look = async () => {
    for (const { labels, state } of (await prometheus.get('alerts')).alerts) {
      if (state === 'firing') fired.add(labels.alertname);
    }
  };
  const watch = setInterval(() => void look().catch(() => undefined), 500);
  t.after(() => clearInterval(watch));
  const missing = (names) => names.filter((name) => !fired.has(name));
  const untilFired = (...names) => until(names.join(), async () => {
    await look();
    return missing(names).length === 0 || `not yet: ${missing(names)}`;
  }, 40_000);

  const room = await cluster.createRoom();
  const ada = await cluster.join(room, 'Ada', { transports: true });
  await prometheus.settled(targets.length, '20s');
  await look();
  assert.deepEqual([...fired], [], 'nothing is wrong yet');

  // ---- what each suffers while the others are well ----
  load(t, lossy.url);
  const leaving = load(t, cluster.url);
  const { parts } = await cluster.status();
  await until('they are in', async () => (await cluster.metric('confab_participants', '', 'signaling-1')) >= 9, 30_000);
  loss.share = 0.25;
  crowd(t, few, 60);
  // A disk that is full: no file of the process may grow.
  execFileSync('prlimit', ['--pid', String(fullDisk.child.pid), '--fsize=4096:unlimited']);
  rmSync(logDir, { recursive: true, force: true });
  const busy = setInterval(() => [fullDisk, noFolder].forEach(({ url }) => {
    const socket = io(url, { auth: { protocol: 1 }, transports: ['websocket'], forceNew: true, reconnection: false });
    socket.on('connect', () => socket.close());
  }), 200);
  t.after(() => clearInterval(busy));
  const nag = setInterval(() => void ada.ask('produce', { transportId: 'none' }).catch(() => undefined), 50);
  if (hasConsul) await new ConsulAgent(cluster).put('call/participants_max', 'many');
  await cluster.do('kill', 'coturn-1');
  const wrong = begin(t, otherBuild(t), ['web', '--web-root', path.join(root, 'ui/out'), '--http', `127.0.0.1:${other.http}`, '--admin', `127.0.0.1:${other.admin}`]);
  prometheus.ask([...targets, { targets: [`127.0.0.1:${other.admin}`], labels: { service: 'web' } }]);
  await Promise.all([
    ...['media-1', 'media-2'].map(async (name) => {
      // Short, and packets wait; long, and the kernel's buffer runs over.
      await starve(parts[name].pid, { stopMs: 80, runMs: 80, times: 40 });
      await starve(parts[name].pid, { stopMs: 600, runMs: 200, times: 5 });
    }),
    starve(parts['signaling-1'].pid, { stopMs: 300, runMs: 200, times: 20 }),
  ]);
  assert.equal(wrong.exitCode, null);
  await look();
  clearInterval(nag);
  leaving.kill('SIGKILL');
  // Three times a process that begins again, and then is gone.
  for (let i = 0; i < 3; ++i) {
    await cluster.do('kill', 'web');
    await cluster.do('restart', 'web');
    await sleep(1200);
  }
  await cluster.do('kill', 'web');
  await untilFired(...alerts.filter((name) => !later.includes(name) && (hasConsul || !ofDirectory.includes(name))));

  // ---- the database: refuses what it is given, is away, and refuses what waited for it ----
  const sql = (text) => execFileSync('psql', ['-q', '-d', cluster.databaseUrl, '-c', text]);
  const key = makeKey(cluster, ['webhooks']);
  const { headers } = key;
  await until('the key is taken', async () => {
    const { status, text } = await cluster.fetch('/api/webhooks', { headers });
    return status === 200 || text;
  });
  const hook = () => cluster.fetch('/api/webhooks', { method: 'POST', headers, body: JSON.stringify({ url: 'http://localhost:1/' }) });
  assert.equal((await hook()).status, 201);
  for (const table of ['audit', 'deliveries', 'chat']) sql(`ALTER TABLE ${table} ADD CONSTRAINT refused CHECK (false) NOT VALID`);
  await hook();
  (await cluster.join(room, 'Ben')).close();
  await cluster.do('kill', 'postgres');
  await ada.get('chat:send', { text: 'waits' });
  await untilFired('ConfabChatWaits', 'ConfabNotReady');
  await cluster.do('restart', 'postgres');
  await untilFired('ConfabChatLost', 'ConfabAuditLost', 'ConfabWebhooksGivenUp');

  // ---- one after the other goes ----
  if (hasConsul) await cluster.do('kill', 'consul');
  await cluster.do('kill', 'media-1');
  await untilFired('ConfabMediaNodeDown');
  await cluster.do('kill', 'media-2');
  await untilFired('ConfabNoMediaNode', 'ConfabMeetingsLost');
  await cluster.do('kill', 'signaling-1');
  const ask = setInterval(() => void cluster.fetch('/api/config').catch(() => undefined), 100);
  t.after(() => clearInterval(ask));
  await untilFired(...later.filter((name) => hasConsul || !ofDirectory.includes(name)));
  assert.deepEqual(missing(alerts).filter((name) => hasConsul || !ofDirectory.includes(name)), []);
});
