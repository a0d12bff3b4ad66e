// `confab gateway` in front of nodes: real ones, or ones that the test plays.
import { spawn } from 'node:child_process';
import { createServer } from 'node:http';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { binary, freePorts, Server } from '../../browser/lib/server.mjs';
import { sleep } from './client.mjs';

export class Gateway {
  // nodes: [[number, port], ...] on 127.0.0.1.
  static start(t, nodes, args = [], env = {}) {
    const list = nodes.map(([number, port]) => `${number}=127.0.0.1:${port}`).join(',');
    return Gateway.startRole(t, 'gateway', [...(list ? ['--gateway-signaling', list] : []), ...args], env);
  }

  static async startRole(t, role, args = [], env = {}) {
    const gateway = new Gateway();
    gateway.log = [];
    gateway.dataDir = await mkdtemp(path.join(tmpdir(), 'confab-gateway-'));
    gateway.httpPort = await freePorts(1, '127.0.0.1');
    gateway.adminPort = await freePorts(1, '127.0.0.1');
    gateway.child = spawn(binary, [role,
      '--http', `127.0.0.1:${gateway.httpPort}`, '--admin', `127.0.0.1:${gateway.adminPort}`,
      '--data', gateway.dataDir, ...args],
    { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env } });
    for (const out of [gateway.child.stdout, gateway.child.stderr]) out.on('data', (chunk) => gateway.log.push(chunk.toString()));
    gateway.exited = once(gateway.child, 'exit').then(([code, signal]) => {
      gateway.child = undefined;
      return code ?? signal;
    });
    t.after(() => gateway.stop());
    await gateway.until(async () => (await fetch(`${gateway.url}/livez`)).ok, 60_000);
    return gateway;
  }

  get url() { return `http://127.0.0.1:${this.httpPort}`; }
  get adminUrl() { return `http://127.0.0.1:${this.adminPort}`; }
  get logText() { return this.log.join(''); }

  // Until it is so; throws after `ms`, or when the process ends.
  async until(condition, ms = 10_000) {
    const end = Date.now() + ms;
    for (;;) {
      if (await condition().catch(() => false)) return;
      if (!this.child) throw new Error(`confab gateway ended\n${this.logText}`);
      if (Date.now() > end) throw new Error(`not so within ${ms} ms: ${condition}\n${this.logText}`);
      await sleep(20);
    }
  }

  async samples() {
    const text = await (await fetch(`${this.adminUrl}/metrics`)).text();
    const lines = text.split('\n').map((line) => /^([a-z_]+)(?:\{([^}]*)\})? ([-+.\de]+)$/i.exec(line));
    return lines.filter(Boolean).map(([, name, labels = '', value]) => ({ name, labels, value: Number(value) }));
  }

  // The value of one sample, as metric('confab_gateway_dropped_total', 'reason="no_node"').
  async metric(name, labels = '') {
    return (await this.samples()).find((s) => s.name === name && s.labels.includes(labels))?.value;
  }

  async rssKb() {
    const status = await readFile(`/proc/${this.child.pid}/status`, 'utf8');
    return Number(/VmRSS:\s+(\d+)/.exec(status)[1]);
  }

  kill(signal) { this.child?.kill(signal); }

  async stop() {
    this.kill('SIGKILL');
    await this.exited;
    await rm(this.dataDir, { recursive: true, force: true });
  }
}

// Signaling nodes as they are: `confab serve` with numbers, behind a gateway that they believe.
export async function realNodes(t, numbers, args = []) {
  const nodes = [];
  for (const number of numbers) {
    const node = await Server.start({ args: ['--node', String(number), '--http-trusted-proxies', '127.0.0.1', ...args] });
    t.after(() => node.stop());
    nodes.push(node);
  }
  return nodes;
}

// A node that the test plays. `answer(request, response, body)`; what came is in `seen`.
export async function playedNode(t, answer = (request, response) => response.end('ok'), onUpgrade) {
  const seen = [];
  const server = createServer((request, response) => {
    const body = [];
    request.on('data', (chunk) => body.push(chunk));
    request.on('end', () => {
      const text = Buffer.concat(body).toString();
      seen.push({ method: request.method, url: request.url, headers: request.headers, raw: request.rawHeaders, body: text });
      answer(request, response, text);
    });
  });
  server.keepAliveTimeout = 60_000;
  if (onUpgrade) server.on('upgrade', onUpgrade);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => { server.closeAllConnections(); server.close(); });
  return { server, seen, port: server.address().port };
}

// A directory that the test plays: as much of Consul's agent as a gateway asks of it. `services` is
// what it tells; change it by set(). `puts` are the registrations and what followed.
export async function playedConsul(t) {
  const agent = { puts: [], services: {}, registered: new Set(), index: 1, waiting: [] };
  const answer = ({ response, name }) => {
    response.writeHead(200, { 'Content-Type': 'application/json', 'X-Consul-Index': String(agent.index) });
    response.end(JSON.stringify(agent.services[name] ?? []));
  };
  agent.set = (name, instances) => {
    agent.services[name] = instances.map(({ node, port, healthy = true }) => ({
      Node: { Address: '127.0.0.1' },
      Service: { ID: `${name}-${node}-${port}`, Service: name, Tags: ['v1'], Address: '127.0.0.1', Port: port, Meta: { node: String(node), boot: 'b' } },
      Checks: [{ Status: healthy ? 'passing' : 'critical' }],
    }));
    ++agent.index;
    agent.waiting.splice(0).forEach(answer);
  };
  const node = await playedNode(t, (request, response, body) => {
    const url = new URL(request.url, 'http://agent');
    if (request.method === 'PUT') {
      const id = body ? JSON.parse(body).ID : url.pathname.split('/').pop().replace('alive:', '');
      // A beat of somebody it does not know is an error.
      if (url.pathname.includes('/check/pass/')) {
        response.statusCode = agent.registered.has(id) ? 200 : 500;
        return response.end();
      }
      agent.puts.push({ path: url.pathname, body: body && JSON.parse(body) });
      if (body) agent.registered.add(id);
      return response.end();
    }
    const asked = { response, name: url.pathname.split('/').pop() };
    if (Number(url.searchParams.get('index') ?? 0) >= agent.index) return agent.waiting.push(asked);
    return answer(asked);
  });
  agent.url = `http://127.0.0.1:${node.port}`;
  agent.server = node.server;
  return agent;
}
