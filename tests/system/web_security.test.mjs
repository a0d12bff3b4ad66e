// What a scanner of web applications looks for, at every kind of answer: headers, other sites'
// pages, redirects, methods, paths, sizes, caches.
import test from 'node:test';
import assert from 'node:assert/strict';
import { start as startWithKey } from './lib/access.mjs';
import { exchange, request } from './lib/raw.mjs';

const headersOf = (head) => Object.fromEntries(head.split('\r\n').slice(1)
  .map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]));

async function start(t, args = []) {
  const { server, base, key, room, rest } = await startWithKey(t, args);
  const ask = async (method, path, headers = {}) => {
    const { status, head, body } = await request(server, method, path, { headers });
    return { status, head, body, headers: headersOf(head) };
  };
  const basic = `Basic ${Buffer.from(`${key.id}:${key.secret}`).toString('base64')}`;
  return { server, base, key, room, rest, ask, basic };
}

// One of each: pages, files, API, errors of the API and of the server itself, Socket.IO.
const kinds = (room) => [
  ['GET', '/', 200], ['GET', `/room/${room}`, 200], ['GET', '/nothing-here', 404], ['GET', '/livez', 200],
  ['GET', '/api/config', 200], ['GET', `/api/rooms/${room}`, 200], ['POST', '/api/rooms', 201], ['GET', '/api/rooms/x', 404],
  ['GET', '/api/nothing', 404], ['PUT', '/api/rooms', 405], ['GET', '/api/keys', 401], ['GET', '/api/openapi.json', 200],
  ['GET', '/.well-known/jwks.json', 200], ['GET', '/socket.io/?EIO=4&transport=polling', 200], ['GET', '/socket.io/?EIO=3&transport=polling', 400],
  ['GET', '/%', 400], ['GET', '/notices', 200],
];

test('every kind of answer says what it is, is not guessed at, and tells nothing of what answers', async (t) => {
  const { ask, room } = await start(t);
  for (const [method, path, status] of kinds(room)) {
    const answer = await ask(method, path);
    const what = `${method} ${path}\n${answer.head}`;
    assert.equal(answer.status, status, what);
    assert.equal(answer.headers['x-content-type-options'], 'nosniff', what);
    assert.ok(answer.headers['content-type'], what);
    for (const name of ['server', 'x-powered-by', 'set-cookie', 'access-control-allow-origin']) {
      assert.equal(answer.headers[name], undefined, what);
    }
    if (/^text\/html/.test(answer.headers['content-type'])) {
      const policy = answer.headers['content-security-policy'] ?? '';
      for (const part of ["default-src 'self'", "object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'", "form-action 'self'"]) {
        assert.ok(policy.includes(part), `${part}: ${what}`);
      }
      assert.doesNotMatch(policy.match(/script-src[^;]*/)[0], /unsafe-inline|unsafe-eval|\*/, what);
      assert.ok(answer.headers['referrer-policy'], what);
    } else {
      assert.doesNotMatch(answer.body.slice(0, 100), /<(!doctype|html|script)/i, what);
    }
    // What an error says is for people, and shows no stack, file or line of ours.
    if (status >= 400) assert.doesNotMatch(answer.body, /\.cpp|\bat 0x|std::|sqlite|stack/i, what);
  }
});

test('other sites read nothing and send nothing, unless they are named', async (t) => {
  const { ask, room } = await start(t, ['--cors-origin', 'https://app.example']);
  const evil = ['https://evil.example', 'null', 'https://app.example.evil.example', 'http://app.example', 'https://app.example:444',
    'https://xapp.example', 'https://APP.example.'];
  for (const origin of evil) {
    const read = await ask('GET', `/api/rooms/${room}`, { origin });
    assert.equal(read.headers['access-control-allow-origin'], undefined, origin);
    assert.match(read.headers.vary ?? '', /Origin/, 'a cache keeps them apart');
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', 'application/json']) {
      assert.equal((await ask('POST', '/api/rooms', { origin, 'content-type': type })).status, 403, `${origin} ${type}`);
    }
    for (const method of ['PATCH', 'DELETE']) assert.equal((await ask(method, `/api/rooms/${room}`, { origin })).status, 403);
    const preflight = await ask('OPTIONS', '/api/rooms', { origin, 'access-control-request-method': 'POST' });
    for (const name of ['access-control-allow-origin', 'access-control-allow-methods', 'access-control-allow-headers']) {
      assert.equal(preflight.headers[name], undefined, `${origin} ${name}`);
    }
  }
  const origin = 'https://app.example';
  const read = await ask('GET', `/api/rooms/${room}`, { origin });
  assert.equal(read.headers['access-control-allow-origin'], origin);
  assert.match(read.headers['access-control-expose-headers'], /ETag.*Retry-After/);
  const preflight = await ask('OPTIONS', '/api/rooms', { origin, 'access-control-request-method': 'PATCH' });
  assert.equal(preflight.status, 204);
  assert.match(preflight.headers['access-control-allow-methods'], /PATCH/);
  assert.match(preflight.headers['access-control-allow-headers'], /Authorization.*If-Match.*Idempotency-Key/);
  for (const answer of [read, preflight]) assert.equal(answer.headers['access-control-allow-credentials'], undefined);
  const any = await start(t, ['--cors-origin', '*']);
  const open = await any.ask('GET', `/api/rooms/${any.room}`, { origin: 'https://evil.example' });
  assert.equal(open.headers['access-control-allow-origin'], '*');
  assert.equal(open.headers['access-control-allow-credentials'], undefined, 'and so nobody\'s cookies');
});

test('nothing that a browser sends by itself is a right', async (t) => {
  const { ask, room, base } = await start(t);
  const { hostKey, code } = await (await fetch(`${base}/api/rooms`, { method: 'POST' })).json();
  for (const cookie of [`hostKey=${hostKey}`, `token=${hostKey}`, `Authorization=Bearer ${hostKey}`]) {
    assert.equal((await ask('DELETE', `/api/rooms/${code}`, { cookie })).status, 401);
  }
  for (const query of [`hostKey=${hostKey}`, `token=${hostKey}`, `access_token=${hostKey}`, `authorization=Bearer%20${hostKey}`]) {
    assert.equal((await ask('DELETE', `/api/rooms/${code}?${query}`)).status, 401, 'a URL is kept in histories and logs');
  }
  assert.equal((await ask('GET', `/api/rooms/${room}`)).headers['www-authenticate'], undefined);
  assert.match((await ask('GET', '/api/keys')).headers['www-authenticate'], /^Bearer/, 'not Basic, for which browsers ask people');
});

test('nobody is sent to another site', async (t) => {
  const { ask } = await start(t);
  for (const path of ['//evil.example', '//evil.example/..', '/\\evil.example', '/%2f%2fevil.example', '/%5cevil.example', '///evil.example/%2e%2e',
    '/room//evil.example', '/room/..%2f..%2f%2fevil.example', '/?next=https://evil.example', '/room/x?return=//evil.example',
    '/api//evil.example', '/index.html/', '/room/', '/%0d%0aLocation:%20https://evil.example']) {
    const { status, headers, head } = await ask('GET', path);
    const to = headers.location;
    if (to !== undefined) assert.match(to, /^\/(?![/\\])/, `${path} → ${status} ${to}`);
    assert.doesNotMatch(head, /^Location: *https?:/im, path);
  }
});

test('a method is what the request line says, and those that nobody needs are refused', async (t) => {
  const { ask, room, basic, server } = await start(t);
  for (const header of ['x-http-method-override', 'x-http-method', 'x-method-override']) {
    assert.equal((await ask('GET', `/api/rooms/${room}`, { [header]: 'DELETE', authorization: basic })).status, 200);
  }
  assert.equal((await ask('GET', `/api/rooms/${room}?_method=DELETE`, { authorization: basic })).status, 200);
  assert.equal((await ask('GET', `/api/rooms/${room}`)).status, 200, 'and it is there');
  for (const method of ['TRACE', 'TRACK', 'CONNECT', 'PROPFIND', 'FOO', 'get', 'DEBUG']) {
    const { status, body } = await ask(method, '/api/config', { 'x-secret': 'mirror' });
    assert.ok([400, 405, 501].includes(status), `${method}: ${status}`);
    assert.doesNotMatch(body, /mirror/);
  }
  const get = await ask('GET', '/api/config');
  const head = await ask('HEAD', '/api/config');
  assert.equal(head.body, '');
  assert.equal(head.headers['content-length'], get.headers['content-length']);
  const refused = await ask('PUT', '/api/rooms');
  assert.equal(refused.headers.allow.split(', ').sort().join(' '), 'GET HEAD POST');
  assert.ok(server);
});

test('no spelling of a path gets round who may, or out of what is served', async (t) => {
  const { ask, server, key } = await start(t);
  const keys = ['/api/keys', '/api/keys/', '//api/keys', '/api//keys', '/./api/keys', '/api/./keys', '/x/../api/keys', '/api/rooms/../keys', '/api/%6beys',
    '/api%2fkeys', '/api/keys%2f', '/api/keys%20', '/api/keys%00', '/api/keys;a=b', '/api/keys?', '/api/keys#x', '/API/keys', '/api/KEYS', '/api/keys.json',
    '/api/%2e%2e/api/keys', '/socket.io/../api/keys', '/livez/../api/keys', '/api/keys/..', `http://127.0.0.1:${server.httpPort}/api/keys`,
    'http://evil.example/api/keys', '/%61%70%69/keys', '/api/keys\\', '\\api\\keys'];
  for (const path of keys) {
    const { status, body } = await ask('GET', path);
    assert.ok(status >= 400 || !body.includes(key.id), `${path}: ${status} ${body.slice(0, 200)}`);
    assert.doesNotMatch(body, /"scopes"|"keys":/, path);
  }
  for (const path of ['/../token.key', '/..%2ftoken.key', '/%2e%2e/%2e%2e/etc/passwd', '/..%5c..%5cetc%5cpasswd', '/_next/static/..%2f..%2f..%2f..%2fetc/passwd',
    '/room/..%2f..%2f..%2fetc%2fpasswd', '/.git/config', '/.env', '/confab.db', '/%c0%ae%c0%ae/etc/passwd', '/....//....//etc/passwd', '/etc/passwd%00.html']) {
    const { status, body } = await ask('GET', path);
    assert.doesNotMatch(body, /root:.*:0:0|\[core\]|SQLite format/, path);
    assert.ok(status === 400 || status === 404 || /<html/i.test(body), `${path}: ${status}`);
  }
});

test('what is too large is refused before it costs anything', async (t) => {
  const { server, base } = await start(t);
  const line = `127.0.0.1:${server.httpPort}`;
  const raw = async (bytes) => (await exchange(server, bytes)).statuses[0];
  assert.equal(await raw(`GET /livez HTTP/1.1\r\nHost: ${line}\r\nX-A: ${'x'.repeat(17_000)}\r\n\r\n`), 431);
  assert.equal(await raw(`GET /livez HTTP/1.1\r\nHost: ${line}\r\n${'X-A: 1\r\n'.repeat(4000)}\r\n`), 431);
  assert.equal(await raw(`GET /${'a'.repeat(17_000)} HTTP/1.1\r\nHost: ${line}\r\n\r\n`), 431);
  assert.equal(await raw(`POST /api/rooms HTTP/1.1\r\nHost: ${line}\r\nContent-Length: 99999999999\r\n\r\n`), 413);
  assert.equal(await raw(`POST /api/rooms HTTP/1.1\r\nHost: ${line}\r\nContent-Length: -1\r\n\r\n`), 400);
  const post = (body, path = '/api/rooms') => fetch(base + path, { method: 'POST', body });
  assert.equal((await post('x'.repeat(1_000_001))).status, 413);
  assert.equal((await post(`{"title":"${'x'.repeat(20_000)}"}`)).status, 413);
  assert.equal((await post('['.repeat(15_000))).status, 413, 'depth too');
  assert.equal((await post(`{"a":${'{"a":'.repeat(2000)}1${'}'.repeat(2000)}}`)).status, 413);
});

test('caches keep nothing that is somebody\'s', async (t) => {
  const { ask, room, basic, rest } = await start(t);
  const made = await rest('POST', '/api/webhooks', { body: { url: 'https://example.com/x' } });
  for (const path of [`/api/rooms/${room}`, `/api/rooms/${room}/participants`, `/api/rooms/${room}/messages`, '/api/rooms', '/api/keys', '/api/audit',
    '/api/webhooks', `/api/webhooks/${made.body.id}/deliveries`, '/api/nothing', '/api/rooms/zzz-zzzz-zzz']) {
    const { headers } = await ask('GET', path, { authorization: basic });
    assert.match(headers['cache-control'] ?? '', /no-store|private, no-cache/, path);
  }
  for (const path of ['/api/rooms', '/api/keys', '/api/tokens', '/api/webhooks']) {
    assert.match((await ask('POST', path, { authorization: basic })).headers['cache-control'] ?? '', /no-store/, path);
  }
  assert.match((await ask('GET', '/api/config')).headers['cache-control'], /no-store/);
  assert.match((await ask('GET', '/.well-known/jwks.json')).headers['cache-control'], /public/);
  assert.match((await ask('GET', '/socket.io/?EIO=4&transport=polling')).headers['cache-control'] ?? '', /no-store/);
});
