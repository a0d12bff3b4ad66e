// Who may do what by REST: each operation by each kind of credential, every cell asserted, and what
// becomes of a credential that is for another room, expired, revoked, or not what it says it is. A
// route that has no row here fails.
import test from 'node:test';
import assert from 'node:assert/strict';
import * as jose from 'jose';
import { now, sign, start, until } from './lib/access.mjs';
import { Browser, everyWayIn, promote } from './lib/accounts.mjs';
import { declaredRoutes } from './lib/openapi.mjs';
import { request } from './lib/raw.mjs';

// The columns. Tokens are for the room that is asked about, and name what they grant. The last three are
// signed in, by a page of this server: who made the room, somebody else, and who looks after the server.
// The room is one of the first of them, but for the host key, which such a room has none of.
const who = ['nobody', 'viewer', 'participant', 'cohost', 'host', 'hostKey', 'roomAdmin', 'roomCreate', 'roomList',
  'key join', 'key rooms', 'key tokens', 'key webhooks', 'key keys', 'key ops', 'owner', 'stranger', 'operator'];
//   '+' let through   '-' known, and refused (403)   '0' not known (401)
const groups = {
  public:   '++++++++++++++++++',
  lead:     '0----++---+----+--',
  list:     '0----0--+-+----000',
  tokens:   '0----0-----+---000',
  webhooks: '0----0------+--000',
  keys:     '0----0-------+-000',
  ops:      '0----0--------+00+',
  // A token says nothing of an account, and no program signs anybody in.
  session:  '000000000000000+++',
  page:     '---------------+++',
};
const R = '/api/rooms/{code}';
const table = {
  'GET /api/rooms': 'list', 'POST /api/rooms': 'public',
  [`GET ${R}`]: 'public', [`PATCH ${R}`]: 'lead', [`DELETE ${R}`]: 'lead',
  [`GET ${R}/participants`]: 'lead', [`GET ${R}/messages`]: 'lead',
  [`DELETE ${R}/messages/{id}`]: 'lead', [`GET ${R}/attendance`]: 'lead',
  [`GET ${R}/bans`]: 'lead', [`DELETE ${R}/bans/{id}`]: 'lead',
  ...Object.fromEntries(['mute', 'stop', 'ask-unmute', 'lower-hand', 'remove', 'ban', 'role']
    .map((word) => [`POST ${R}/participants/{id}/${word}`, 'lead'])),
  ...Object.fromEntries(['mute', 'lower-hands', 'end', 'lobby/{id}/admit', 'lobby/{id}/deny', 'lobby/admit', 'lobby/message']
    .map((word) => [`POST ${R}/${word}`, 'lead'])),
  // By a proof in the body, which is not for those who lead.
  [`POST ${R}/leave`]: 'public', [`POST ${R}/return`]: 'public',
  'POST /api/keys': 'keys', 'GET /api/keys': 'keys', 'DELETE /api/keys/{id}': 'keys',
  'POST /api/tokens': 'tokens', 'DELETE /api/tokens/{id}': 'tokens',
  'GET /api/stats': 'ops', 'GET /api/stats/meetings': 'ops', 'GET /api/stats/meetings/{id}': 'ops',
  'GET /api/stats/meetings/{id}/participants/{participant}': 'ops',
  'GET /api/nodes': 'ops', 'POST /api/nodes/{id}/drain': 'ops', 'DELETE /api/nodes/{id}/drain': 'ops',
  'GET /api/audit': 'ops', 'GET /.well-known/jwks.json': 'public',
  'POST /api/webhooks': 'webhooks', 'GET /api/webhooks': 'webhooks', 'DELETE /api/webhooks/{id}': 'webhooks',
  'GET /api/webhooks/{id}/deliveries': 'webhooks', 'POST /api/webhooks/{id}/deliveries/{delivery}/redeliver': 'webhooks',
  ...Object.fromEntries(['sign-up', 'sign-in', 'link'].map((word) => [`POST /api/auth/${word}`, 'page'])),
  ...Object.fromEntries(['POST sign-out', 'POST password', 'POST delete', 'GET rooms'].map((word) => [word.replace(' ', ' /api/auth/'), 'session'])),
  'GET /api/auth/me': 'public', 'GET /api/auth/provider': 'public', 'GET /api/auth/callback': 'public',
  'GET /api/config': 'public', 'GET /api/openapi.json': 'public', 'GET /livez': 'public', 'GET /readyz': 'public',
};

const basic = (id, secret) => `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`;
const bearer = (token) => `Bearer ${token}`;

async function open(t, args = []) {
  const { server, base, key, make, confab, rest } = await start(t, ['--log-level', 'debug', ...everyWayIn(), ...args],
    { CONFAB_AUTH_IDENTITY_BURST: '100000' });
  const [owner, stranger, operator] = Array.from({ length: 3 }, () => new Browser(server));
  await owner.signUp();
  await stranger.signUp('eve@example.org', 'Eve');
  await operator.signUp('op@example.org', 'Op');
  await promote((...words) => confab(...words, '--data', server.dataDir), operator, 'op@example.org');
  const makeRoom = async (name) => (name === 'hostKey' ? (await rest('POST', '/api/rooms')).body : owner.makeRoom());
  const [own, other, keyed, keyedToo] = [await makeRoom(), await makeRoom(), await makeRoom('hostKey'), await makeRoom('hostKey')];
  const keys = Object.fromEntries(['join', 'rooms', 'tokens', 'webhooks', 'keys', 'ops'].map((scope) => [`key ${scope}`, make(scope)]));
  await until(async () => (await rest('GET', '/api/keys', { as: keys['key ops'] })).status === 403);
  const token = async (claims, video, room = own.code) => bearer(await sign(key, { sub: 'ada', ...claims, video: { room, ...video } }));
  const join = { roomJoin: true };
  const shownFor = async ({ code, hostKey }) => ({
    nobody: undefined,
    viewer: await token({ role: 'viewer' }, join, code),
    participant: await token({}, join, code),
    cohost: await token({ role: 'cohost' }, join, code),
    host: await token({ role: 'host' }, join, code),
    hostKey: bearer(hostKey ?? keyed.hostKey),
    roomAdmin: await token({}, { roomAdmin: true }, code),
    roomCreate: await token({}, { roomCreate: true }, code),
    roomList: await token({}, { roomList: true }, code),
    ...Object.fromEntries(Object.entries(keys).map(([name, { id, secret }]) => [name, basic(id, secret)])),
    owner: owner.headers, stranger: stranger.headers, operator: operator.headers,
  });
  const shown = await shownFor(own);
  // From an address of its own for each operation: wrong credentials have a budget.
  let address = 0;
  const from = () => `127.0.${1 + Math.floor(++address / 250)}.${1 + (address % 250)}`;
  // By what is shown: an Authorization, or the headers of a browser.
  const outcome = async (operation, credential, source, room = own.code) => {
    const [method, path] = operation.split(' ');
    const target = path.replace('{code}', room).replaceAll(/\{\w+\}/g, 'none');
    // Bodies are none, so that nothing is done and each cell finds the same.
    const shows = typeof credential === 'string' ? { authorization: credential } : credential;
    const headers = { ...shows, 'Content-Type': 'application/json' };
    const { status } = await request(server, method, target, { from: source, headers, body: method === 'POST' || method === 'PATCH' ? '[]' : undefined });
    assert.notEqual(status, 429, operation);
    assert.notEqual(status, 500, operation);
    return status === 401 ? '0' : status === 403 ? '-' : '+';
  };
  return { server, base, key, confab, own, other, keyed, keyedToo, keys, shown, shownFor, from, outcome, token, makeRoom, owner };
}

test('every route has its row', async (t) => {
  const { server } = await open(t);
  assert.deepEqual(declaredRoutes(server).sort(), Object.keys(table).sort());
});

test('each operation by each credential is as the table says', async (t) => {
  const { keyed, shown, shownFor, makeRoom, from, outcome } = await open(t);
  let cells = 0;
  for (const [operation, group] of Object.entries(table)) {
    const source = from();
    let row = '';
    for (const name of who) {
      // Whoever may delete a room does.
      const room = operation === `DELETE ${R}` ? await makeRoom(name) : undefined;
      const credentials = room ? await shownFor(room) : shown;
      row += await outcome(operation, credentials[name], source, room?.code ?? (name === 'hostKey' ? keyed.code : undefined));
    }
    assert.equal(row, groups[group], operation);
    cells += row.length;
  }
  assert.equal(cells, Object.keys(table).length * who.length);
});

test('a credential for another room, an old one, a revoked one and a forged one open nothing', async (t) => {
  const { server, key, confab, other, keyed, keyedToo, keys, shown, from, outcome, token } = await open(t);
  const good = { roomAdmin: true };
  const { privateKey } = await jose.generateKeyPair('ES256');
  const revoked = confab('token', 'create', '--key', key.id, '--admin', '--room', other.code);
  confab('token', 'revoke', revoked.id, '--issuer', key.id, '--url', `http://127.0.0.1:${server.httpPort}`, '--key', key.id);
  const [header, payload, signature] = shown.roomAdmin.split(' ')[1].split('.');
  const encode = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const claims = JSON.parse(Buffer.from(payload, 'base64url'));
  const bad = {
    'of another room': ['-', await token({}, { roomAdmin: true, room: other.code })],
    'of no room': ['-', bearer(await sign(key, { video: good }))],
    expired: ['0', await token({ exp: now() - 40 }, good)],
    'not yet good': ['0', await token({ nbf: now() + 500 }, good)],
    revoked: ['0', bearer(revoked.token)],
    'signed by another key': ['0', bearer(await sign({ id: key.id, secret: 'x'.repeat(43) }, { video: good }))],
    'of a key that is not': ['0', bearer(await sign({ id: 'AKnobody0000', secret: key.secret }, { video: good }))],
    'of another algorithm': ['0', bearer(await new jose.SignJWT(claims).setProtectedHeader({ alg: 'ES256' }).sign(privateKey))],
    'of no algorithm': ['0', bearer(`${encode({ alg: 'none' })}.${payload}.`)],
    'with other claims': ['0', bearer(`${header}.${encode({ ...claims, jti: 'x' })}.${signature}`)],
    'more than its key may': ['0', bearer(await sign(keys['key join'], { video: good }))],
    'host key of another room': ['0', bearer(keyedToo.hostKey), keyed],
    'host key, a letter short': ['0', shown.hostKey.slice(0, -1), keyed],
    'host key, of a room that is an account\'s': ['0', shown.hostKey],
    'key with another secret': ['0', basic(keys['key rooms'].id, 'x'.repeat(43))],
    'key that is not': ['0', basic('AKnobody0000', key.secret)],
    'no scheme': ['0', key.secret],
    'another scheme': ['0', `Digest ${key.secret}`],
  };
  for (const [operation, group] of Object.entries(table)) {
    if (['public', 'session', 'page'].includes(group)) continue;
    const source = from();
    for (const [name, [expected, authorization, room]] of Object.entries(bad)) {
      // A host key that is wrong, where none is asked for, is not known either.
      assert.equal(await outcome(operation, authorization, source, room?.code), expected, `${operation} by one ${name}`);
    }
  }
});

test('a session that is over, made up or shown by another page opens nothing, not even with a token that does', async (t) => {
  const { shown, from, outcome, owner } = await open(t);
  const over = { ...owner.headers };
  assert.equal(await outcome(`PATCH ${R}`, over, from()), '+');
  await owner.post('/api/auth/sign-out', {});
  const cookie = over.cookie;
  await owner.signIn();
  const good = owner.headers;
  const bad = {
    over,
    'made up': { ...good, cookie: `confab-session=${'x'.repeat(43)}` },
    'of another name': { ...good, cookie: good.cookie.replace('confab-session', '__Host-confab') },
    'sent twice': { ...good, cookie: `${good.cookie}; ${cookie}` },
    'of another page': { ...good, origin: 'http://127.0.0.1:1', 'sec-fetch-site': 'same-site' },
    'of no page': { cookie: good.cookie },
    'with a token of another room': { ...good, authorization: bearer('x.y.z') },
  };
  for (const [operation, group] of Object.entries(table)) {
    if (!['lead', 'session', 'ops'].includes(group)) continue;
    const source = from();
    for (const [name, headers] of Object.entries(bad)) {
      // Of what a session is needed for nothing is looked at but the session.
      if (group === 'session' && name.startsWith('with')) continue;
      const met = await outcome(operation, headers, source);
      assert.ok(met === '0' || met === '-', `${operation} by one ${name}: ${met}`);
    }
  }
  assert.equal(await outcome(`PATCH ${R}`, good, from()), '+');
  assert.equal(await outcome(`PATCH ${R}`, { ...over, authorization: shown.roomAdmin }, from()), '+', 'a token goes before');
});

test('a key that is revoked opens nothing any more, and ends the tokens that it signed', async (t) => {
  const { server, confab, keys, own, from, outcome } = await open(t);
  const front = keys['key rooms'];
  const admin = bearer(await sign(front, { video: { roomAdmin: true, room: own.code } }));
  const operation = `PATCH ${R}`;
  const source = from();
  assert.equal(await outcome(operation, basic(front.id, front.secret), source), '+');
  assert.equal(await outcome(operation, admin, source), '+');
  confab('key', 'revoke', front.id, '--data', server.dataDir);
  await until(async () => (await outcome(operation, basic(front.id, front.secret), from())) === '0');
  assert.equal(await outcome(operation, admin, source), '0');
});

test('where people without a token make no rooms, those make them who may', async (t) => {
  const { shown, from, outcome } = await open(t, ['--auth-anonymous-create=false']);
  let row = '';
  const source = from();
  for (const name of who) row += await outcome('POST /api/rooms', shown[name], source);
  assert.equal(row, '0----0-+--+----+++');
});
