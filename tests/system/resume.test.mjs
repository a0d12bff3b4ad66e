// Coming back: a lost socket, a reloaded page, a second tab, a restarted and a crashed server.
import test from 'node:test';
import assert from 'node:assert/strict';
import { Server } from '../browser/lib/server.mjs';
import { connect, connectOwn, crowd, join, produce, sleep } from './lib/client.mjs';

async function start(t, args = []) {
  const server = await Server.start({ args });
  const people = crowd(t, server);
  return { server, people, room: await server.createRoom() };
}

test('a dropped socket is recovered, and the others see it reconnect with one tile', async (t) => {
  const { people, room } = await start(t);
  const ada = await people.join(room, 'Ada');
  const ben = await people.join(room, 'Ben');
  const { producerId } = await produce(ben, 'microphone', { paused: true });
  await ada.event('producer:added');
  ada.forget();
  const reconnected = new Promise((resolve) => { ben.socket.once('connect', resolve); });
  ben.drop();
  await ada.event('participant:connection', (c) => c.connection === 'reconnecting');
  await reconnected;
  await ada.event('participant:connection', (c) => c.connection === 'connected');
  assert.equal(ben.socket.recovered, true);

  const again = await ben.get('join', { room, resumeToken: ben.joined.resumeToken, keepMedia: true });
  assert.equal(again.participantId, ben.joined.participantId);
  assert.equal(again.resumed, true);
  assert.equal(again.mediaKept, true);
  assert.deepEqual(again.self.producers, [{ id: producerId, kind: 'audio', source: 'microphone', paused: true }]);
  assert.equal(again.own.transports.length, 1);
  assert.equal(ada.told('participant:joined').length, 0);
  assert.equal(ada.told('participant:left').length, 0);
  await ben.get('producer:resume', { producerId });
  await ada.event('producer:resumed');
});

test('another socket with the token takes the same place and keeps the media', async (t) => {
  const { server, people, room } = await start(t);
  const ada = await people.join(room, 'Ada');
  const ben = await join(server, room, 'Ben');
  const { producerId } = await produce(ben, 'camera');
  ben.socket.io.reconnection(false);
  ben.drop();
  await ada.event('participant:connection', (c) => c.connection === 'reconnecting');
  const back = await people.connectOwn();
  const joined = await back.get('join', { room, resumeToken: ben.joined.resumeToken, keepMedia: true });
  assert.equal(joined.participantId, ben.joined.participantId);
  assert.equal(joined.self.name, 'Ben');
  assert.equal(joined.mediaKept, true);
  await back.get('producer:pause', { producerId });
  await ada.event('producer:paused');
  assert.equal(ada.told('participant:joined').length, 1, 'Ben came once');
});

test('a reloaded page drops the old media and keeps the tile', async (t) => {
  const { server, people, room } = await start(t);
  const ada = await people.join(room, 'Ada');
  const ben = await join(server, room, 'Ben');
  const { producerId } = await produce(ben, 'camera');
  await ada.event('producer:added');
  ben.socket.io.reconnection(false);
  ben.drop();
  const back = await people.connectOwn();
  const joined = await back.get('join', { room, name: 'Ben', resumeToken: ben.joined.resumeToken, transports: true });
  assert.equal(joined.participantId, ben.joined.participantId);
  assert.equal(joined.mediaKept, false);
  assert.deepEqual(joined.self.producers, []);
  assert.ok(joined.transports.send.id);
  await ada.event('producer:closed', (p) => p.producerId === producerId);
  assert.equal(ada.told('participant:left').length, 0);
});

test('a second tab takes over, the first is told and disconnected', async (t) => {
  const { people, room } = await start(t);
  const first = await people.join(room, 'Ada');
  const gone = new Promise((resolve) => { first.socket.once('disconnect', resolve); });
  const second = await people.connectOwn();
  const joined = await second.get('join', { room, resumeToken: first.joined.resumeToken });
  assert.equal(joined.participantId, first.joined.participantId);
  await first.event('session:replaced');
  assert.equal(await gone, 'io server disconnect');
});

test('tokens: forged, cut, of another room', async (t) => {
  const { server, people, room } = await start(t);
  const ada = await people.join(room, 'Ada');
  const token = ada.joined.resumeToken;
  const otherRoom = await server.createRoom();
  const forged = [token.slice(0, -1), `${token}A`, token.replace(/^r1/, 'h1'), `r1.${'A'.repeat(900)}.AAAA`, 'x', ''];
  for (const resumeToken of forged) {
    const client = await people.connectOwn();
    const joined = await client.get('join', { room, name: 'Eve', resumeToken });
    assert.equal(joined.resumed, false, resumeToken);
    assert.notEqual(joined.participantId, ada.joined.participantId);
    client.close();
  }
  const client = await people.connectOwn();
  assert.equal((await client.get('join', { room: otherRoom, name: 'Ada', resumeToken: token })).resumed, false);
  const nameless = await people.connectOwn();
  assert.equal((await nameless.ask('join', { room, resumeToken: 'x' })).error.code, 'invalid_argument');
});

test('a token is worth nothing after a leave, and none after a newer one; also over a restart', async (t) => {
  const { server, people, room } = await start(t);
  const ada = await people.join(room, 'Ada');
  const ben = await people.join(room, 'Ben');
  const again = async (resumeToken, more = {}) => (await (await people.connectOwn()).get('join', { room, name: 'Eve', resumeToken, ...more }));
  const newer = await again(ben.joined.resumeToken, { attempt: 'one' });
  assert.equal(newer.participantId, ben.joined.participantId);
  assert.equal((await again(ben.joined.resumeToken)).resumed, false, 'an older one');
  assert.equal((await again(ben.joined.resumeToken, { attempt: 'two' })).resumed, false);
  const repeated = await again(ben.joined.resumeToken, { attempt: 'one' });
  assert.equal(repeated.participantId, ben.joined.participantId, 'the same join, asked again since its answer was lost');
  await ada.get('leave');
  assert.equal((await again(ada.joined.resumeToken)).resumed, false, 'after leave');

  await sleep(200);  // the records are on their way to the disk
  await server.kill('SIGKILL');
  await server.launch();
  assert.equal((await again(ada.joined.resumeToken)).resumed, false, 'after leave and a restart');
  assert.equal((await again(newer.resumeToken)).resumed, false, 'an older one after a restart');
  assert.equal((await again(repeated.resumeToken)).participantId, ben.joined.participantId);
});

test('after the grace period the participant leaves, and may come back as itself', async (t) => {
  const { server, people, room } = await start(t, ['--call-reconnect-grace', '1s']);
  const ada = await people.join(room, 'Ada');
  const ben = await join(server, room, 'Ben');
  ben.socket.io.reconnection(false);
  ben.drop();
  const left = await ada.event('participant:left');
  assert.deepEqual(left, { participantId: ben.joined.participantId, reason: 'timeout' });
  const back = await people.connectOwn();
  const joined = await back.get('join', { room, resumeToken: ben.joined.resumeToken, keepMedia: true });
  assert.equal(joined.participantId, ben.joined.participantId);
  assert.equal(joined.resumed, true);
  assert.equal(joined.mediaKept, false);
});

for (const signal of ['SIGTERM', 'SIGKILL']) {
  test(`after ${signal} of the server the same people meet again, with the chat`, async (t) => {
    const { server, people, room } = await start(t);
    const ada = await people.join(room, 'Ada');
    const ben = await people.join(room, 'Ben');
    await ada.get('chat:send', { text: 'before' });
    await sleep(200);  // the line is on its way to the disk
    const back = [ada, ben].map((client) => new Promise((resolve) => { client.socket.once('connect', resolve); }));
    await server.kill(signal);
    if (signal === 'SIGTERM') await ada.event('server:restarting', (p) => p.reconnectInMs > 0);
    await server.launch();
    await Promise.all(back);
    assert.equal(ada.socket.recovered, false);
    const a = await ada.get('join', { room, resumeToken: ada.joined.resumeToken, keepMedia: true });
    const b = await ben.get('join', { room, resumeToken: ben.joined.resumeToken, keepMedia: true });
    assert.equal(a.participantId, ada.joined.participantId);
    assert.equal(b.participantId, ben.joined.participantId);
    assert.equal(a.mediaKept, false);
    assert.equal(b.self.name, 'Ben');
    assert.deepEqual(b.participants.map((p) => p.id), [a.participantId]);
    assert.deepEqual(b.chat.map((m) => m.text), ['before']);
  });
}

test('a stock front end of the compatibility set is recovered without knowing it', async (t) => {
  const { server, people, room } = await start(t);
  const ada = await people.join(room, 'Ada');
  const ben = await people.connect();
  await ben.get('joinRoom', { roomId: room, userId: ben.id, userName: 'Ben' });
  const id = ben.id;
  await ada.event('participant:joined');
  ada.forget();
  const reconnected = new Promise((resolve) => { ben.socket.once('connect', resolve); });
  ben.drop();
  await ada.event('participant:connection', (c) => c.connection === 'reconnecting');
  await ada.get('chat:send', { text: 'while you were away' });
  await reconnected;
  assert.equal(ben.id, id);
  await ben.event('messageReceived', (m) => m.message === 'while you were away');
  assert.ok((await ben.get('getRouterRtpCapabilities', { roomId: room })).rtpCapabilities);
  assert.equal(ada.told('participant:left').length, 0);
  assert.equal(ada.told('participant:joined').length, 0);
  // And another one sees it by the same id.
  const cleo = await connect(server);
  people.keep(cleo);
  const { participants } = await cleo.get('joinRoom', { roomId: room, userId: cleo.id, userName: 'Cleo' });
  assert.ok(participants.some((p) => p.socketId === id && p.userName === 'Ben'));
});

test('a goodbye is no lost connection', async (t) => {
  const { server, people, room } = await start(t);
  const ada = await people.join(room, 'Ada');
  const ben = await connectOwn(server);
  await ben.get('join', { room, name: 'Ben' });
  ben.close();
  assert.equal((await ada.event('participant:left')).reason, 'left');
});
