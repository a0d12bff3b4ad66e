// /api/openapi.json is what the server does: every route is in it and every operation is a route,
// what it answers is what is written there, and whatever is sent, nothing else comes back.
import test from 'node:test';
import assert from 'node:assert/strict';
import { start, sleep } from './lib/access.mjs';
import { everyWayIn, linkIn, password } from './lib/accounts.mjs';
import { crowd, produce } from './lib/client.mjs';
import { Contract, declaredRoutes, operationsOf } from './lib/openapi.mjs';
import { Provider } from './lib/provider.mjs';

const basic = (as) => ({ authorization: `Basic ${Buffer.from(`${as.id}:${as.secret}`).toString('base64')}` });

async function open(t) {
  const provider = await Provider.start(t);
  const { server, base, key, confab } = await start(t, ['--log-level', 'debug', ...everyWayIn(provider.issuer)],
    { CONFAB_AUTH_IDENTITY_BURST: '100000', CONFAB_AUTH_IDENTITY_PER_SECOND: '100000' });
  const doc = await (await fetch(`${base}/api/openapi.json`)).json();
  return { server, base, key, confab, doc, contract: new Contract(base, doc), people: crowd(t, server) };
}

test('every route is in the document, and every operation of it is a route', async (t) => {
  const { server, doc } = await open(t);
  assert.equal(doc.openapi, '3.1.0');
  const written = operationsOf(doc).map(({ name }) => name).sort();
  assert.deepEqual(declaredRoutes(server).sort(), written);
});

test('the document holds together: references lead somewhere, parameters are declared, names are unique', async (t) => {
  const { doc, contract } = await open(t);
  for (const [, ref] of JSON.stringify(doc).matchAll(/"\$ref":"([^"]+)"/g)) assert.ok(contract.resolve({ $ref: ref }), ref);
  const ids = operationsOf(doc).map(({ operation }) => operation.operationId);
  assert.equal(new Set(ids).size, ids.length);
  for (const { name, path, operation } of operationsOf(doc)) {
    const declared = [...(doc.paths[path].parameters ?? []), ...(operation.parameters ?? [])].map((each) => contract.resolve(each));
    const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, key]) => key).sort();
    assert.deepEqual(declared.filter((each) => each.in === 'path').map((each) => each.name).sort(), inPath, name);
    assert.ok(operation.security.length > 0, `${name} says who may`);
    for (const scheme of operation.security.flatMap(Object.keys)) assert.ok(doc.components.securitySchemes[scheme], scheme);
    for (const tag of operation.tags) assert.ok(doc.tags.some((each) => each.name === tag), tag);
  }
});

test('what is not public is refused to whoever shows nothing, and what is public is not', async (t) => {
  const { doc, contract, base } = await open(t);
  const room = (await (await fetch(`${base}/api/rooms`, { method: 'POST' })).json()).code;
  for (const { name, operation } of operationsOf(doc)) {
    const isPublic = operation.security.some((each) => Object.keys(each).length === 0);
    // Pages that leave show their token in the body.
    if (/\/(leave|return)$/.test(name)) continue;
    const { status } = await contract.ask(name, { params: { code: room } });
    assert.equal(status === 401, !isPublic, `${name}: ${status}`);
  }
});

test('each operation does what the document says', async (t) => {
  const { contract, key, people, doc, base, confab, server } = await open(t);
  const headers = basic(key);
  const ask = (name, more = {}) => contract.ask(name, { headers, ...more });
  const done = async (status, name, more) => {
    const answer = await ask(name, more);
    assert.equal(answer.status, status, `${name}: ${JSON.stringify(answer.body)}`);
    return answer.body;
  };
  const room = await done(201, 'POST /api/rooms', { body: { title: 'Board', lobby: true, permissions: { chat: true } } });
  const code = room.code;
  const R = '/api/rooms/{code}';
  const host = await people.join(code, 'Hana', { hostKey: room.hostKey });
  const knock = async (name) => {
    const client = await people.connectOwn();
    return (await client.get('join', { room: code, name })).waiting.id;
  };
  const waiting = [await knock('Wanda'), await knock('Walt')];
  await done(200, `POST ${R}/lobby/{id}/deny`, { params: { code, id: waiting[0] } });
  await done(200, `POST ${R}/lobby/{id}/admit`, { params: { code, id: waiting[1] } });
  await knock('Will');
  await done(200, `POST ${R}/lobby/message`, { params: { code }, body: { text: 'soon' } });
  const inside = await done(200, `GET ${R}/participants`, { params: { code } });
  assert.equal(inside.lobby.length, 1);
  await done(200, `POST ${R}/lobby/admit`, { params: { code } });
  await done(200, `PATCH ${R}`, { params: { code }, body: { lobby: false } });
  const ben = await people.join(code, 'Ben');
  const cleo = await people.join(code, 'Cleo');
  const id = ben.joined.participantId;
  await ben.get('hand:set', { raised: true });
  const said = (await ben.get('chat:send', { text: 'hello' })).message;
  for (const [word, body] of [['mute', {}], ['ask-unmute', {}], ['stop', { source: 'camera' }], ['lower-hand'], ['role', { role: 'cohost' }], ['remove']]) {
    await done(200, `POST ${R}/participants/{id}/${word}`, { params: { code, id }, body });
  }
  await done(200, `POST ${R}/mute`, { params: { code } });
  await done(200, `POST ${R}/lower-hands`, { params: { code } });
  const { banId } = await done(200, `POST ${R}/participants/{id}/ban`, { params: { code, id: cleo.joined.participantId } });
  assert.equal((await done(200, `GET ${R}/bans`, { params: { code } })).bans[0].id, banId);
  await done(200, `DELETE ${R}/bans/{id}`, { params: { code, id: banId } });
  const { messages } = await done(200, `GET ${R}/messages`, { params: { code } });
  assert.deepEqual(messages, [said]);
  await done(200, `DELETE ${R}/messages/{id}`, { params: { code, id: said.id } });
  assert.deepEqual((await done(200, `GET ${R}/messages`, { params: { code } })).messages, []);
  const { attendance } = await done(200, `GET ${R}/attendance`, { params: { code } });
  assert.deepEqual(attendance.map(({ name, present }) => [name, present]), [['Cleo', false], ['Ben', false], ['Hana', true]]);
  const resume = { resumeToken: host.joined.resumeToken, socketId: host.id };
  await done(200, `POST ${R}/return`, { params: { code }, body: resume });
  await done(200, `POST ${R}/leave`, { params: { code }, body: resume });
  await done(200, `POST ${R}/end`, { params: { code } });
  const found = await ask(`GET ${R}`, { params: { code } });
  assert.equal(found.body.settings.title, 'Board');
  await done(304, `GET ${R}`, { params: { code }, headers: { ...headers, 'if-none-match': found.headers.get('etag') } });
  await done(412, `PATCH ${R}`, { params: { code }, headers: { ...headers, 'if-match': '"other"' }, body: { title: 'x' } });
  await done(200, `PATCH ${R}`, { params: { code }, headers: { ...headers, 'if-match': found.headers.get('etag') }, body: { title: 'x' } });
  assert.ok((await done(200, 'GET /api/rooms')).rooms.some((each) => each.code === code));
  await done(200, `DELETE ${R}`, { params: { code } });

  const made = await done(201, 'POST /api/keys', { body: { name: 'x', scopes: ['join'] } });
  await done(200, 'GET /api/keys');
  await done(200, 'DELETE /api/keys/{id}', { params: { id: made.id } });
  const token = await done(201, 'POST /api/tokens', { body: { room: code, identity: 'ada' } });
  await done(200, 'DELETE /api/tokens/{id}', { params: { id: token.id } });
  const hook = await done(201, 'POST /api/webhooks', { body: { url: 'https://hook.invalid/hook', events: ['room_started'] } });
  await done(200, 'GET /api/webhooks');
  await done(200, 'GET /api/webhooks/{id}/deliveries', { params: { id: hook.id } });
  await people.join((await done(201, 'POST /api/rooms')).code, 'Dan');
  let deliveries = [];
  for (const end = Date.now() + 30_000; deliveries.length === 0 && Date.now() < end; await sleep(100)) {
    ({ deliveries } = await done(200, 'GET /api/webhooks/{id}/deliveries', { params: { id: hook.id } }));
  }
  assert.ok(deliveries.length > 0, 'what happened in a room is on its way to the webhook');
  await done(202, 'POST /api/webhooks/{id}/deliveries/{delivery}/redeliver', { params: { id: hook.id, delivery: deliveries[0].id } });
  await done(200, 'DELETE /api/webhooks/{id}', { params: { id: hook.id } });
  const { next } = await done(200, 'GET /api/audit', { query: '?limit=1' });
  await done(200, 'GET /api/audit', { query: `?cursor=${next}` });
  await done(200, 'GET /api/stats');
  const { meetings } = await done(200, 'GET /api/stats/meetings');
  const sender = await people.join((await done(201, 'POST /api/rooms')).code, 'Eve');
  await produce(sender, 'camera');
  const meeting = (await done(200, 'GET /api/stats/meetings')).meetings.find((each) => each.producers === 1);
  assert.ok(meetings.length > 0 && meeting);
  const seen = await done(200, 'GET /api/stats/meetings/{id}', { params: { id: meeting.id } });
  assert.equal(seen.participants[0].media.producers[0].source, 'camera');
  const { participant } = await done(200, 'GET /api/stats/meetings/{id}/participants/{participant}',
    { params: { id: meeting.id, participant: seen.participants[0].id } });
  assert.equal(participant.name, 'Eve');
  const [node] = (await done(200, 'GET /api/nodes')).nodes;
  const drained = await done(200, 'POST /api/nodes/{id}/drain', { params: { id: node.id }, body: { deadlineSeconds: 60 } });
  assert.equal(drained.draining, true);
  assert.equal((await done(200, 'GET /readyz')).status, 'ok', 'who is in a meeting must be able to come back');
  assert.equal((await done(200, 'DELETE /api/nodes/{id}/drain', { params: { id: node.id } })).draining, false);
  for (const name of ['GET /.well-known/jwks.json', 'GET /api/config', 'GET /livez', 'GET /readyz']) await done(200, name);
  const openapi = await ask('GET /api/openapi.json');
  await done(304, 'GET /api/openapi.json', { headers: { 'if-none-match': openapi.headers.get('etag') } });

  const page = { origin: base, 'content-type': 'application/json' };
  const signed = async (status, name, body) => {
    const { headers: set, ...answer } = await contract.ask(name, { headers: page, body });
    assert.equal(answer.status, status, `${name}: ${JSON.stringify(answer.body)}`);
    [page.cookie] = set.get('set-cookie').split(';');
  };
  const ada = { email: 'ada@example.org', password };
  await signed(201, 'POST /api/auth/sign-up', { ...ada, name: 'Ada' });
  await signed(200, 'POST /api/auth/sign-in', ada);
  const own = (await contract.ask('POST /api/rooms', { headers: page, body: {} })).body.code;
  assert.equal((await contract.ask('GET /api/auth/rooms', { headers: page })).body.rooms[0].code, own);
  assert.equal((await contract.ask('GET /api/auth/me', { headers: page })).body.account.email, ada.email);
  assert.equal((await contract.ask('GET /api/auth/me')).body.account, null);
  await signed(200, 'POST /api/auth/password', { current: password, password: 'battery staple' });
  const link = linkIn(confab('account', 'reset', ada.email, '--data', server.dataDir));
  await signed(200, 'POST /api/auth/link', { link, password });
  await done(200, 'POST /api/auth/sign-out', { headers: page, body: {} });
  await signed(200, 'POST /api/auth/sign-in', ada);
  await done(200, 'POST /api/auth/delete', { headers: page, body: { password } });
  await done(302, 'GET /api/auth/provider', { query: '?next=/x' });
  await done(302, 'GET /api/auth/callback', { query: '?code=x&state=y' });

  for (const { name, operation } of operationsOf(doc)) {
    const good = Object.keys(operation.responses).find((status) => /^2|302/.test(status));
    assert.ok(contract.seen.get(name).has(Number(good)), `nobody here asked for ${name} and was answered ${good}`);
  }
});

// Values that are not what a field of `schema` is, and some that are.
function oddities(schema) {
  const odd = [null, 7, -1, 1e300, true, '', 'x', 'x'.repeat(5000), '\u0000', [], [[]], {}, { a: 1 }];
  return [...odd, ...(schema?.enum ?? [])];
}

test('whatever is sent, the answer is one that the document has', async (t) => {
  const { contract, key, doc, base } = await open(t);
  // As a page of this server, or people who sign in would not be asked for anything.
  const headers = { ...basic(key), origin: base, 'content-type': 'application/json' };
  const room = (await (await fetch(`${base}/api/rooms`, { method: 'POST', headers })).json()).code;
  const odd = ['none', '...', '%', ' ', 'a'.repeat(300), 'ключ', "' OR 1=1 --", room];
  let asked = 0;
  for (const { name, path, operation } of operationsOf(doc)) {
    // It would end what the others are asked of; and one address makes a hundred rooms at once.
    const ends = name === 'DELETE /api/rooms/{code}' || name === 'DELETE /api/keys/{id}';
    const ask = async (more) => {
      ++asked;
      const { status } = await contract.ask(name, { headers, params: { code: room }, ...more });
      assert.ok(status < 500 || status === 503, name);
    };
    if (path.includes('{')) {
      for (const value of odd) {
        if (ends && value === room) continue;
        await ask({ params: { code: ends ? 'none' : room, id: value, delivery: value } });
        if (path.includes('{code}') && value !== room) await ask({ params: { code: value } });
      }
    }
    for (const parameter of (operation.parameters ?? []).map((each) => contract.resolve(each))) {
      if (parameter.in !== 'query') continue;
      for (const value of ['', '0', '-1', '1', '101', 'x', '9'.repeat(30), '%00', '%ff', 'r00', 'a'.repeat(400)]) {
        await ask({ query: `?${parameter.name}=${value}`, params: { code: room, id: 'none' } });
      }
    }
    const schema = operation.requestBody && contract.resolve(operation.requestBody.content['application/json'].schema);
    if (!schema) continue;
    const isMade = name === 'POST /api/rooms' || name === 'POST /api/keys';
    for (const body of ['', '{', 'null', '[]', '7', '"x"', '{"a":{"b":{"c":[[[[]]]]}}}', `{"x":"${'x'.repeat(20_000)}"}`]) {
      if (!(isMade && body === '')) await ask({ body });
    }
    for (const [field, of] of Object.entries(schema.properties ?? {})) {
      for (const value of isMade ? oddities(of).slice(0, 4) : oddities(of)) await ask({ body: { [field]: value } });
    }
  }
  assert.ok(asked > 700, `${asked} requests`);
});
