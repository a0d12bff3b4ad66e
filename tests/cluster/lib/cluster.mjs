// A local cluster of a test, and clients that come to it by nginx.
import { execFile, execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, chmod } from 'node:fs/promises';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { io } from 'socket.io-client';
import { binary, root } from '../../browser/lib/server.mjs';
import { Client } from '../../system/lib/client.mjs';

const tool = path.join(root, 'deploy/local-cluster');

export class TestCluster {
  static async up(t, args = []) {
    const cluster = new TestCluster();
    // The users of PostgreSQL and nginx must get into it.
    cluster.dir = path.join(await mkdtemp(path.join(tmpdir(), 'confab-cluster-')), 'state');
    await chmod(path.dirname(cluster.dir), 0o755);
    cluster.clients = [];
    const begun = Date.now();
    const { stdout } = await promisify(execFile)(tool, ['up', '--json', '--binary', binary, '--dir', cluster.dir, ...args]);
    cluster.upAfterMs = Date.now() - begun;
    Object.assign(cluster, JSON.parse(stdout));
    t.after(() => cluster.down());
    cluster.ca = readFileSync(cluster.certificate);
    return cluster;
  }

  async down() {
    for (const client of this.clients) client.close();
    await this.do('down');
    execFileSync('rm', ['-rf', path.dirname(this.dir)]);
  }

  // kill, stop, cont, restart, drain PART.
  async do(word, ...part) {
    return await promisify(execFile)(tool, [word, ...part, '--dir', this.dir]);
  }
  async status() { return JSON.parse((await this.do('status', '--json')).stdout); }

  // { status, headers, text } of a request that comes by nginx.
  async fetch(resource, { method = 'GET', headers = {}, body } = {}) {
    return await new Promise((resolve, reject) => {
      const asked = request(`${this.url}${resource}`, { method, headers, ca: this.ca, agent: false }, (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (chunk) => { text += chunk; })
          .on('end', () => resolve({ status: response.statusCode, headers: response.headers, text }));
      });
      asked.once('error', reject);
      asked.end(body);
    });
  }

  async createRoom() {
    const { status, text } = await this.fetch('/api/rooms', { method: 'POST' });
    if (status !== 201) throw new Error(`POST /api/rooms: ${status} ${text}`);
    return JSON.parse(text).code;
  }

  async connect({ transports = ['websocket'] } = {}) {
    const socket = io(this.url, {
      auth: { protocol: 1 }, transports, ca: this.ca, reconnectionDelay: 100, reconnectionDelayMax: 500, forceNew: true,
    });
    const client = new Client(socket);
    this.clients.push(client);
    await new Promise((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('connect_error', reject);
    });
    return client;
  }

  async join(room, name, more = {}) {
    const client = await this.connect();
    client.joined = await client.get('join', { room, name, ...more });
    return client;
  }

  // The gauges and counters of confab, or of one of its parts, summed over their labels, or those whose
  // labels hold a text.
  async metric(name, labels = '', part = 'confab') {
    const text = await (await fetch(`http://${this.address}:${this.parts[part].ports.admin}/metrics`)).text();
    const lines = text.split('\n').filter((line) => line.startsWith(name) && line.includes(labels));
    return lines.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0);
  }
}

// Of one part, asked at its admin listener.
export async function isReady(cluster, part) {
  const url = `http://${cluster.address}:${cluster.parts[part].ports.admin}/readyz`;
  return (await fetch(url).catch(() => undefined))?.status === 200;
}

// Asks until it is so; throws with the last answer.
export async function until(what, probe, ms = 10_000) {
  let last;
  for (const end = Date.now() + ms; Date.now() < end; await new Promise((resolve) => { setTimeout(resolve, 50); })) {
    last = await probe().catch((error) => error.message);
    if (last === true) return;
  }
  throw new Error(`${what}: not within ${ms} ms; last ${JSON.stringify(last)}`);
}
