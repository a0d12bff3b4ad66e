// Signaling and media nodes as processes of their own, on free ports of 127.0.0.1.
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { binary, freePorts } from '../../browser/lib/server.mjs';
import { sleep } from './client.mjs';

export async function until(what, probe, ms = 10_000) {
  let last;
  for (const end = Date.now() + ms; Date.now() < end; await sleep(20)) {
    last = await probe();
    if (last) return last;
  }
  throw new Error(`${what}: not within ${ms} ms, last ${JSON.stringify(last)}`);
}

class Process {
  constructor(role, args, env, adminPort) {
    Object.assign(this, { role, args, env, adminPort, text: '' });
  }

  async start() {
    this.child = spawn(binary, [this.role, ...this.args], { env: { ...process.env, ...this.env }, stdio: ['ignore', 'pipe', 'pipe'] });
    const child = this.child;
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (this.text += chunk));
    this.exited = once(child, 'exit').then(([code, signal]) => {
      if (this.child === child) this.child = undefined;
      return `exit ${code ?? signal}`;
    });
    await until(`confab ${this.role}`, async () => {
      if (!this.child) throw new Error(`confab ${this.role}: ${await this.exited}\n${this.text}`);
      return (await this.status('/livez')) === 200;
    });
  }

  async status(at) { return fetch(`http://127.0.0.1:${this.adminPort}${at}`).then((r) => r.status, () => 0); }

  signal(name) { this.child?.kill(name); }

  async stop() {
    if (!this.child) return;
    this.signal('SIGCONT');
    this.signal('SIGKILL');
    await this.exited;
  }

  // Its events in the order of the lines.
  events(name) {
    return this.text.split('\n').filter((l) => l.startsWith('{')).map((l) => JSON.parse(l)).filter((l) => l.event === name);
  }

  async gauge(name) {
    const text = await (await fetch(`http://127.0.0.1:${this.adminPort}/metrics`)).text();
    let sum = 0;
    for (const [, value] of text.matchAll(new RegExp(`^${name}(?:\\{[^}]*\\})? ([-+.\\de]+)$`, 'gim'))) sum += Number(value);
    return sum;
  }
}

export class Apart {
  // `media`: how many media nodes; they are numbered from 1.
  static async start(t, { media = 2, mediaArgs = [], signalingArgs = [], env = {} } = {}) {
    const self = new Apart();
    self.folder = await mkdtemp(path.join(tmpdir(), 'confab-apart-'));
    self.env = { CONFAB_RPC_SECRET: randomBytes(32).toString('hex'), CONFAB_AUTH_TOKEN_KEY: randomBytes(32).toString('hex'), ...env };
    t.after(() => self.stop());
    self.media = [];
    for (let node = 1; node <= media; ++node) {
      const [rpc, admin, port] = [await freePorts(1, '127.0.0.1'), await freePorts(1, '127.0.0.1'), await freePorts(4, '127.0.0.1')];
      const one = new Process('media', ['--node', String(node), '--rpc-listen', `127.0.0.1:${rpc}`, '--admin', `127.0.0.1:${admin}`,
        '--media-address', '127.0.0.1', '--media-port', String(port), '--data', path.join(self.folder, `media-${node}`), ...mediaArgs], self.env, admin);
      one.node = node;
      one.rpcPort = rpc;
      await one.start();
      self.media.push(one);
    }
    self.httpPort = await freePorts(1, '127.0.0.1');
    const admin = await freePorts(1, '127.0.0.1');
    const nodes = self.media.map((m) => `${m.node}=127.0.0.1:${m.rpcPort}`).join(',');
    self.signaling = new Process('signaling', ['--http', `127.0.0.1:${self.httpPort}`, '--admin', `127.0.0.1:${admin}`,
      '--media-node', nodes, '--data', path.join(self.folder, 'signaling'), ...signalingArgs], self.env, admin);
    await self.signaling.start();
    await until('every media node', async () => (await self.signaling.gauge('confab_media_node_up')) === media);
    await until('ready', async () => (await self.signaling.status('/readyz')) === 200);
    return self;
  }

  get url() { return `http://127.0.0.1:${this.httpPort}`; }

  async stop() {
    await Promise.all([this.signaling, ...this.media].filter(Boolean).map((p) => p.stop()));
    await rm(this.folder, { recursive: true, force: true });
  }

  async createRoom() {
    const response = await fetch(`${this.url}/api/rooms`, { method: 'POST' });
    if (!response.ok) throw new Error(`POST /api/rooms: ${response.status} ${await response.text()}`);
    return (await response.json()).code;
  }

  // The media nodes that meetings are open on.
  async homes() {
    const found = [];
    for (const one of this.media) if (one.child && (await one.gauge('confab_media_meetings')) > 0) found.push(one);
    return found;
  }

  // People with synthetic media, all of whom hear and see all others; `report()` ends with theirs.
  call(participants, seconds) {
    const child = spawn(binary, ['loadtest', '--url', this.url, '--participants', String(participants), '--duration', String(seconds), '--quiet', '--json', '-'],
      { stdio: ['ignore', 'pipe', 'pipe'] });
    let [out, err] = ['', ''];
    child.stdout.on('data', (chunk) => (out += chunk));
    child.stderr.on('data', (chunk) => (err += chunk));
    const ended = once(child, 'exit').then(([code]) => {
      if (code !== 0) throw new Error(`confab loadtest: exit ${code}\n${err}`);
      return JSON.parse(out);
    });
    ended.catch(() => {});
    return { report: () => ended };
  }
}
