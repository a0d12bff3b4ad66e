// API keys from outside: what each scope opens, what a key may give, how it ends, and what is
// written down of it.
import test from 'node:test';
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { binary, join, letIn, sign, start, until } from './lib/access.mjs';

test('revoking a key ends what it signed and had signed, within seconds', async (t) => {
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
  const first = await rest('GET', '/api/audit?limit=1');
  const page = await rest('GET', `/api/audit?limit=1&cursor=${first.body.next}`);
  assert.deepEqual(page.body.entries, [body.entries[1]]);
  assert.equal((await rest('GET', `/api/audit?cursor=r${first.body.next.slice(1)}`)).status, 400, 'the cursor of another list');
  // Bytes that are no text, and text that is no room's code: PostgreSQL takes the first for an error.
  for (const cursor of ['rff', 'r6100', 'r7a']) {
    assert.equal((await rest('GET', `/api/rooms?cursor=${cursor}`)).status, 400, cursor);
  }
  assert.equal((await rest('GET', '/api/audit?limit=0')).status, 400);
});

test('the command makes tokens that the server takes, and says what is in them', async (t) => {
  const { base, confab, key, room } = await start(t);
  const made = confab('token', 'create', '--key', key.id, '--room', room,
    '--identity', 'ada', '--name', 'Ada', '--source', 'microphone', '--no-data');
  const shown = JSON.parse(execFileSync(binary, ['token', 'show', made.token], { encoding: 'utf8' }));
  assert.equal(shown.claims.sub, 'ada');
  assert.deepEqual(shown.claims.video.canPublishSources, ['microphone']);
  letIn(await join(base, made.token, room));
  confab('token', 'revoke', made.id, '--issuer', key.id, '--url', base, '--key', key.id);
  assert.equal((await join(base, made.token, room)).refused, 'revoked');
});

test('a token leads the room that it names and no other; a key with the scope rooms leads all', async (t) => {
  const { base, key, make, rest, room } = await start(t, ['--auth-anonymous-create=false']);
  assert.equal(room, undefined, 'nobody makes rooms without a token');
  const create = `Bearer ${await sign(key, { video: { roomCreate: true } })}`;
  const [one, other] = await Promise.all([0, 1].map(async () =>
    (await rest('POST', '/api/rooms', { as: null, authorization: create })).body.code));
  const admin = `Bearer ${await sign(key, { video: { roomAdmin: true, room: one } })}`;
  const list = `Bearer ${await sign(key, { video: { roomList: true, room: one } })}`;
  const title = (code, options) => rest('PATCH', `/api/rooms/${code}`, { body: { title: 'x' }, ...options });
  assert.equal((await title(one, { as: null, authorization: admin })).status, 200);
  assert.equal((await title(other, { as: null, authorization: admin })).status, 403);
  assert.equal((await title(one, { as: null, authorization: list })).status, 403);
  assert.equal((await title(one, { as: null, authorization: create })).status, 403);
  assert.equal((await title(other)).status, 200);
  const narrow = make('join');
  await until(async () => (await rest('GET', '/api/audit', { as: narrow })).status === 403);
  assert.equal((await title(other, { as: narrow })).status, 403);
  const { entries } = (await rest('GET', '/api/audit')).body;
  assert.equal(entries.filter((entry) => entry.action === 'room.act').length, 2);
});
