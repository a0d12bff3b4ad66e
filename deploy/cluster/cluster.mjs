// The parts together: in which order they start, what is remembered of them, and what may be done to
// one of them while the others run.
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as parts from './parts.mjs';
import { Ports } from './ports.mjs';
import { isAlive, launch, signal, stateOf, untilDead, untilReady } from './process.mjs';

const root = path.join(parts.deploy, '..');
const stateFile = (dir) => path.join(dir, 'state.json');
const markOf = (dir) => path.join(dir, 'local-cluster');
const secret = () => randomBytes(32).toString('hex');
const dirOf = ({ dir }) => path.resolve(dir ?? path.join(root, 'build/cluster'));

export class Cluster {
  constructor(dir, state) {
    this.dir = dir;
    this.state = state;
  }

  static async load(options) {
    const dir = dirOf(options);
    if (!existsSync(stateFile(dir))) throw new Error(`nothing runs from ${dir}: begin with up`);
    return new Cluster(dir, JSON.parse(readFileSync(stateFile(dir), 'utf8')));
  }

  // options: { dir, binary, address, turn, media, gateways, without }. media: 0 is all in one process.
  static async up(options) {
    const dir = dirOf(options);
    if (existsSync(stateFile(dir))) throw new Error(`one runs from ${dir} already: down ends it`);
    // What is deleted here and by down is ours: a folder that holds anything else is refused.
    if (existsSync(dir) && readdirSync(dir).length > 0 && !existsSync(markOf(dir))) {
      throw new Error(`${dir} is not empty: name another folder`);
    }
    rmSync(dir, { recursive: true, force: true });
    // The users of PostgreSQL and of nginx's workers must find their folders in it.
    mkdirSync(dir, { recursive: true, mode: 0o755 });
    writeFileSync(markOf(dir), 'made by deploy/local-cluster, which deletes this folder\n');
    const binary = path.resolve(options.binary ?? process.env.CONFAB_BINARY ?? path.join(root, 'build/release/confab'));
    if (!existsSync(binary)) throw new Error(`there is no ${binary}: ./dev build`);
    const cluster = new Cluster(dir, { parts: {}, missing: [] });
    const context = {
      dir, binary, address: options.address, ports: new Ports(options.address),
      secrets: { postgres: secret(), redis: secret(), turn: secret(), rpc: secret(), token: secret(), logs: secret() },
    };
    try {
      await cluster.start(context, options);
    } catch (error) {
      await cluster.down({ keepLogs: true });
      throw error;
    }
    return cluster;
  }

  async start(context, { turn, without, media, gateways }) {
    const wants = (name) => !without.includes(name);
    const { certificate, key } = context.tls = parts.makeCertificate(context);
    Object.assign(this.state, { address: context.address, certificate, key, turnSecret: context.secrets.turn });
    const turnUrls = [];
    const alone = [];
    for (let n = 1; n <= turn; ++n) {
      const made = await parts.coturn(context, `coturn-${n}`);
      turnUrls.push(...made.urls);
      alone.push(this.begin(`coturn-${n}`, made));
    }
    if (wants('redis')) alone.push(this.begin('redis', await parts.redis(context)));
    const consul = wants('consul') ? parts.findConsul() : undefined;
    if (consul) {
      const made = await parts.consul(context, consul);
      context.consul = made.url;
      alone.push(this.begin('consul', made));
    } else if (wants('consul')) {
      this.state.missing.push('consul is not on this machine, and so not started (tools/consul fetches one): parts find each other by lists');
    }
    let databaseUrl;
    if (wants('postgres')) {
      const made = await parts.postgres(context);
      databaseUrl = made.url;
      await this.begin('postgres', made);
    }
    const ours = media > 0 ? await this.apart(context, { media, gateways, databaseUrl, turnUrls })
      : { confab: await parts.serve(context, { databaseUrl, turnUrls }) };
    if (wants('logs')) ours.logs = await parts.logs(context);
    for (const [name, made] of Object.entries(ours)) alone.push(this.begin(name, made));
    const places = (role) => Object.entries(ours).filter(([name]) => name.startsWith(role))
      .map(([, made]) => `${context.address}:${made.ports.http}`);
    const doors = places('gateway');
    const all = places('confab');
    const door = await parts.nginx(context, media > 0 ? { web: places('web'), api: doors, sockets: doors } : { web: all, api: all, sockets: all });
    alone.push(this.begin('nginx', door));
    if (wants('prometheus')) {
      const targets = Object.entries(ours).map(([name, made]) => ({ targets: [`${context.address}:${made.ports.admin}`], labels: { service: name } }));
      alone.push(this.begin('prometheus', await parts.prometheus(context, targets)));
    }
    // All of them are waited for, so that none is left behind by another's failure.
    const failed = (await Promise.allSettled(alone)).find((one) => one.status === 'rejected');
    if (failed) throw failed.reason;
    Object.assign(this.state, { url: door.url, databaseUrl, turnUrls });
    this.save();
    // Apart, they are up before they have found each other.
    await Promise.all(Object.keys(ours).map((name) => this.untilFound(name)));
  }

  // Each role as processes of its own. Signaling is one: a meeting belongs to one node.
  async apart(context, { media, gateways, databaseUrl, turnUrls }) {
    const ours = {};
    const mediaNodes = [];
    for (let n = 1; n <= media; ++n) {
      const made = ours[`media-${n}`] = await parts.media(context, n);
      mediaNodes.push(made.place);
    }
    const signaling = ours['signaling-1'] = await parts.signaling(context, { databaseUrl, turnUrls, mediaNodes });
    for (let n = 1; n <= gateways; ++n) ours[`gateway-${n}`] = await parts.gateway(context, n, [signaling.place]);
    ours.web = await parts.web(context);
    return ours;
  }

  async begin(name, { spec, ready, ports }) {
    // What was killed leaves it behind, and its corpse looks alive where nobody buries it.
    if (spec.lock) rmSync(spec.lock, { force: true });
    const running = await launch(spec);
    this.state.parts[name] = { ...running, spec, ready, ports };
    this.save();
    await untilReady(name, running, ready, spec.log);
  }

  async untilFound(name) {
    const part = this.part(name);
    const door = { kind: 'http', host: part.ready.host, port: part.ports.admin, path: '/readyz' };
    await untilReady(name, part, door, part.spec.log);
  }

  // It holds secrets, and whoever writes it is killed now and then.
  save() {
    const file = stateFile(this.dir);
    writeFileSync(`${file}.new`, JSON.stringify(this.state, null, 2), { mode: 0o600 });
    renameSync(`${file}.new`, file);
  }

  about() {
    const all = Object.entries(this.state.parts).map(([name, part]) => [name,
      { pid: part.pid, state: stateOf(part), ports: part.ports, log: part.spec.log }]);
    const { url, address, certificate, turnUrls, databaseUrl, missing } = this.state;
    return { dir: this.dir, url, address, certificate, databaseUrl, turnUrls, missing, parts: Object.fromEntries(all) };
  }

  part(name) {
    const part = this.state.parts[name];
    if (!part) throw new Error(`there is no part ${name}; there are ${Object.keys(this.state.parts).join(', ')}`);
    return part;
  }

  send(name, what) {
    if (!signal(this.part(name), what, { group: true })) throw new Error(`${name} does not run: restart starts it`);
  }
  async kill(name) {
    this.send(name, 'SIGKILL');
    await untilDead(this.part(name), 5000);
  }
  stop(name) { this.send(name, 'SIGSTOP'); }
  cont(name) { this.send(name, 'SIGCONT'); }
  drain(name) { if (!signal(this.part(name), 'SIGTERM')) throw new Error(`${name} does not run`); }

  async restart(name) {
    const part = this.part(name);
    await this.end(part);
    await this.begin(name, part);
  }

  async end(part) {
    if (!isAlive(part)) return;
    signal(part, 'SIGCONT', { group: true });
    signal(part, part.spec.stopSignal ?? 'SIGTERM');
    // confab drains for its 30 s while somebody is in a call: a second signal does not wait.
    if (await untilDead(part, 3000)) return;
    signal(part, part.spec.stopSignal ?? 'SIGTERM');
    if (await untilDead(part, 3000)) return;
    signal(part, 'SIGKILL', { group: true });
    await untilDead(part, 3000);
  }

  async down({ keepLogs = false } = {}) {
    // The door first, then what is behind it.
    const order = Object.keys(this.state.parts).reverse();
    for (const name of order.filter((one) => one !== 'postgres')) await this.end(this.part(name));
    if (this.state.parts.postgres) await this.end(this.part('postgres'));
    if (keepLogs) rmSync(stateFile(this.dir), { force: true });
    else rmSync(this.dir, { recursive: true, force: true });
  }
}
