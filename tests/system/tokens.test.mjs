// Tokens and API keys from outside: those that npm's jose and LiveKit's own server SDK make, and
// everything that must not pass for one.
import test from 'node:test';
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createServer } from 'node:http';
import { once } from 'node:events';
import * as jose from 'jose';
import { AccessToken } from 'livekit-server-sdk';
import { io } from 'socket.io-client';
import { binary, Server } from '../browser/lib/server.mjs';
import { sleep } from './lib/client.mjs';

const now = () => Math.floor(Date.now() / 1000);
const bytes = (text) => new TextEncoder().encode(text);

// A server with one API key for everything, made as an operator makes the first one.
async function start(t, args = []) {
  const server = await Server.start({ args });
  t.after(() => server.stop());
  const confab = (...words) => JSON.parse(execFileSync(binary, [...words, '--json'], { encoding: 'utf8' }));
  const make = (...scopes) => confab('key', 'create', '--data', server.dataDir, '--name', 'test',
    ...scopes.flatMap((scope) => ['--scope', scope]));
  const key = make('join', 'rooms', 'tokens', 'webhooks', 'keys', 'ops');
  const base = `http://127.0.0.1:${server.httpPort}`;
  const rest = async (method, path, { body, as = key, authorization } = {}) => {
    const basic = `Basic ${Buffer.from(`${as?.id}:${as?.secret}`).toString('base64')}`;
    const response = await fetch(base + path, {
      method,
      headers: as || authorization ? { authorization: authorization ?? basic } : {},
      body: body && JSON.stringify(body),
    });
    return { status: response.status, headers: response.headers, body: await response.json() };
  };
  await until(async () => (await rest('GET', '/api/keys')).status === 200);
  const room = (await (await fetch(`${base}/api/rooms`, { method: 'POST' })).json()).code;
  return { server, base, confab, make, key, rest, room };
}

async function until(holds, ms = 8000) {
  for (const end = Date.now() + ms; ; await sleep(50)) {
    if (await holds()) return;
    assert.ok(Date.now() < end, `not within ${ms} ms: ${holds}`);
  }
}

// The reason for which CONNECT was refused, or what the join answered.
async function join(base, token, room, payload = { name: 'Ada' }) {
  const socket = io(base, { auth: { protocol: 1, token }, forceNew: true, reconnection: false });
  try {
    const refused = await new Promise((resolve) => {
      socket.on('connect', () => resolve(null));
      socket.on('connect_error', resolve);
    });
    if (refused) return { refused: refused.data?.error?.reason ?? refused.message };
    const answer = await socket.timeout(10000).emitWithAck('join', { room, attempt: 'a'.repeat(22), ...payload });
    return answer.error ? { error: answer.error.code } : { name: answer.self?.name ?? answer.participants, answer };
  } finally {
    socket.close();
  }
}

const letIn = (result) => assert.ok(result.answer?.participantId, JSON.stringify(result));

// Signed as jose does, by an API key.
function sign(key, claims, header = { alg: 'HS256', typ: 'JWT' }) {
  const jwt = new jose.SignJWT({ video: { roomJoin: true }, ...claims }).setProtectedHeader(header);
  if (claims.iss === undefined) jwt.setIssuer(key.id);
  if (claims.exp === undefined) jwt.setExpirationTime('10m');
  return jwt.sign(bytes(key.secret));
}

test('a token of jose and one of LiveKit let people in, by the name that they say', async (t) => {
  const { base, key, room } = await start(t);
  letIn(await join(base, await sign(key, { sub: 'ada', video: { roomJoin: true, room } }), room));
  const livekit = new AccessToken(key.id, key.secret, { identity: 'ben', name: 'Ben', ttl: '10m' });
  livekit.addGrant({ roomJoin: true, room, canPublish: true, canSubscribe: true });
  const joined = await join(base, await livekit.toJwt(), room, {});
  letIn(joined);
  assert.equal(joined.answer.self.name, 'Ben');
});

test('a token that is not right lets nobody in, and the reason is counted', async (t) => {
  const { server, base, key, make, room } = await start(t);
  const good = { sub: 'ada', jti: 'one' };
  const [header, payload, signature] = (await sign(key, good)).split('.');
  const encode = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const narrow = make('join');
  const { privateKey } = await jose.generateKeyPair('ES256');
  const cases = {
    malformed: 'not a token',
    algorithm: `${encode({ alg: 'none' })}.${payload}.`,
    header: `${encode({ alg: 'HS256', jku: 'https://evil.example/' })}.${payload}.${signature}`,
    signature: `${header}.${payload}.${Buffer.alloc(32).toString('base64url')}`,
    unknown_key: await sign({ id: 'AKnobody', secret: key.secret }, good),
    wrong_algorithm: await new jose.SignJWT({ iss: key.id, exp: now() + 60 })
      .setProtectedHeader({ alg: 'ES256' }).sign(privateKey),
    expired: await sign(key, { ...good, exp: now() - 40 }),
    not_yet: await sign(key, { ...good, nbf: now() + 60 }),
    lifetime: await sign(key, { ...good, exp: now() + 2 * 86400 }),
    claims: await sign(key, { ...good, role: 'king' }),
    too_large: await sign(key, { ...good, metadata: 'x'.repeat(9000) }),
    scope: await sign(narrow, { ...good, video: { roomJoin: true, roomAdmin: true } }),
  };
  await until(async () => (await join(base, await sign(narrow, good), room)).answer !== undefined);
  for (const [reason, token] of Object.entries(cases)) {
    assert.equal((await join(base, token, room)).refused, reason);
  }
  const metrics = await (await fetch(`${server.adminUrl}/metrics`)).text();
  for (const reason of Object.keys(cases)) {
    assert.match(metrics, new RegExp(`confab_auth_tokens_refused_total\\{reason="${reason}"\\} [1-9]`));
  }
});

test('a token for another room, or for none, is refused at the join', async (t) => {
  const { base, key, room } = await start(t);
  const other = await sign(key, { video: { roomJoin: true, room: 'zzz-zzzz-zzz' } });
  assert.equal((await join(base, other, room)).error, 'forbidden');
  assert.equal((await join(base, await sign(key, { video: { roomList: true } }), room)).error, 'forbidden');
});

test('where the operator wants tokens, nobody joins without one', async (t) => {
  const { base, key, room } = await start(t, ['--auth-anonymous-join=false']);
  assert.equal((await join(base, undefined, room)).error, 'unauthenticated');
  letIn(await join(base, await sign(key, { sub: 'ada' }), room));
});

test('the keys of a provider elsewhere are fetched, also a new one, and not for each token', async (t) => {
  const pairs = {};
  for (const alg of ['RS256', 'ES256', 'EdDSA']) pairs[alg] = await jose.generateKeyPair(alg, { extractable: true });
  let asked = 0;
  let published = ['RS256', 'ES256'];
  const provider = createServer(async (request, response) => {
    ++asked;
    const keys = await Promise.all(published.map(async (alg) => ({ ...await jose.exportJWK(pairs[alg].publicKey), kid: alg, alg, use: 'sig' })));
    response.end(JSON.stringify({ keys }));
  });
  provider.listen(0, '127.0.0.1');
  await once(provider, 'listening');
  t.after(() => provider.close());
  const issuer = 'https://id.example.org';
  const { base, room } = await start(t, ['--auth-jwks-issuer', issuer,
    '--auth-jwks-url', `http://127.0.0.1:${provider.address().port}/keys`]);
  const token = (alg, claims = {}) => new jose.SignJWT({ video: { roomJoin: true }, ...claims })
    .setProtectedHeader({ alg, kid: alg }).setIssuer(issuer).setExpirationTime('5m').sign(pairs[alg].privateKey);
  for (const alg of published) letIn(await join(base, await token(alg), room));
  published = ['EdDSA'];
  assert.equal((await join(base, await token('EdDSA'), room)).refused, 'unknown_key');
  assert.equal((await join(base, await token('EdDSA'), room)).refused, 'unknown_key');
  assert.equal(asked, 1, 'an unknown key is asked for at most once in 30 s');
});

test('a token made by REST is proven by the published keys, lets in, and can be revoked', async (t) => {
  const { base, rest, room } = await start(t);
  const made = await rest('POST', '/api/tokens', { body: { room, identity: 'ada', name: 'Ada', ttl: 600 } });
  assert.equal(made.status, 201);
  const keys = jose.createRemoteJWKSet(new URL(`${base}/.well-known/jwks.json`));
  const { payload } = await jose.jwtVerify(made.body.token, keys, { issuer: 'confab', algorithms: ['ES256'] });
  assert.equal(payload.sub, 'ada');
  assert.equal(payload.jti, made.body.id);
  letIn(await join(base, made.body.token, room));
  assert.equal((await rest('DELETE', `/api/tokens/${made.body.id}`)).status, 200);
  assert.equal((await join(base, made.body.token, room)).refused, 'revoked');
});

test('revoking a key ends what it signed, within seconds, over a restart too', async (t) => {
  const { server, base, make, key, confab, rest, room } = await start(t);
  const front = make('join', 'tokens');
  const token = await sign(front, { sub: 'ada' });
  await until(async () => (await join(base, token, room)).answer !== undefined);
  const minted = (await rest('POST', '/api/tokens', { as: front, body: { room } })).body.token;
  letIn(await join(base, minted, room));
  confab('key', 'revoke', front.id, '--data', server.dataDir);
  await until(async () => (await join(base, token, room)).refused === 'revoked');
  assert.equal((await join(base, minted, room)).refused, 'revoked');
  assert.equal((await rest('GET', '/api/keys', { as: front })).status, 401);
  letIn(await join(base, await sign(key, { sub: 'ben' }), room));
});

test('each part of REST asks for its scope, and for a key at all', async (t) => {
  const { rest, make } = await start(t);
  const routes = [['GET', '/api/keys', 'keys'], ['POST', '/api/keys', 'keys'], ['DELETE', '/api/keys/AKx', 'keys'],
    ['POST', '/api/tokens', 'tokens'], ['DELETE', '/api/tokens/tk_x', 'tokens'], ['GET', '/api/audit', 'ops'],
    ['GET', '/api/webhooks', 'webhooks'], ['POST', '/api/webhooks', 'webhooks'], ['DELETE', '/api/webhooks/WHx', 'webhooks'],
    ['GET', '/api/webhooks/WHx/deliveries', 'webhooks'], ['POST', '/api/webhooks/WHx/deliveries/m/redeliver', 'webhooks']];
  const scopes = ['join', 'rooms', 'tokens', 'webhooks', 'keys', 'ops'];
  const keys = Object.fromEntries(scopes.map((scope) => [scope, make(scope)]));
  await until(async () => (await rest('GET', '/api/audit', { as: keys.ops })).status === 200);
  for (const [method, path, needed] of routes) {
    const body = method === 'POST' ? {} : undefined;
    const none = await rest(method, path, { as: null, body });
    assert.equal(none.status, 401, `${method} ${path}`);
    assert.equal(none.headers.get('www-authenticate'), 'Bearer');
    for (const scope of scopes) {
      const { status } = await rest(method, path, { as: keys[scope], body });
      if (scope === needed) assert.ok(![401, 403].includes(status), `${method} ${path} as ${scope}: ${status}`);
      else assert.equal(status, 403, `${method} ${path} as ${scope}`);
    }
  }
});

test('a key gives nothing that it does not have', async (t) => {
  const { rest, make } = await start(t);
  const keys = make('keys');
  const tokens = make('tokens', 'join');
  await until(async () => (await rest('GET', '/api/keys', { as: keys })).status === 200);
  assert.equal((await rest('POST', '/api/keys', { as: keys, body: { name: 'x', scopes: ['ops'] } })).status, 403);
  assert.equal((await rest('POST', '/api/keys', { as: keys, body: { name: 'x', scopes: ['keys'] } })).status, 201);
  assert.equal((await rest('POST', '/api/tokens', { as: tokens, body: { video: { roomAdmin: true } } })).status, 403);
  assert.equal((await rest('POST', '/api/tokens', { as: tokens, body: { room: 'x' } })).status, 201);
});

test('wrong keys make an address wait, and secrets stand nowhere', async (t) => {
  const { server, rest, key } = await start(t);
  const listed = await rest('GET', '/api/keys');
  assert.ok(!JSON.stringify(listed.body).includes(key.secret));
  assert.ok(!server.log.join('').includes(key.secret));
  const statuses = [];
  for (let i = 0; i < 40; ++i) {
    statuses.push((await rest('GET', '/api/keys', { as: { id: key.id, secret: 'wrong' } })).status);
  }
  assert.equal(statuses[0], 401);
  assert.equal(statuses.at(-1), 429);
});

test('what was done with keys and tokens is in the audit log', async (t) => {
  const { rest } = await start(t);
  const made = await rest('POST', '/api/keys', { body: { name: 'x', scopes: ['join'] } });
  await rest('DELETE', `/api/keys/${made.body.id}`);
  const { body } = await rest('GET', '/api/audit');
  const actions = body.entries.map((entry) => `${entry.action} ${entry.target}`);
  assert.deepEqual(actions.slice(0, 2), [`key.revoke key:${made.body.id}`, `key.create key:${made.body.id}`]);
  assert.equal(body.entries.at(-1).actor, 'cli');
  const page = await rest('GET', `/api/audit?limit=1&before=${body.entries[0].id}`);
  assert.deepEqual(page.body.entries, [body.entries[1]]);
  assert.equal((await rest('GET', '/api/audit?limit=0')).status, 400);
});

test('the command makes tokens that the server takes, and says what is in them', async (t) => {
  const { base, confab, key, room } = await start(t);
  const made = confab('token', 'create', '--key', key.id, '--secret', key.secret, '--room', room,
    '--identity', 'ada', '--name', 'Ada', '--source', 'microphone', '--no-data');
  const shown = JSON.parse(execFileSync(binary, ['token', 'show', made.token], { encoding: 'utf8' }));
  assert.equal(shown.claims.sub, 'ada');
  assert.deepEqual(shown.claims.video.canPublishSources, ['microphone']);
  letIn(await join(base, made.token, room));
  confab('token', 'revoke', made.id, '--issuer', key.id, '--url', base, '--key', key.id, '--secret', key.secret);
  assert.equal((await join(base, made.token, room)).refused, 'revoked');
});
