// What an operator sees of running meetings by REST: who is in them, what goes through their media and
// why it is not more; nodes and draining them; and what becomes of it when media does not answer.
import test from 'node:test';
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { Apart, until } from './lib/apart.mjs';
import { binary, sleep, start as startServer, until as untilTrue } from './lib/access.mjs';
import { crowd, dtlsParameters, join, makeTransport, produce, rtpCapabilities } from './lib/client.mjs';

async function start(t, env = {}) {
  const { server, rest, make, room } = await startServer(t, [], { CONFAB_AUTH_IDENTITY_BURST: '100000', CONFAB_HTTP_REST_BURST: '100000', ...env });
  const ops = make('ops');
  await untilTrue(async () => (await rest('GET', '/api/stats', { as: ops })).status === 200);
  const ask = async (at, method = 'GET', body = undefined) => {
    const answer = await rest(method, at, { as: ops, body });
    return answer;
  };
  const get = async (at) => {
    const answer = await ask(at);
    assert.equal(answer.status, 200, `${at}: ${JSON.stringify(answer.body)}`);
    return answer.body;
  };
  return { server, rest, room, ask, get, people: crowd(t, server) };
}

// Ben receives Ada's camera.
async function watchedCall(people, room) {
  const ada = await people.join(room, 'Ada');
  const { producerId } = await produce(ada, 'camera');
  const ben = await people.join(room, 'Ben');
  const recv = await makeTransport(ben, 'recv');
  await ben.get('transport:connect', { transportId: recv.id, dtlsParameters });
  const consumer = await ben.get('consume', { transportId: recv.id, producerId, rtpCapabilities });
  return { ada, ben, recv, producerId, consumerId: consumer.id };
}

test('a meeting is seen with its people, their streams and by whom they are', async (t) => {
  const { get, people, room } = await start(t);
  assert.deepEqual((await get('/api/stats/meetings')).meetings, []);
  const { ada, ben, recv, producerId, consumerId } = await watchedCall(people, room);

  const node = await get('/api/stats');
  assert.equal(node.participants, 2);
  assert.equal(node.meetings, 1);
  assert.equal(node.joins.letIn, 2);
  const { meetings: [meeting] } = await get('/api/stats/meetings');
  assert.equal(meeting.participants, 2);
  assert.equal(meeting.consumers, 1);
  assert.deepEqual(meeting.places.map((each) => each.shard), [0]);
  assert.ok(Math.abs(meeting.since - Date.now()) < 60_000);
  assert.ok(!JSON.stringify(meeting).includes(room), 'a code lets in whoever reads it');

  const seen = await get(`/api/stats/meetings/${meeting.id}`);
  assert.deepEqual(seen.participants.map((each) => each.name), ['Ada', 'Ben']);
  assert.equal(seen.next, undefined);
  const [first, second] = seen.participants;
  assert.equal(first.id, ada.joined.participantId);
  assert.equal(first.media.producers[0].producerId, producerId);
  assert.equal(first.media.producers[0].source, 'camera');
  assert.equal(first.media.transports[0].direction, 'send');
  const [received] = second.media.consumers;
  assert.equal(received.consumerId, consumerId);
  assert.deepEqual(received.from, { id: first.id, name: 'Ada' });
  assert.equal(received.paused, true);
  assert.equal(received.layers.reason, 'client_wish');
  assert.equal(second.media.transports[0].transportId, recv.id);

  const { participant } = await get(`/api/stats/meetings/${meeting.id}/participants/${second.id}`);
  assert.deepEqual(participant.media.consumers.map((each) => each.consumerId), [consumerId]);
  assert.deepEqual(participant.media.producers, []);
  ben.close();
});

test('pages: of meetings by id, of people in the order they came, and without media for less', async (t) => {
  const { get, ask, people, room, server } = await start(t);
  for (const name of ['one', 'two', 'three']) await people.join(room, name);
  await people.join(await server.createRoom(), 'elsewhere');
  const first = await get('/api/stats/meetings?limit=1');
  const second = await get(`/api/stats/meetings?limit=1&cursor=${first.next}`);
  const ids = [...first.meetings, ...second.meetings].map((each) => each.id);
  assert.equal(new Set(ids).size, 2);
  assert.deepEqual([...ids].sort(), ids);
  const { id } = [...first.meetings, ...second.meetings].find((each) => each.participants === 3);
  const names = [];
  let next = '';
  do {
    const page = await get(`/api/stats/meetings/${id}?limit=2&media=false${next}`);
    names.push(...page.participants.map((each) => each.name));
    assert.ok(page.participants.every((each) => !('media' in each)));
    next = page.next && `&cursor=${page.next}`;
  } while (next);
  assert.deepEqual(names, ['one', 'two', 'three']);
  assert.equal((await ask(`/api/stats/meetings/${id}?cursor=${first.next}`)).status, 400);
  for (const at of [`/api/stats/meetings/mt_${'0'.repeat(26)}`, '/api/stats/meetings/none', `/api/stats/meetings/${id}/participants/none`]) {
    assert.equal((await ask(at)).status, 404, at);
  }
});

test('joins that failed are counted by reason, and the last of them listed', async (t) => {
  const { get, people, server } = await start(t);
  const client = await people.connectOwn();
  assert.equal((await client.ask('join', { room: 'zzz-zzzz-zzz', name: 'Ada' })).error.code, 'not_found');
  const { joins } = await get('/api/stats');
  assert.deepEqual(joins.refused, { not_found: 1 });
  assert.equal(joins.lastRefused[0].code, 'not_found');
  assert.ok(!JSON.stringify(joins).includes('Ada'));
  const samples = await server.samples();
  assert.equal(samples.find((each) => each.name === 'confab_signaling_joins_total' && each.labels === 'result="not_found"').value, 1);
});

test('media is not asked at will: who asks for too much is told to wait, and the rest goes on', async (t) => {
  const { get, ask, people, room } = await start(t);
  await watchedCall(people, room);
  const { meetings: [meeting] } = await get('/api/stats/meetings');
  // Four streams each: 10,000 at once, then 4,000 a second.
  let refused;
  for (let round = 0; round < 40 && !refused; ++round) {
    const answers = await Promise.all(Array.from({ length: 100 }, () => ask(`/api/stats/meetings/${meeting.id}`)));
    refused = answers.find((each) => each.status === 429);
  }
  assert.ok(refused, 'somebody is refused');
  assert.equal(refused.headers.get('retry-after'), '2');
  await get('/api/stats');
  await sleep(2000);
  assert.ok((await get(`/api/stats/meetings/${meeting.id}`)).participants[0].media);
});

test('a node that is drained makes no rooms until it is undrained, and the audit log says who did it', async (t) => {
  const { get, ask, rest, server, people, room } = await start(t);
  const { nodes: [node] } = await get('/api/nodes');
  assert.equal(node.role, 'serve');
  assert.equal(node.draining, false);
  await people.join(room, 'Ada');
  const drained = await ask(`/api/nodes/${node.id}/drain`, 'POST', { deadlineSeconds: 60 });
  assert.deepEqual(drained.body, { draining: true, meetings: 1 });
  assert.equal((await rest('POST', '/api/rooms')).status, 503);
  assert.equal((await get('/api/nodes')).nodes[0].draining, true);
  await people.join(room, 'Ben');
  assert.equal((await ask(`/api/nodes/${node.id}/drain`, 'DELETE')).body.draining, false);
  assert.ok(await server.createRoom());
  assert.equal((await ask('/api/nodes/77/drain', 'POST')).status, 404);
  assert.equal((await ask(`/api/nodes/${node.id}/drain`, 'POST', { deadlineSeconds: -1 })).status, 400);
  let actions = [];
  await untilTrue(async () => {
    actions = (await get('/api/audit')).entries.filter((each) => each.target === `node:${node.id}`);
    return actions.length === 2;
  });
  assert.deepEqual(actions.map((each) => each.action), ['node.undrain', 'node.drain']);
  assert.match(actions[0].actor, /^key:/);
});

async function startApart(t, media) {
  const parts = await Apart.start(t, { media });
  const key = JSON.parse(execFileSync(binary, ['key', 'create', '--data', path.join(parts.folder, 'signaling'), '--signaling', '--name', 'test', '--scope', 'ops', '--json'],
    { encoding: 'utf8', env: { ...process.env, ...parts.env, CONFAB_MEDIA_NODE: parts.media.map((m) => `${m.node}=127.0.0.1:${m.rpcPort}`).join(',') } }));
  const headers = { authorization: `Basic ${Buffer.from(`${key.id}:${key.secret}`).toString('base64')}` };
  const ask = async (at, method = 'GET') => {
    const response = await fetch(parts.url + at, { method, headers });
    return { status: response.status, body: await response.json() };
  };
  await until('the key', async () => (await ask('/api/stats')).status === 200);
  return { parts, ask };
}

test('of a media node that does not answer the rest is seen all the same, within three seconds', async (t) => {
  const { parts, ask } = await startApart(t, 1);
  const ada = await join(parts, await parts.createRoom(), 'Ada');
  t.after(() => ada.close());
  await produce(ada, 'camera');
  const { body: { meetings: [meeting] } } = await ask('/api/stats/meetings');
  assert.equal(meeting.places[0].node, 1);
  assert.equal((await ask(`/api/stats/meetings/${meeting.id}`)).body.participants[0].media.producers.length, 1);
  parts.media[0].signal('SIGSTOP');
  const before = Date.now();
  const seen = await ask(`/api/stats/meetings/${meeting.id}`);
  assert.ok(Date.now() - before < 3000, `${Date.now() - before} ms`);
  assert.equal(seen.status, 200);
  assert.equal(seen.body.participants[0].name, 'Ada');
  assert.equal(seen.body.participants[0].media, null);
});

test('a media node is drained from here: its meeting stays, new ones go elsewhere', async (t) => {
  const { parts, ask } = await startApart(t, 2);
  const people = [];
  t.after(() => people.forEach((each) => each.close()));
  people.push(await join(parts, await parts.createRoom(), 'Ada'));
  await produce(people[0], 'camera');
  const home = (await ask('/api/stats/meetings')).body.meetings[0].places[0].node;
  assert.deepEqual((await ask('/api/nodes')).body.nodes.map(({ id, role, up }) => ({ id, role, up })),
    [{ id: 1, role: 'media', up: true }, { id: 2, role: 'media', up: true }, { id: 0, role: 'signaling', up: true }]);
  const drained = await ask(`/api/nodes/${home}/drain`, 'POST');
  assert.deepEqual(drained.body, { draining: true, meetings: 1 });
  const stateOf = async () => (await ask('/api/nodes')).body.nodes.find((each) => each.id === home && each.role === 'media');
  await until('it says so', async () => (await stateOf()).draining);
  for (const name of ['Ben', 'Cleo', 'Dan']) {
    people.push(await join(parts, await parts.createRoom(), name));
    await produce(people.at(-1), 'camera');
  }
  assert.equal((await stateOf()).meetings, 1, 'no new ones came');
  assert.equal((await ask(`/api/nodes/${home}/drain`, 'DELETE')).body.draining, false);
  await until('it is back', async () => !(await stateOf()).draining);
  parts.media[home - 1].signal('SIGKILL');
  await until('it is gone', async () => !(await stateOf()).up);
  assert.equal((await ask(`/api/nodes/${home}/drain`, 'POST')).status, 503);
  assert.equal((await ask('/api/nodes/0/drain', 'POST')).status, 409);
});
