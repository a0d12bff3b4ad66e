// A Prometheus of a test's own, with the configuration of deploy/ at a pace of seconds. A scrape may
// take as long as the interval is: a busy machine delays it, and one that is given up leaves a gap.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { freePorts, root } from '../../browser/lib/server.mjs';
import { until } from '../../cluster/lib/cluster.mjs';

const deploy = path.join(root, 'deploy/prometheus');

export class Prometheus {
  // Asks `targets` ([{ targets, labels }]), or whom `discovery` (a URL) tells.
  static async start(t, { targets, discovery }) {
    const prometheus = new Prometheus();
    const dir = await mkdtemp(path.join(tmpdir(), 'confab-prometheus-'));
    cpSync(path.join(deploy, 'rules'), path.join(dir, 'rules'), { recursive: true });
    const brief = (text) => text.replace('scrape_interval: 10s', 'scrape_interval: 2s').replace('scrape_timeout: 5s', 'scrape_timeout: 2s\n  evaluation_interval: 1s')
      .replace('http://gateway:4001/sd/prometheus', discovery).replace('refresh_interval: 15s', 'refresh_interval: 1s');
    writeFileSync(path.join(dir, 'prometheus.yml'), brief(readFileSync(path.join(deploy, discovery ? 'prometheus-discovered.yml' : 'prometheus.yml'), 'utf8')));
    const recording = path.join(dir, 'rules/recording.yml');
    writeFileSync(recording, readFileSync(recording, 'utf8').replace('interval: 10s', 'interval: 1s'));
    mkdirSync(path.join(dir, 'targets'));
    writeFileSync(path.join(dir, 'targets/confab.json'), JSON.stringify(targets ?? []));
    prometheus.port = await freePorts(1, '127.0.0.1');
    const said = [];
    const child = spawn('prometheus', [`--config.file=${dir}/prometheus.yml`, `--storage.tsdb.path=${dir}/data`, `--web.listen-address=127.0.0.1:${prometheus.port}`],
      { stdio: ['ignore', 'ignore', 'pipe'] });
    child.stderr.on('data', (chunk) => said.push(chunk.toString()));
    const exited = once(child, 'exit');
    t.after(async () => {
      child.kill('SIGTERM');
      await exited;
      await rm(dir, { recursive: true, force: true });
    });
    await until(`prometheus is up\n${said.join('')}`, async () => (await fetch(`http://127.0.0.1:${prometheus.port}/-/ready`)).ok, 20_000);
    return prometheus;
  }

  async get(resource, query = {}) {
    const response = await fetch(`http://127.0.0.1:${this.port}/api/v1/${resource}?${new URLSearchParams(query)}`);
    const answer = await response.json();
    if (answer.status !== 'success') throw new Error(`${query.query ?? resource}: ${answer.error}`);
    return answer.data;
  }

  // [{ metric, value }]
  async query(expr) {
    const { result } = await this.get('query', { query: expr });
    return result.map(({ metric, value }) => ({ metric, value: Number(value[1]) }));
  }

  // Until a rate over `window` has something to go by at each of `count` targets: one good scrape
  // makes a target "up", and gives no rate.
  async settled(count, window) {
    await until(`each of ${count} targets has samples for a rate`, async () => {
      const [answer] = await this.query(`count(count_over_time(confab_ready[${window}]) >= 3)`);
      return answer?.value === count || answer?.value;
    }, 60_000);
  }

  async targets() { return (await this.get('targets', { state: 'active' })).activeTargets; }
}
