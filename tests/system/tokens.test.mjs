// Tokens from outside: those that npm's jose and LiveKit's own server SDK make, and everything that
// must not pass for one.
import test from 'node:test';
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { once } from 'node:events';
import * as jose from 'jose';
import { AccessToken } from 'livekit-server-sdk';
import { join, letIn, now, sign, start, until } from './lib/access.mjs';

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

test('the keys of a provider elsewhere are fetched, and not again for each unknown one', async (t) => {
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

test('roles and sources of a token hold in the meeting', async (t) => {
  const { base, key, room } = await start(t);
  const as = async (claims, video = {}) => (await join(base, await sign(key, { ...claims, video: { roomJoin: true, room, ...video } }), room)).answer;
  assert.equal((await as({ role: 'host' })).self.role, 'host');
  assert.equal((await as({ role: 'cohost' })).self.role, 'cohost');
  assert.equal((await as({})).self.role, 'member');
  assert.deepEqual((await as({ role: 'viewer' })).permits.sources, []);
  assert.deepEqual((await as({}, { canPublishSources: ['microphone'] })).permits.sources, ['microphone']);
  assert.equal((await as({}, { canPublishData: false })).permits.chat, false);
  assert.equal((await as({})).permits.chat, true);
});
