// Clients of both event sets, and the media parameters that a browser would send (captured ones).
import { readFileSync } from 'node:fs';
import { io } from 'socket.io-client';

const golden = JSON.parse(readFileSync(new URL('../../fixtures/gold-chrome-324.json', import.meta.url), 'utf8'));

export const rtpCapabilities = golden['device.rtpCapabilities'];
export const dtlsParameters = golden['send.connect'].dtlsParameters;
export const audioParameters = golden['produce:audio'].rtpParameters;
export const videoParameters = golden['produce:video-single'].rtpParameters;

export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

// A socket that remembers every event from its first moment on.
export class Client {
  constructor(socket) {
    this.socket = socket;
    this.events = [];
    this.waiting = [];
    socket.onAny((name, payload) => {
      this.events.push({ name, payload });
      this.waiting = this.waiting.filter((w) => !w(name, payload));
    });
  }

  get id() { return this.socket.id; }

  // The payloads of an event so far.
  told(name) { return this.events.filter((e) => e.name === name).map((e) => e.payload); }

  forget() { this.events = []; }

  // The first event of that name, past or to come, that `wanted` accepts.
  event(name, wanted = () => true, ms = 5000) {
    const past = this.told(name).find(wanted);
    if (past !== undefined) return Promise.resolve(past);
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`no ${name} within ${ms} ms; told: ${this.events.map((e) => e.name)}`)), ms);
      this.waiting.push((n, payload) => {
        if (n !== name || !wanted(payload)) return false;
        clearTimeout(timer);
        resolve(payload);
        return true;
      });
    });
  }

  // The acknowledgement's one argument, whatever it is.
  ask(name, payload = {}, ms = 15000) { return this.socket.timeout(ms).emitWithAck(name, payload); }

  // The same, but an error fails the test.
  async get(name, payload) {
    const answer = await this.ask(name, payload);
    if (answer?.error) throw new Error(`${name}: ${JSON.stringify(answer.error)}`);
    return answer;
  }

  // The connection ends as when a network goes: without a goodbye. The client comes back by itself.
  drop() { this.socket.io.engine.transport.ws?.terminate?.() ?? this.socket.io.engine.close(); }

  // What is on its way from the server has arrived when this returns.
  async settle() { await this.socket.timeout(15000).emitWithAck('nothing:asked'); }

  close() { this.socket.disconnect(); }
}

export async function connect(server, { auth, namespace = '/', transports = ['websocket'], reconnection = true, wait = true, extraHeaders } = {}) {
  const socket = io(`http://127.0.0.1:${server.httpPort}${namespace}`, {
    auth, transports, reconnection, reconnectionDelay: 100, reconnectionDelayMax: 300, forceNew: true, extraHeaders,
  });
  const client = new Client(socket);
  if (wait) {
    await new Promise((resolve, reject) => {
      const fail = (error) => {
        socket.disconnect();
        reject(error);
      };
      socket.once('connect_error', fail);
      socket.once('connect', () => {
        socket.off('connect_error', fail);  // later ones are for who comes back
        resolve();
      });
    });
  }
  return client;
}

export const connectOwn = (server, options = {}) => connect(server, { auth: { protocol: 1 }, ...options });

export async function join(server, room, name, more = {}) {
  const client = await connectOwn(server);
  client.joined = await client.get('join', { room, name, ...more });
  return client;
}

export async function makeTransport(client, direction) {
  return client.get('transport:create', { direction });
}

export async function produce(client, source, more = {}) {
  const transport = await makeTransport(client, 'send');
  const isAudio = source === 'microphone' || source === 'screen-audio';
  const { producerId } = await client.get('produce', {
    transportId: transport.id, kind: isAudio ? 'audio' : 'video', source,
    rtpParameters: isAudio ? audioParameters : videoParameters, ...more,
  });
  return { producerId, transportId: transport.id };
}

// Closes every client it made when the test ends, then stops the server.
export function crowd(t, server) {
  const clients = [];
  t.after(async () => {
    for (const client of clients) client.close();
    await server.stop();
  });
  const keep = (client) => { clients.push(client); return client; };
  return {
    join: async (...args) => keep(await join(server, ...args)),
    connect: async (...args) => keep(await connect(server, ...args)),
    connectOwn: async (...args) => keep(await connectOwn(server, ...args)),
    keep,
  };
}
