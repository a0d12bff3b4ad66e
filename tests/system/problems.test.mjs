// What a program can rely on when REST says no, or says it twice: problem+json (RFC 9457), statuses,
// Retry-After, and Idempotency-Key.
import test from 'node:test';
import assert from 'node:assert/strict';
import { sign, start, until } from './lib/access.mjs';

// The members that every error has, and what a client of the socket reads of it.
async function problem(response, status, code) {
  const text = await response.text();
  assert.equal(response.status, status, text);
  assert.equal(response.headers.get('content-type'), 'application/problem+json', text);
  assert.equal(response.headers.get('cache-control'), 'no-store');
  const body = JSON.parse(text);
  assert.deepEqual(Object.keys(body), ['type', 'title', 'status', 'detail', 'code', 'error']);
  assert.equal(body.type, 'about:blank');
  assert.equal(body.status, status);
  assert.equal(body.code, code);
  assert.deepEqual(body.error, { code, message: body.detail });
  if (status === 401) assert.equal(response.headers.get('www-authenticate'), 'Bearer');
  if (status === 429) assert.ok(Number(response.headers.get('retry-after')) >= 1);
  return body;
}

// Of more at once than any bucket fills up meanwhile, the first that was too many.
async function refusedAtLast(ask) {
  const all = await Promise.all(Array.from({ length: 120 }, ask));
  return all.find(({ status }) => status === 429) ?? all.at(-1);
}

test('every error of REST is a problem, wherever it comes from', async (t) => {
  const { base, room } = await start(t);
  const ask = (method, path, init = {}) => fetch(base + path, { method, ...init });
  await problem(await ask('GET', '/api/rooms/zzz-zzzz-zzz'), 404, 'not_found');
  await problem(await ask('GET', '/api/nothing'), 404, 'not_found');
  await problem(await ask('PUT', '/api/rooms'), 405, 'invalid_argument');
  await problem(await ask('POST', '/api/rooms', { body: '[' }), 400, 'invalid_argument');
  await problem(await ask('POST', '/api/rooms', { body: '{"title":7}' }), 400, 'invalid_argument');
  await problem(await ask('POST', '/api/rooms', { body: 'x'.repeat(1_100_000) }), 413, 'too_large');
  await problem(await ask('GET', '/livez', { headers: { 'x-long': 'x'.repeat(20_000) } }), 431, 'too_large');
  await problem(await ask('PATCH', `/api/rooms/${room}`, { body: '{}' }), 401, 'unauthenticated');
  await problem(await ask('GET', '/api/keys'), 401, 'unauthenticated');
  await problem(await ask('POST', `/api/rooms/${room}/leave`, { body: '{"resumeToken":"x","socketId":"x"}' }), 400, 'invalid_argument');
  await problem(await ask('POST', '/api/rooms', { headers: { origin: 'https://evil.example' } }), 403, 'forbidden');
  const missing = await (await ask('GET', '/api/rooms/zzz-zzzz-zzz')).json();
  assert.ok(missing.error, 'which is what front ends of the reference look at');
});

test('a known caller that may not is 403, and too many wrong credentials are 429 with a time to wait', async (t) => {
  const { base, key, make, room } = await start(t);
  const patch = (authorization) => fetch(`${base}/api/rooms/${room}`, { method: 'PATCH', headers: { authorization }, body: '{}' });
  const join = make('join');
  const basic = (as) => `Basic ${Buffer.from(`${as.id}:${as.secret}`).toString('base64')}`;
  await until(async () => (await patch(basic(join))).status === 403);
  await problem(await patch(basic(join)), 403, 'forbidden');
  await problem(await patch(`Bearer ${await sign(key, { video: { roomAdmin: true, room: 'zzz-zzzz-zzz' } })}`), 403, 'forbidden');
  await problem(await refusedAtLast(() => patch('Bearer not-a-token')), 429, 'rate_limited');
});

test('wrong host keys are an address\'s own affair: programs behind it go on', async (t) => {
  const { base, rest, room } = await start(t);
  const patch = (authorization) => fetch(`${base}/api/rooms/${room}`, { method: 'PATCH', headers: { authorization }, body: '{}' });
  await problem(await refusedAtLast(() => patch(`Bearer h1.${'A'.repeat(43)}`)), 429, 'rate_limited');
  assert.equal((await rest('GET', '/api/keys')).status, 200);
  assert.equal((await rest('PATCH', `/api/rooms/${room}`, { body: {} })).status, 200);
});

test('one key that asks too often waits, and another one does not', async (t) => {
  const { server, make, rest } = await start(t, [], { CONFAB_AUTH_IDENTITY_BURST: '40', CONFAB_AUTH_IDENTITY_PER_SECOND: '1' });
  const other = make('keys');
  await until(async () => (await rest('GET', '/api/keys', { as: other })).status === 200);
  assert.equal((await refusedAtLast(() => rest('GET', '/api/webhooks'))).status, 429);
  assert.equal((await rest('GET', '/api/keys', { as: other })).status, 200);
  const samples = await server.samples();
  const limited = samples.find((s) => s.name === 'confab_auth_rate_limited_total' && s.labels.includes('identity'));
  assert.ok(limited.value >= 1);
});

test('an address that asks too often waits, whatever it asks and whoever it is; another one and health do not', async (t) => {
  const { server, base, key } = await start(t, ['--http-trusted-proxies', '127.0.0.1'], { CONFAB_HTTP_REST_BURST: '100', CONFAB_HTTP_REST_PER_SECOND: '1' });
  // As a proxy or a gateway says for whom it asks.
  const ask = (path, from, headers = {}) => fetch(base + path, { headers: { 'x-forwarded-for': from, ...headers } });
  const authorization = `Basic ${Buffer.from(`${key.id}:${key.secret}`).toString('base64')}`;
  const paths = ['/api/config', '/api/rooms/zzz-zzzz-zzz', '/api/nothing', '/api/keys'];
  const all = await Promise.all(Array.from({ length: 160 }, (_, i) => ask(paths[i % 4], '192.0.2.1')));
  const limited = all.filter(({ status }) => status === 429).length;
  assert.ok(limited >= 40 && limited <= 90, `${limited} of 160`);
  const refused = await ask('/api/keys', '192.0.2.1', { authorization });
  await problem(refused, 429, 'rate_limited');
  assert.equal((await ask('/api/config', '192.0.2.2')).status, 200);
  assert.equal((await ask('/livez', '192.0.2.1')).status, 200);
  const counted = (await server.samples()).find((s) => s.name === 'confab_http_refused_total' && s.labels.includes('public') && s.labels.includes('requests_limited'));
  assert.ok(counted.value >= limited - 60, `${counted.value}`);
});

test('a request that is sent again with its key makes nothing twice', async (t) => {
  const { base, rest, key, make } = await start(t);
  // Anybody may make rooms here: such a key is one that nobody else names.
  const unguessable = (name) => name.padEnd(22, '-');
  const create = (name, body, headers = {}) =>
    fetch(`${base}/api/rooms`, { method: 'POST', headers: { 'idempotency-key': unguessable(name), ...headers }, body });
  const first = await create('one', '{"title":"Board"}');
  assert.equal(first.status, 201);
  const again = await create('one', '{"title":"Board"}');
  assert.equal(again.status, 201);
  assert.equal(again.headers.get('idempotency-replayed'), 'true');
  assert.deepEqual(await again.json(), await first.json());
  await problem(await create('one', '{"title":"Other"}'), 422, 'unsupported');
  await problem(await create('x'.repeat(256), '{}'), 400, 'invalid_argument');
  const [a, b] = await Promise.all([create('two', '{"password":"a b c d"}'), create('two', '{"password":"a b c d"}')]);
  // The other one comes while the password is hashed, or on a slow machine after that.
  const late = [a, b].find((each) => each.status === 409) ?? [a, b].find((each) => each.headers.get('idempotency-replayed') === 'true');
  assert.ok(late !== undefined && [a, b].some((each) => each !== late && each.status === 201), `one is on its way: ${a.status} ${b.status}`);
  const brief = await fetch(`${base}/api/rooms`, { method: 'POST', headers: { 'idempotency-key': 'one' }, body: '{}' });
  await problem(brief, 400, 'invalid_argument');
  const wrong = { authorization: `Basic ${Buffer.from(`${key.id}:x`).toString('base64')}`, 'idempotency-key': 'one' };
  await problem(await fetch(`${base}/api/rooms`, { method: 'POST', headers: wrong, body: '{}' }), 400, 'invalid_argument');
  const basic = `Basic ${Buffer.from(`${key.id}:${key.secret}`).toString('base64')}`;
  const known = await Promise.all([0, 1].map(async (i) => {
    if (i === 1) await until(async () => (await rest('GET', '/api/rooms')).body.rooms.some((each) => each.title === 'Known'));
    return fetch(`${base}/api/rooms`, { method: 'POST', headers: { authorization: basic, 'idempotency-key': 'brief' }, body: '{"title":"Known"}' });
  }));
  assert.deepEqual(known.map(({ status }) => status), [201, 201], 'whoever is known names their own keys');
  assert.equal((await known[0].json()).code, (await known[1].json()).code);
  const headers = { authorization: basic, 'idempotency-key': 'three' };
  const keys = await Promise.all([0, 1].map(async (i) => {
    if (i === 1) await until(async () => (await rest('GET', '/api/keys')).body.keys.some((each) => each.name === 'once'));
    return (await fetch(`${base}/api/keys`, { method: 'POST', headers, body: '{"name":"once","scopes":["join"]}' })).json();
  }));
  assert.equal(keys[0].id, keys[1].id);
  const stranger = make('keys');
  await until(async () => (await rest('GET', '/api/keys', { as: stranger })).status === 200);
  const other = `Basic ${Buffer.from(`${stranger.id}:${stranger.secret}`).toString('base64')}`;
  const refused = await fetch(`${base}/api/keys`, { method: 'POST', headers: { ...headers, authorization: other }, body: '{"name":"once","scopes":["join"]}' });
  assert.equal(refused.status, 403, 'the answer of somebody else is not shown');
});
