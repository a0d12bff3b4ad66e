// The same server behind TLS.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import https from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { once } from 'node:events';
import { after, before, test } from 'node:test';
import { io } from 'socket.io-client';
import { Frames, raw, startEcho } from './lib/echo.mjs';

const folder = mkdtempSync(join(tmpdir(), 'confab-tls-'));
let echo;
before(async () => {
  const [certificate, key, both] = ['cert.pem', 'key.pem', 'both.pem'].map((name) => join(folder, name));
  execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes',
    '-days', '1', '-subj', '/CN=localhost', '-keyout', key, '-out', certificate], { stdio: 'ignore' });
  writeFileSync(both, readFileSync(certificate) + readFileSync(key));
  echo = await startEcho('--tls', both);
});
after(async () => {
  await echo.stop();
  rmSync(folder, { recursive: true });
});

test('serves polling', async () => {
  const request = https.get(echo.url('/engine.io/', { transport: 'polling' }), { rejectUnauthorized: false });
  const [response] = await once(request, 'response');
  assert.equal(response.statusCode, 200);
  const [body] = await once(response.setEncoding('utf8'), 'data');
  assert.equal(body[0], '0');
});

test('serves WebSockets', async () => {
  const frames = new Frames(echo, '/engine.io/');
  assert.equal((await frames.next())[0], '0');
  const large = '4'.repeat(1_000_000);
  frames.send(large);
  assert.equal(await frames.nextAnswered(), large);
  await frames.close();
});

test('serves the stock client through its upgrade', async () => {
  const socket = io(`https://127.0.0.1:${echo.port}`, { forceNew: true, rejectUnauthorized: false });
  await once(socket, 'auth');
  if (socket.io.engine.transport.name !== 'websocket') await once(socket.io.engine, 'upgrade');
  assert.equal(await socket.timeout(2000).emitWithAck('message-with-ack', 'x'), 'x');
  socket.disconnect();
});

test('refuses old versions of TLS', async () => {
  const socket = connect({ port: echo.port, maxVersion: 'TLSv1.1', minVersion: 'TLSv1', rejectUnauthorized: false,
                           ciphers: 'DEFAULT@SECLEVEL=0' });
  const [error] = await once(socket, 'error');
  assert.match(error.message, /alert|version|protocol/i);
});

test('closes on plain HTTP and on garbage, and serves on', async () => {
  await raw(echo, 'GET / HTTP/1.1\r\nHost: x\r\n\r\n');
  await raw(echo, Buffer.alloc(1000, 0xa5));
  const frames = new Frames(echo, '/engine.io/');
  assert.equal((await frames.next())[0], '0');
  await frames.close();
});
