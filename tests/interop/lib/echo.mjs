// The echo server of this folder, and how the tests talk to it: by hand, so that every byte is seen.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import WebSocket from 'ws';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const places = [process.env.CONFAB_SOCKETIO_ECHO, `${root}build/release/socketio_echo`,
                `${root}build/dev/socketio_echo`];

export const PING_INTERVAL = 300;
export const PING_TIMEOUT = 200;
export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

export async function startEcho(...options) {
  const program = places.find((place) => place && existsSync(place));
  assert(program, 'socketio_echo is not built: ./dev build release tests/interop/all');
  const child = spawn(program, ['--port', '0', ...options], { stdio: ['ignore', 'pipe', 'inherit'] });
  process.once('exit', () => child.kill());
  const [line] = await once(createInterface({ input: child.stdout }), 'line');
  const port = Number(/port (\d+)/.exec(line)[1]);
  const scheme = options.includes('--tls') ? 'https' : 'http';
  return {
    port,
    url: (path, query = {}) => `${scheme}://127.0.0.1:${port}${path}?${new URLSearchParams({ EIO: 4, ...query })}`,
    residentKb: () => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))[1]),
    // Ends it as an operator would; the exit code shows what a sanitizer thinks of the run.
    async stop() {
      child.kill('SIGTERM');
      const [code] = await once(child, 'exit');
      assert.equal(code, 0, 'socketio_echo did not end well');
    },
  };
}

// A polling session.
export class Polling {
  constructor(echo, path, sid, handshake) {
    Object.assign(this, { echo, path, sid, handshake });
  }
  static async open(echo, path) {
    const response = await fetch(echo.url(path, { transport: 'polling' }));
    assert.equal(response.status, 200);
    const text = await response.text();
    assert.equal(text[0], '0');
    const handshake = JSON.parse(text.slice(1));
    return new Polling(echo, path, handshake.sid, handshake);
  }
  get url() {
    return this.echo.url(this.path, { transport: 'polling', sid: this.sid });
  }
  get(options) {
    return fetch(this.url, options);
  }
  async poll() {
    const response = await this.get();
    return { status: response.status, body: await response.text() };
  }
  async post(body) {
    const response = await fetch(this.url, { method: 'POST', body });
    return { status: response.status, body: await response.text() };
  }
}

// A WebSocket whose frames wait until they are asked for.
export class Frames {
  constructor(echo, path, query = {}) {
    this.queue = [];
    this.waiting = [];
    const url = echo.url(path, { transport: 'websocket', ...query }).replace('http', 'ws');
    this.socket = new WebSocket(url, { perMessageDeflate: false, rejectUnauthorized: false });
    this.socket.on('message', (data, isBinary) => this.#put(isBinary ? data : data.toString()));
    this.socket.on('error', (error) => {
      this.refusal = Number(/server response: (\d+)/.exec(error.message)?.[1]);
    });
    // Not once(): it fails on an error, which here is what some tests want to see.
    this.closed = new Promise((resolve) => this.socket.on('close', resolve)).then(() => this.#put(undefined));
    this.opened = Promise.race([new Promise((resolve) => this.socket.on('open', resolve)), this.closed]);
  }
  #put(frame) {
    const next = this.waiting.shift();
    if (next) next(frame);
    else this.queue.push(frame);
  }
  // The next frame; undefined when the socket is closed.
  next() {
    if (this.queue.length > 0) return Promise.resolve(this.queue.shift());
    return new Promise((resolve) => this.waiting.push(resolve));
  }
  // The next frame that is not a ping; pings are answered.
  async nextAnswered() {
    for (;;) {
      const frame = await this.next();
      if (frame !== '2') return frame;
      this.socket.send('3');
    }
  }
  send(data) {
    this.socket.send(data);
  }
  close() {
    this.socket.close();
    return this.closed;
  }
}

// Bytes over TCP, until the server closes; what it said, and after how long it closed. `rest` is sent
// when the server has said something.
export async function raw(echo, bytes, { keepOpenMs = 0, rest } = {}) {
  const socket = connect(echo.port, '127.0.0.1');
  await once(socket, 'connect');
  const began = Date.now();
  let text = '';
  socket.on('data', (data) => (text += data));
  socket.on('error', () => {});
  if (rest) socket.once('data', () => socket.write(rest));
  socket.write(bytes);
  if (keepOpenMs > 0) setTimeout(() => socket.destroy(), keepOpenMs);
  await once(socket, 'close');
  return { text, status: Number(/^HTTP\/1.1 (\d+)/.exec(text)?.[1]), ms: Date.now() - began };
}
