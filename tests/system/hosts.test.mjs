// What hosts may do, and nobody else: over the socket and by REST, with clients that try everything.
import test from 'node:test';
import assert from 'node:assert/strict';
import { Server } from '../browser/lib/server.mjs';
import { until } from './lib/access.mjs';
import { crowd, join, produce } from './lib/client.mjs';
import { openDatabase } from './lib/database.mjs';

async function start(t, settings) {
  const server = await Server.start();
  const people = crowd(t, server);
  const base = `http://127.0.0.1:${server.httpPort}`;
  const rest = async (method, path, { body, key, seen } = {}) => {
    const headers = {
      'content-type': 'application/json', ...(key && { authorization: `Bearer ${key}` }), ...(seen && { 'if-match': seen }),
    };
    const response = await fetch(`${base}/api/rooms${path}`, { method, headers, body: body && JSON.stringify(body) });
    return { status: response.status, etag: response.headers.get('etag'), body: await response.json() };
  };
  const { body: room } = await rest('POST', '', { body: settings });
  const asHost = (name = 'Hana') => people.join(room.code, name, { hostKey: room.hostKey });
  return { server, people, rest, room, asHost };
}

const device = (letter) => letter.repeat(22);

test('the host reloads in a locked room with a lobby and a password, and is host on a second device', async (t) => {
  const { room, asHost, rest } = await start(t, { lobby: true, locked: true, password: 'sesame', title: 'Board' });
  assert.deepEqual(room.settings, {
    title: 'Board', lobby: true, locked: true, hasPassword: true, permissions: { unmute: true, share: true, chat: true },
  });
  const first = await asHost();
  assert.equal(first.joined.self.role, 'host');
  assert.deepEqual(first.joined.lobby, []);
  first.drop();
  assert.equal((await asHost()).joined.self.role, 'host');
  const { body: found } = await rest('GET', `/${room.code}`);
  assert.equal(found.hasPassword, true);
  assert.equal(found.settings, undefined, 'shown to the owner alone');
});

test('a removed person stays out with the same link, token and browser; others come in', async (t) => {
  const { people, room, asHost } = await start(t);
  const host = await asHost();
  const ben = await people.join(room.code, 'Ben', { device: device('b') });
  await host.get('participant:remove', { participantId: ben.joined.participantId });
  assert.equal((await ben.event('removed')).by.name, 'Hana');
  await new Promise((resolve) => (ben.socket.connected ? ben.socket.once('disconnect', resolve) : resolve()));
  for (const again of [{ resumeToken: ben.joined.resumeToken }, { device: device('b') }]) {
    const back = await people.connectOwn();
    assert.equal((await back.ask('join', { room: room.code, name: 'Ben', ...again })).error.code, 'forbidden');
  }
  await people.join(room.code, 'Cleo', { device: device('c') });
});

test('who waits in the lobby sees nothing, keeps the place over a reload, and comes in when admitted', async (t) => {
  const { people, room, asHost } = await start(t, { lobby: true });
  const host = await asHost();
  let ben = await people.connectOwn();
  const waits = await ben.get('join', { room: room.code, name: 'Ben' });
  assert.equal(waits.participantId, undefined);
  assert.equal((await host.event('lobby:knocked')).waiting.id, waits.waiting.id);
  for (const name of ['state:get', 'chat:send', 'transport:create', 'participant:mute', 'lobby:admit-all']) {
    const payload = { text: 'x', direction: 'send', participantId: host.joined.participantId };
    assert.equal((await ben.ask(name, payload)).error.code, 'conflict', name);
  }
  ben.close();
  ben = await people.connectOwn();
  assert.notEqual((await ben.get('join', { room: room.code, name: 'Ben', knock: 'not one' })).waiting.id, waits.waiting.id);
  ben.close();
  ben = await people.connectOwn();
  const again = await ben.get('join', { room: room.code, name: 'Ben' });
  ben.drop();
  const back = await people.connectOwn();
  assert.equal((await back.get('join', { room: room.code, name: 'Ben', knock: again.knock })).waiting.id, again.waiting.id);
  await host.get('lobby:message', { text: 'five minutes' });
  assert.equal((await back.event('lobby:message')).text, 'five minutes');
  await host.get('lobby:admit', { waitingId: again.waiting.id });
  await back.event('lobby:admitted');
  const joined = await back.get('join', { room: room.code, name: 'Ben', knock: again.knock });
  assert.equal(joined.participants.length, 1);
  assert.equal(joined.lobby, undefined, 'who may not let in sees no list');
});

test('a password opens the room, and guessing it is slow', async (t) => {
  const { people, room } = await start(t, { password: 'sesame' });
  const ben = await people.connectOwn();
  assert.equal((await ben.ask('join', { room: room.code, name: 'Ben' })).error.code, 'unauthenticated');
  assert.equal((await ben.ask('join', { room: room.code, name: 'Ben', password: 'simsim' })).error.code, 'unauthenticated');
  assert.ok((await ben.get('join', { room: room.code, name: 'Ben', password: 'sesame' })).participantId);
  const codes = [];
  for (let i = 0; i < 12; ++i) {
    const eve = await people.connectOwn();
    codes.push((await eve.ask('join', { room: room.code, name: 'Eve', password: `guess ${i}` })).error.code);
    eve.close();
  }
  assert.ok(codes.includes('rate_limited'), codes.join());
});

test('muted stays muted, and a viewer can not publish even with a changed client', async (t) => {
  const { server, people, room, asHost } = await start(t);
  const host = await asHost();
  const ben = await people.join(room.code, 'Ben');
  const { producerId } = await produce(ben, 'microphone');
  await host.get('participant:mute', { participantId: ben.joined.participantId });
  assert.equal((await ben.event('moderation')).action, 'mute');
  assert.equal((await ben.event('producer:paused')).producerId, producerId);
  const reloaded = people.keep(await join(server, room.code, 'Ben', { resumeToken: ben.joined.resumeToken }));
  await produce(reloaded, 'microphone');
  assert.equal((await reloaded.get('state:get')).self.producers[0].paused, true);

  await host.get('participant:role', { participantId: reloaded.joined.participantId, role: 'viewer' });
  const told = await reloaded.event('self:updated');
  assert.deepEqual(told.permits.sources, []);
  assert.equal((await reloaded.get('state:get')).self.producers.length, 0);
  const { id } = await reloaded.get('transport:create', { direction: 'send' });
  const refused = await reloaded.ask('produce', { transportId: id, kind: 'video', source: 'camera', rtpParameters: {} });
  assert.ok(['forbidden', 'invalid_argument'].includes(refused.error.code));
  await assert.rejects(produce(reloaded, 'camera'), /forbidden/);
});

test('a member has none of the tools of a host', async (t) => {
  const { people, room, asHost } = await start(t);
  const host = await asHost();
  const ben = await people.join(room.code, 'Ben');
  const participantId = host.joined.participantId;
  for (const [name, payload] of [
    ['participant:mute', { participantId }], ['participant:stop', { participantId, source: 'camera' }],
    ['participant:ask-unmute', { participantId }], ['participant:remove', { participantId }],
    ['participant:ban', { participantId }], ['participant:role', { participantId: ben.joined.participantId, role: 'host' }],
    ['hand:lower', { participantId }], ['meeting:mute-all', {}], ['meeting:lower-hands', {}], ['meeting:end', {}],
    ['ban:list', {}], ['room:set', { lobby: true }], ['room:lock', { locked: true }], ['room:password', { password: 'x' }],
    ['lobby:admit-all', {}], ['lobby:message', { text: 'x' }],
  ]) {
    assert.equal((await ben.ask(name, payload)).error?.code, 'forbidden', name);
  }
});

test('by REST the owner does what hosts do, and whoever shows no key does nothing', async (t) => {
  const { people, room, rest } = await start(t);
  const ben = await people.join(room.code, 'Ben');
  const at = `/${room.code}`;
  const who = `${at}/participants/${ben.joined.participantId}`;
  await ben.get('hand:set', { raised: true });
  for (const key of [undefined, 'h1.AAAA', room.hostKey.slice(0, -1)]) {
    for (const [method, path] of [
      ['PATCH', at], ['DELETE', at], ['GET', `${at}/participants`], ['POST', `${who}/mute`], ['POST', `${who}/remove`],
      ['POST', `${who}/role`], ['POST', `${at}/end`], ['POST', `${at}/mute`], ['POST', `${at}/lobby/admit`], ['GET', `${at}/bans`],
    ]) {
      assert.equal((await rest(method, path, { key, body: method === 'GET' ? undefined : {} })).status, 401, `${method} ${path}`);
    }
  }
  const { hostKey: key } = room;
  const listed = await rest('GET', `${at}/participants`, { key });
  assert.deepEqual(listed.body.participants.map((p) => p.name), ['Ben']);
  assert.deepEqual((await rest('POST', `${at}/lower-hands`, { key })).body, { lowered: 1 });
  assert.equal((await ben.event('moderation')).by, null);
  const changed = await rest('PATCH', at, { key, body: { locked: true, permissions: { chat: false } } });
  assert.equal(changed.body.settings.locked, true);
  assert.equal((await ben.event('room:updated')).settings.permissions.chat, false);
  assert.equal((await ben.ask('chat:send', { text: 'hello' })).error.code, 'forbidden');
  assert.equal((await rest('POST', `${who}/role`, { key, body: { role: 'emperor' } })).status, 400);
  const banned = await rest('POST', `${who}/ban`, { key });
  assert.match(banned.body.banId, /^bn_/);
  await ben.event('removed', (n) => n.banned);
  assert.equal((await rest('GET', `${at}/participants`, { key })).status, 404, 'nobody is in it now');
  assert.deepEqual((await rest('DELETE', at, { key })).body, {});
  assert.equal((await rest('GET', at)).status, 404);
});

test('what a host changes while a PATCH hashes a password stays changed', async (t) => {
  const { people, room, rest, asHost } = await start(t);
  const host = await asHost();
  const at = `/${room.code}`;
  const patched = rest('PATCH', at, { key: room.hostKey, body: { password: 'sesame', title: 'Board' } });
  await rest('GET', at); // the PATCH came before it, and hashes now
  await host.get('room:lock', { locked: true });
  assert.equal((await patched).status, 200);
  const { settings } = await host.get('state:get');
  assert.deepEqual([settings.title, settings.locked, settings.hasPassword], ['Board', true, true]);
  const { body } = await rest('GET', at);
  assert.deepEqual([body.title, body.locked, body.hasPassword], ['Board', true, true]);
  const stranger = await people.connectOwn();
  assert.equal((await stranger.ask('join', { room: room.code, name: 'Eve', password: 'sesame' })).error.code, 'forbidden');
});

test('of two changes of what both had seen one is made, however long the hash of one takes', async (t) => {
  const { room, rest, asHost } = await start(t);
  const at = `/${room.code}`;
  const { hostKey: key } = room;
  for (const others of ['nobody', 'somebody']) {
    if (others === 'somebody') await asHost();
    const { etag: seen } = await rest('GET', at);
    const slow = rest('PATCH', at, { key, seen, body: { password: `of ${others}`, title: others } });
    await rest('GET', at); // the PATCH came before it, and hashes now
    const quick = await rest('PATCH', at, { key, seen, body: { locked: others === 'nobody' } });
    assert.deepEqual([quick.status, (await slow).status], [200, 412], others);
    const { body } = await rest('GET', at);
    assert.deepEqual([body.title, body.locked, body.hasPassword], ['', others === 'nobody', false], others);
    assert.equal((await rest('DELETE', at, { key, seen })).status, 412, others);
  }
  const { etag: seen } = await rest('GET', at);
  assert.equal((await rest('DELETE', at, { key, seen })).status, 200);
});

test('what a host deletes is gone for all, for who comes later, and for good', async (t) => {
  const { people, room, rest, asHost } = await start(t);
  const { code, hostKey: key } = room;
  const host = await asHost();
  const ben = await people.join(code, 'Ben');
  const say = async (who, text, more = {}) => (await who.get('chat:send', { text, ...more })).message;
  const [slip, stays, whisper] = [await say(ben, 'a slip'), await say(ben, 'stays'), await say(ben, 'psst', { to: host.joined.participantId })];
  assert.equal((await ben.ask('chat:delete', { messageId: slip.id })).error.code, 'forbidden', 'its own author neither');
  assert.deepEqual(await host.get('chat:delete', { messageId: slip.id }), {});
  assert.deepEqual(await ben.event('chat:deleted'), { messageId: slip.id });
  assert.equal(host.told('chat:deleted').length, 0, 'who asked has the answer');
  assert.equal((await host.ask('chat:delete', { messageId: slip.id })).error.code, 'not_found');
  assert.equal((await host.ask('chat:delete', { messageId: whisper.id })).error.code, 'not_found', 'what two said to each other is theirs');
  assert.equal((await ben.ask('chat:send', { id: slip.id, text: 'a slip' })).error.code, 'conflict', 'said again since no answer came');
  const later = await people.join(code, 'Cleo');
  assert.deepEqual(later.joined.chat.map((line) => line.id), [stays.id]);

  const lines = async () => (await rest('GET', `/${code}/messages`, { key })).body.messages.map((line) => line.id);
  assert.deepEqual(await lines(), [stays.id]);
  const remove = (id, as = key) => rest('DELETE', `/${code}/messages/${id}`, { key: as });
  assert.equal((await remove(stays.id, room.hostKey.slice(0, -1))).status, 401);
  assert.equal((await remove('none')).status, 404);
  assert.equal((await remove(whisper.id)).status, 404);
  assert.equal((await remove(stays.id)).status, 200);
  await later.event('chat:deleted');
  const [old] = [await say(ben, 'old')];
  await host.get('meeting:end');
  assert.equal((await remove(old.id)).status, 200, 'also while nobody is there');
  assert.equal((await remove(old.id)).status, 404);
  assert.deepEqual(await lines(), []);
  const again = await asHost();
  assert.deepEqual(again.joined.chat.filter((line) => line.id !== whisper.id), []);
});

test('what is deleted while the room is on its way out of the database is not shown', async (t) => {
  const { server, people, room, rest, asHost } = await start(t);
  const { code, hostKey: key } = room;
  const host = await asHost();
  const [slip, stays] = [await host.get('chat:send', { text: 'a slip' }), await host.get('chat:send', { text: 'stays' })];
  await host.get('meeting:end');
  // The database is busy with a write; behind that wait the look for the room, the load for who joins, and then the deletion.
  const db = openDatabase(server);
  db.exec('BEGIN IMMEDIATE');
  const other = rest('POST', '');
  await fetch(`http://127.0.0.1:${server.httpPort}/api/config`);
  const removed = rest('DELETE', `/${code}/messages/${slip.message.id}`, { key });
  await fetch(`http://127.0.0.1:${server.httpPort}/api/config`);
  const ben = await people.connectOwn();
  const joining = ben.get('join', { room: code, name: 'Ben' });
  assert.equal((await ben.ask('state:get')).error.code, 'conflict', 'the join waits');
  db.exec('COMMIT');
  db.close();
  assert.equal((await removed).status, 200);
  await Promise.all([joining, other]);
  assert.deepEqual((await ben.get('state:get')).chat.map(({ id }) => id), [stays.message.id]);
  assert.deepEqual((await ben.get('state:get')).chatDeleted, [slip.message.id]);
});

test('attendance takes nobody for present whose leaving the database missed', async (t) => {
  const { server, people, room, rest, asHost } = await start(t);
  const { code, hostKey: key } = room;
  const read = async () => Object.fromEntries(
    (await rest('GET', `/${code}/attendance`, { key })).body.attendance.map(({ name, leftAt, present }) => [name, [leftAt !== null, present]]),
  );
  await asHost();
  const ben = await people.join(code, 'Ben');
  // A join is answered before the database has it.
  assert.deepEqual(await read(), { Hana: [false, true], Ben: [false, true] });
  const db = openDatabase(server);
  db.exec('BEGIN IMMEDIATE');
  await ben.get('leave');
  await until(async () => (await server.metrics()).confab_attendance_lost_total >= 1, 15_000);
  db.exec('COMMIT');
  assert.deepEqual(await read(), { Hana: [false, true], Ben: [false, false] });
  await rest('POST', `/${code}/end`, { key });
  assert.deepEqual(await read(), { Hana: [true, false], Ben: [false, false] }, 'when he left is not known');
  // As after a crash, where the database was away when the next meeting began.
  await asHost('Ida');
  assert.deepEqual((await read()).Ida, [false, true]);
  db.exec("UPDATE attendance SET left_at_ms = 0 WHERE name IN ('Ben', 'Hana')");
  db.close();
  assert.deepEqual(await read(), { Hana: [false, false], Ben: [false, false], Ida: [false, true] });
});

test('the owner reads who was in which meeting, from when to when', async (t) => {
  const { server, people, room, rest, asHost } = await start(t);
  const { code, hostKey: key } = room;
  const read = async (query = '') => (await rest('GET', `/${code}/attendance${query}`, { key })).body;
  assert.deepEqual(await read(), { attendance: [] });
  const began = Date.now();
  await asHost();
  const ben = await people.join(code, 'Ben');
  await ben.get('profile:set', { name: 'Benjamin' });
  await ben.get('leave');
  const first = (await read()).attendance;
  assert.deepEqual(first.map(({ name, role, present }) => [name, role, present]), [['Benjamin', 'member', false], ['Hana', 'host', true]]);
  assert.equal(first[1].leftAt, null);
  assert.ok(began <= first[0].joinedAt && first[0].joinedAt <= first[0].leftAt && first[0].leftAt <= Date.now());
  assert.equal(first[0].participantId, ben.joined.participantId);
  assert.equal((await rest('POST', `/${code}/end`, { key })).status, 200);
  assert.ok((await read()).attendance.every(({ leftAt, present }) => leftAt !== null && !present));

  const cleo = await people.join(code, 'Cleo');
  const page = await read('?limit=2');
  assert.deepEqual(page.attendance.map(({ name }) => name), ['Cleo', 'Benjamin']);
  assert.deepEqual((await read(`?limit=2&cursor=${page.next}`)).attendance.map(({ name }) => name), ['Hana']);
  const { meetingId } = cleo.joined;
  assert.deepEqual((await read(`?meeting=${meetingId}`)).attendance.map(({ name }) => name), ['Cleo']);
  assert.equal((await rest('GET', `/${code}/attendance?meeting=x`, { key })).status, 400);

  await server.kill('SIGKILL');
  await server.launch();
  const later = async () => (await read()).attendance.find(({ name }) => name === 'Cleo');
  assert.deepEqual([(await later()).leftAt, (await later()).present], [null, false], 'nobody saw it');
  await people.join(code, 'Dan');
  assert.deepEqual([(await later()).leftAt, (await later()).present], [null, false]);
});

test('the end for all is heard by all, and the room is there afterwards', async (t) => {
  const { people, room, asHost } = await start(t);
  const host = await asHost();
  const ben = await people.join(room.code, 'Ben');
  await host.get('meeting:end');
  assert.equal((await ben.event('meeting:ended')).by.name, 'Hana');
  await people.join(room.code, 'Ben');
});
