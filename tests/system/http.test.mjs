// HTTP from peers that forge and hold: framing, idle connections, other sites' pages, ciphers.
import test from 'node:test';
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { connect as connectTls } from 'node:tls';
import { Server } from '../browser/lib/server.mjs';
import { sleep } from './lib/client.mjs';
import { exchange, freePorts, request, serverWithPeers as start } from './lib/raw.mjs';

test('a request whose end is in doubt is refused, and what follows it is not read', async (t) => {
  const { server } = await start(t);
  const next = 'GET /livez HTTP/1.1\r\nHost: a\r\n\r\n';
  const doubtful = {
    'an unknown coding': [400, 'POST /api/rooms HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n'],
    'chunked, identity': [400, 'POST /api/rooms HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n'],
    'gzip, chunked': [501, 'POST /api/rooms HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n'],
    'both lengths': [400, 'POST /api/rooms HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'],
    'two lengths': [400, 'POST /api/rooms HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nContent-Length: 40\r\n\r\n'],
    'two hosts': [400, 'GET /livez HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n'],
    'no host': [400, 'GET /livez HTTP/1.1\r\n\r\n'],
    'a folded line': [400, 'GET /livez HTTP/1.1\r\nHost: a\r\nX-Long: one\r\n two\r\n\r\n'],
    'a blank before the colon': [400, 'GET /livez HTTP/1.1\r\nHost : a\r\n\r\n'],
    'line feeds alone': [400, 'GET /livez HTTP/1.1\nHost: a\n\n'],
    'a head over the limit': [431, `GET /livez HTTP/1.1\r\nHost: a\r\nX-Long: ${'x'.repeat(20_000)}\r\n\r\n`],
    'a chunk extension over the limit': [400, `POST /api/rooms HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5;x=${'y'.repeat(40_000)}\r\nhello\r\n0\r\n\r\n`],
  };
  for (const [name, [status, bytes]] of Object.entries(doubtful)) {
    const answer = await exchange(server, bytes + next);
    assert.deepEqual(answer.statuses, [status], name);
    assert.ok(answer.isClosed, name);
  }
  assert.deepEqual((await exchange(server, 'GET /livez HTTP/1.0\r\n\r\n')).statuses, [200], 'HTTP/1.0 had no Host yet');
  const sound = await exchange(server, `POST /api/rooms HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2;x=y\r\n{}\r\n0\r\n\r\nGET /livez HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`);
  assert.deepEqual(sound.statuses, [201, 200], 'and one that is not is followed by the next');
  assert.ok((await server.metrics()).confab_http_refused_total >= 12);
});

test('idle connections of a few addresses keep nobody out, though descriptors are few', async (t) => {
  const { server, hold } = await start(t, ['--media-shards', '1'], { nofile: 64 });
  for (let i = 0; i < 80; ++i) await hold({ from: `127.0.0.${2 + (i % 4)}` });
  assert.equal((await request(server, 'GET', '/livez')).status, 200);
  assert.equal((await request(server, 'GET', '/livez', { port: server.adminPort })).status, 200);
  assert.equal((await request(server, 'POST', '/api/rooms', { from: '127.0.0.2' })).status, 201, 'nor themselves');
  const reasons = Object.fromEntries((await server.samples()).filter((s) => s.name === 'confab_http_refused_total')
    .map((s) => [s.labels, s.value]));
  assert.ok(reasons['listener="public",reason="connections_evicted"'] >= 40, JSON.stringify(reasons));
});

test('connections that are in use are an address\'s share, and the others have theirs', async (t) => {
  const { server, holdWebSocket } = await start(t, ['--http-connections-per-address-max', '5']);
  for (let i = 0; i < 5; ++i) assert.equal((await holdWebSocket({ from: '127.0.0.2' })).status, 101);
  assert.equal((await request(server, 'GET', '/livez', { from: '127.0.0.2' })).status, 503);
  assert.equal((await request(server, 'GET', '/livez', { from: '127.0.0.3' })).status, 200);
});

test('bodies that never end are an address\'s share', async (t) => {
  const { server, hold } = await start(t);
  const bodies = [];
  for (let i = 0; i < 12; ++i) {
    const connection = await hold({ from: '127.0.0.2' });
    connection.socket.write('POST /api/rooms HTTP/1.1\r\nHost: a\r\nContent-Length: 999999\r\n\r\n');
    connection.socket.write(Buffer.alloc(990_000));
    bodies.push(connection);
  }
  const refused = () => bodies.filter((b) => b.heard.startsWith('HTTP/1.1 503')).length;
  for (const end = Date.now() + 8000; refused() < 4 && Date.now() < end; ) await sleep(50);
  assert.equal(refused(), 4, 'eight of a megabyte at once are its share');
  assert.equal((await request(server, 'POST', '/api/rooms', { from: '127.0.0.3' })).status, 201);
});

test('a page of another site may neither post nor open a WebSocket, unless it is named', async (t) => {
  const { server, holdWebSocket } = await start(t, ['--cors-origin', 'https://app.example']);
  const ask = async (Origin) => [
    (await holdWebSocket({ headers: { Origin } })).status,
    (await request(server, 'POST', '/api/rooms', { headers: { Origin } })).status,
  ];
  assert.deepEqual(await ask('https://evil.example'), [403, 403]);
  assert.deepEqual(await ask('null'), [403, 403]);
  const told = () => server.log.join('').split('http.origin_refused').length - 1;
  for (const end = Date.now() + 3000; told() === 0 && Date.now() < end; ) await sleep(20);
  assert.equal(told(), 1, 'the operator is told once');
  assert.deepEqual(await ask('https://app.example'), [101, 201]);
  assert.deepEqual(await ask(`http://127.0.0.1:${server.httpPort}`), [101, 201]);
  assert.equal((await request(server, 'GET', '/livez', { headers: { Origin: 'https://evil.example' } })).status, 200);
});

test('the metrics are not read by a page that points its own name at them', async (t) => {
  const { server } = await start(t, ['--admin-host', 'metrics.corp.example']);
  const port = server.adminPort;
  const ask = async (Host) => (await request(server, 'GET', '/metrics', { port, headers: { Host } })).status;
  assert.equal(await ask(`evil.example:${port}`), 403);
  assert.equal(await ask('127.0.0.1.evil.example'), 403);
  for (const own of [`127.0.0.1:${port}`, `localhost:${port}`, `confab:${port}`, `metrics.corp.example:${port}`]) assert.equal(await ask(own), 200, own);
});

test('HTTPS takes no weak cipher, and insists on itself only where browsers believe the certificate', async (t) => {
  const ports = new Map();
  const startTls = async (args) => {
    const [port] = await freePorts(1);
    const made = await Server.start({ args: ['--tls', '--tls-listen', `127.0.0.1:${port}`, ...args] });
    t.after(() => made.stop());
    ports.set(made, port);
    return made;
  };
  const server = await startTls([]);
  const folder = await mkdtemp(path.join(tmpdir(), 'confab-tls-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const made = spawnSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2',
    '-subj', '/CN=meet.example', '-keyout', `${folder}/key.pem`, '-out', `${folder}/cert.pem`], { encoding: 'utf8' });
  assert.equal(made.status, 0, made.stderr);
  const own = await startTls(['--tls-certificate', `${folder}/cert.pem`, '--tls-key', `${folder}/key.pem`]);
  const ask = (s, Host, options = {}) => new Promise((resolve, reject) => {
    let text = '';
    const socket = connectTls({ host: '127.0.0.1', port: ports.get(s), rejectUnauthorized: false, ...options }, () => {
      socket.write(`GET /livez HTTP/1.1\r\nHost: ${Host}\r\nConnection: close\r\n\r\n`);
    });
    socket.on('data', (chunk) => { text += chunk; });
    socket.on('close', () => resolve(text));
    socket.on('error', reject);
  });
  const old = { minVersion: 'TLSv1.2', maxVersion: 'TLSv1.2' };
  await assert.rejects(ask(own, 'meet.example', { ...old, ciphers: 'ECDHE-ECDSA-AES128-SHA256:ECDHE-ECDSA-AES128-SHA' }));
  await assert.rejects(ask(server, 'localhost', { ...old, ciphers: 'ECDHE-RSA-AES256-SHA384:AES128-SHA:AES128-GCM-SHA256' }));
  assert.match(await ask(own, 'meet.example', { ...old, ciphers: 'ECDHE-ECDSA-AES128-GCM-SHA256' }), /^HTTP\/1\.1 200/);
  assert.match(await ask(own, 'meet.example'), /Strict-Transport-Security: max-age=\d+/);
  for (const host of ['127.0.0.1', 'localhost', 'meet.example:8443']) assert.doesNotMatch(await ask(own, host), /Strict-Transport/, host);
  assert.doesNotMatch(await ask(server, 'meet.example'), /Strict-Transport/, 'our own certificate');
});

test('too few descriptors to begin with are a sentence, not a crash', async (t) => {
  const binary = process.env.CONFAB_BINARY ?? new URL('../../build/release/confab', import.meta.url).pathname;
  const folder = await mkdtemp(path.join(tmpdir(), 'confab-few-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const [http, admin, media] = await freePorts(3);
  for (let count = 4; count <= 24; ++count) {
    const run = spawnSync('bash', ['-c', `ulimit -n ${count}; exec "$0" "$@"`, binary, 'serve', '--http', `127.0.0.1:${http}`,
      '--admin', `127.0.0.1:${admin}`, '--media-address', '127.0.0.1', '--media-port', `${media}`, '--media-shards', '1', '--data', folder],
    { encoding: 'utf8', timeout: 2000 });
    // Where it is up after two seconds, there were enough.
    if (run.error?.code === 'ETIMEDOUT') break;
    assert.equal(run.signal, null, `${count}: ${run.stderr}`);
    assert.equal(run.status, 1, `${count}: ${run.stderr}`);
    assert.match(run.stderr, /^confab: (?!warning)/m);
  }
});
