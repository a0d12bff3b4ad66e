// Starts the real `confab serve` on free ports with a data directory of its own, and stops it by pid.
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import path from 'node:path';

export const root = fileURLToPath(new URL('../../..', import.meta.url));
export const binary = process.env.CONFAB_BINARY ?? path.join(root, 'build/release/confab');

async function isFree(port, address) {
  const tcp = createServer();
  const udp = createSocket(address.includes(':') ? 'udp6' : 'udp4');
  try {
    const bound = Promise.all([once(tcp, 'listening'), once(udp, 'listening')]);
    const broken = Promise.race([once(tcp, 'error'), once(udp, 'error')]).then(([e]) => { throw e; });
    tcp.listen(port, address);
    udp.bind(port, address);
    await Promise.race([bound, broken]);
    return true;
  } catch {
    return false;
  } finally {
    tcp.close();
    try { udp.close(); } catch { /* it never came up */ }
  }
}

// The first of `count` ports in a row that are free for TCP and UDP.
export async function freePorts(count, address) {
  for (let attempt = 0; attempt < 50; ++attempt) {
    const first = 20000 + Math.floor(Math.random() * 12000);
    const free = [];
    for (let i = 0; i < count; ++i) free.push(await isFree(first + i, address));
    if (free.every(Boolean)) return first;
  }
  throw new Error(`no ${count} free ports in a row on ${address}`);
}

export class Server {
  // mediaAddress: listened on and announced. args, env: further flags and settings. nofile: how many
  // descriptors it may have. stdout: a descriptor to log to, where `log` shall not have it.
  static async start({
    mediaAddress = '127.0.0.1', httpAddress = '127.0.0.1', args = [], env = {}, nofile, stdout = 'pipe',
  } = {}) {
    const server = new Server();
    server.dataDir = await mkdtemp(path.join(tmpdir(), 'confab-test-'));
    server.httpAddress = httpAddress;
    server.mediaAddress = mediaAddress;
    server.args = args;
    server.nofile = nofile;
    server.stdout = stdout;
    server.env = { ...process.env, ...env };
    server.log = [];
    await server.launchOnFreePorts();
    return server;
  }

  get url() { return `http://localhost:${this.httpPort}`; }
  get adminUrl() { return `http://127.0.0.1:${this.adminPort}`; }

  // Another test may take a port between our look at it and the server's.
  async launchOnFreePorts() {
    for (let attemptsLeft = 5; ; --attemptsLeft) {
      this.httpPort = await freePorts(1, this.httpAddress);
      this.adminPort = await freePorts(1, '127.0.0.1');
      this.mediaPort = await freePorts(8, this.mediaAddress);
      try {
        return await this.launch();
      } catch (error) {
        if (attemptsLeft === 0 || !error.message.includes('Address already in use')) throw error;
      }
    }
  }

  async launch() {
    const [program, before] = this.nofile ? ['bash', ['-c', `ulimit -n ${this.nofile}; exec "$0" "$@"`, binary]] : [binary, []];
    this.child = spawn(program, [...before, 'serve',
      '--http', `${this.httpAddress}:${this.httpPort}`,
      '--admin', `127.0.0.1:${this.adminPort}`,
      '--media-address', this.mediaAddress,
      '--media-port', String(this.mediaPort),
      '--data', this.dataDir,
      ...this.args], { stdio: ['ignore', this.stdout, 'pipe'], env: this.env });
    const collect = (chunk) => this.log.push(chunk.toString());
    this.child.stdout?.on('data', collect);
    this.child.stderr.on('data', collect);
    const exited = once(this.child, 'exit').then(([code, signal]) => {
      this.child = undefined;
      return `exit ${code ?? signal}`;
    });
    this.exited = exited;
    for (;;) {
      const state = await Promise.race([
        exited,
        fetch(`http://${this.httpAddress}:${this.httpPort}/livez`).then((r) => (r.ok ? 'up' : 'no'), () => 'no'),
      ]);
      if (state === 'up') return;
      if (state !== 'no') throw new Error(`confab serve: ${state}\n${this.log.join('')}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  // SIGTERM, or SIGKILL where the test is about a crash.
  async kill(signal = 'SIGTERM') {
    if (!this.child) return;
    this.child.kill(signal);
    await this.exited;
  }

  async stop() {
    await this.kill();
    await rm(this.dataDir, { recursive: true, force: true });
  }

  async createRoom() {
    return (await this.makeRoom()).code;
  }

  // What its maker is told: { code, hostKey, ... }. `settings`: of docs/protocol.md, or none.
  async makeRoom(settings) {
    const response = await fetch(`${this.url.replace('localhost', this.httpAddress)}/api/rooms`, {
      method: 'POST',
      ...(settings && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(settings) }),
    });
    if (!response.ok) throw new Error(`POST /api/rooms: ${response.status} ${await response.text()}`);
    return await response.json();
  }

  // The gauges and counters of /metrics: [{ name: 'confab_transports', labels: 'shard="0"', value: 2 }, ...].
  async samples() {
    const text = await (await fetch(`${this.adminUrl}/metrics`)).text();
    const lines = text.split('\n').map((line) => /^([a-z_]+)(?:\{([^}]*)\})? ([-+.\de]+)$/i.exec(line));
    return lines.filter(Boolean).map(([, name, labels = '', value]) => ({ name, labels, value: Number(value) }));
  }

  // Summed over their labels: { confab_transports: 2, ... }.
  async metrics() {
    const sums = {};
    for (const { name, value } of await this.samples()) sums[name] = (sums[name] ?? 0) + value;
    return sums;
  }

  // Waits until a gauge says so; throws after five seconds.
  async untilGauge(name, wanted) {
    let value;
    for (const end = Date.now() + 40_000; Date.now() < end; ) {
      value = (await this.metrics())[name];
      if (value === wanted) return;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    throw new Error(`${name} is ${value}, not ${wanted}`);
  }
}
