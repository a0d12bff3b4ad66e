// HTTP as bytes, for what no client library would send, and from which of the loopback addresses.
import { connect as connectTcp, createServer } from 'node:net';
import { once } from 'node:events';
import { Server } from '../../browser/lib/server.mjs';
import { crowd } from './client.mjs';

// A server, stock clients of it, and connections that are held until the test ends.
export async function serverWithPeers(t, args = [], more = {}) {
  const server = await Server.start({ args, ...more });
  const people = crowd(t, server);
  const held = [];
  t.after(() => { for (const connection of held) connection.socket.destroy(); });
  const keep = (connection) => { held.push(connection); return connection; };
  return {
    server,
    people,
    hold: async (options) => keep(await open(server, options)),
    holdWebSocket: async (options) => keep(await openWebSocket(server, options)),
  };
}

// A TCP connection that remembers what it heard. `closed` resolves when it ended, however.
export async function open(server, { from = '127.0.0.1', port = server.httpPort } = {}) {
  const socket = connectTcp({ host: '127.0.0.1', port, localAddress: from });
  const connection = { socket, heard: '', isClosed: false };
  socket.on('error', () => {});
  socket.on('data', (chunk) => { connection.heard += chunk.toString('latin1'); });
  connection.closed = once(socket, 'close').then(() => { connection.isClosed = true; }, () => { connection.isClosed = true; });
  await Promise.race([once(socket, 'connect'), connection.closed]);
  return connection;
}

// Sends and waits until the server closes, or for `ms`. What came back, and whether it closed.
export async function exchange(server, bytes, { ms = 3000, ...options } = {}) {
  const connection = await open(server, options);
  connection.socket.write(bytes, 'latin1');
  let timer;
  const late = new Promise((resolve) => { timer = setTimeout(resolve, ms); });
  await Promise.race([connection.closed, late]);
  clearTimeout(timer);
  connection.socket.destroy();
  return { text: connection.heard, isClosed: connection.isClosed, statuses: statuses(connection.heard) };
}

export const statuses = (text) => [...text.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map((m) => Number(m[1]));

// One request, `Connection: close`; its status and body.
export async function request(server, method, path, { headers = {}, from, port } = {}) {
  const lines = { Host: `127.0.0.1:${port ?? server.httpPort}`, Connection: 'close', ...headers };
  const head = Object.entries(lines).flatMap(([name, value]) => [value].flat().map((v) => `${name}: ${v}\r\n`)).join('');
  const length = method === 'POST' ? 'Content-Length: 0\r\n' : '';
  const { text } = await exchange(server, `${method} ${path} HTTP/1.1\r\n${head}${length}\r\n`, { from, port });
  const end = text.indexOf('\r\n\r\n');
  return { status: statuses(text)[0] ?? 0, head: text.slice(0, end), body: text.slice(end + 4) };
}

// Ports of 127.0.0.1 that were free a moment ago.
export async function freePorts(count) {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map((s) => once(s, 'listening')));
  const ports = servers.map((s) => s.address().port);
  await Promise.all(servers.map((s) => new Promise((resolve) => { s.close(resolve); })));
  return ports;
}

// A frame of a client, masked with zeros.
export function frame(opcode, payload, { isLast = true } = {}) {
  const data = Buffer.from(payload);
  const head = data.length < 126 ? Buffer.from([0, 0x80 | data.length])
    : Buffer.from([0, 0x80 | 126, data.length >> 8, data.length & 0xff]);
  head[0] = (isLast ? 0x80 : 0) | opcode;
  return Buffer.concat([head, Buffer.alloc(4), data]);
}

// A WebSocket whose frames the test writes itself. `status` is what the handshake was answered with.
export async function openWebSocket(server, { headers = {}, ...options } = {}) {
  const connection = await open(server, options);
  const more = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`).join('');
  connection.socket.write(`GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: 127.0.0.1:${server.httpPort}\r\n`
    + `Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n${more}\r\n`);
  for (const end = Date.now() + 3000; Date.now() < end && !connection.isClosed && !connection.heard.includes('\r\n\r\n'); ) {
    await new Promise((resolve) => { setTimeout(resolve, 5); });
  }
  connection.status = statuses(connection.heard)[0] ?? 0;
  return connection;
}
