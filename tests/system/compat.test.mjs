// The compatibility events, as a front end of the reference system uses them.
import test from 'node:test';
import assert from 'node:assert/strict';
import { Server } from '../browser/lib/server.mjs';
import { audioParameters, crowd, dtlsParameters, produce, rtpCapabilities, videoParameters } from './lib/client.mjs';

async function start(t, args = []) {
  const server = await Server.start({ args });
  const people = crowd(t, server);
  const room = await server.createRoom();
  people.enter = async (userName, options) => {
    const client = await people.connect(options);
    client.answer = await client.get('joinRoom', { roomId: room, userId: client.id, userName });
    return client;
  };
  return { server, people, room };
}

async function send(client, room, kind, type) {
  const { params } = await client.get('createWebRtcTransport', { roomId: room, direction: 'send' });
  return client.get('produce', {
    transportId: params.id, kind, rtpParameters: kind === 'audio' ? audioParameters : videoParameters,
    appData: { type, roomId: room, userId: client.id },
  });
}

test('joinRoom names who is there and tells them', async (t) => {
  const { people, room } = await start(t);
  const ada = await people.enter('Ada');
  assert.deepEqual(ada.answer, { participants: [] });
  const ben = await people.enter('Ben');
  assert.deepEqual(ben.answer.participants, [{ userId: ada.id, userName: 'Ada', socketId: ada.id }]);
  assert.deepEqual(await ada.event('userJoined'), { userId: ben.id, userName: 'Ben', socketId: ben.id });
  assert.deepEqual(await ben.get('joinRoom', { roomId: room, userId: ben.id, userName: 'Ben' }), ben.answer, 'twice does no harm');
});

test('joinRoom on an unknown room is an error the client knows', async (t) => {
  const { people, room } = await start(t);
  const client = await people.connect();
  for (const roomId of ['zzz-zzzz-zzz', '550e8400-e29b-41d4-a716-446655440000']) {
    assert.deepEqual(await client.ask('joinRoom', { roomId, userId: client.id, userName: 'Ada' }), { error: 'Room not found' });
  }
  assert.equal(typeof (await client.ask('joinRoom', { roomId: room, userId: client.id, userName: ' ' })).error, 'string');
  assert.ok((await client.get('joinRoom', { roomId: room, userId: client.id, userName: 'Ada' })).participants);
});

test('a call: capabilities, transports, produce, consume, pause, close', async (t) => {
  const { people, room } = await start(t);
  const ada = await people.enter('Ada');
  const ben = await people.enter('Ben');
  const { rtpCapabilities: router } = await ada.get('getRouterRtpCapabilities', { roomId: room });
  assert.ok(router.codecs.some((c) => c.mimeType === 'audio/opus'));

  const { params } = await ada.get('createWebRtcTransport', { roomId: room, direction: 'send' });
  assert.ok(params.iceCandidates.length > 0);
  const nothing = await new Promise((resolve) => {
    ada.socket.emit('connectWebRtcTransport', { transportId: params.id, dtlsParameters }, (...args) => resolve(args));
  });
  assert.deepEqual(nothing, [], 'any truthy argument is taken as an error');
  const { id } = await ada.get('produce', {
    transportId: params.id, kind: 'video', rtpParameters: videoParameters, appData: { type: 'video', roomId: room, userId: ada.id },
  });
  const added = await ben.event('newProducer');
  assert.deepEqual(added, { producerId: id, userId: ada.id, appData: { type: 'video', roomId: room, userId: ada.id } });
  const { producers } = await ben.get('getProducers', { roomId: room });
  assert.deepEqual(producers, [added]);

  const recv = (await ben.get('createWebRtcTransport', { roomId: room, direction: 'recv' })).params;
  const consumed = (await ben.get('consume', { roomId: room, transportId: recv.id, producerId: id, rtpCapabilities })).params;
  assert.equal(consumed.producerId, id);
  assert.equal(consumed.type, 'simple');
  assert.equal(consumed.producerPaused, false);
  assert.deepEqual(consumed.appData, added.appData);
  ben.socket.emit('resumeConsumer', { consumerId: consumed.id });

  ada.socket.emit('pauseProducer', { producerId: id, roomId: room, kind: 'video' });
  assert.deepEqual(await ben.event('producerPaused'), { producerId: id, userId: ada.id, kind: 'video' });
  ada.socket.emit('resumeProducer', { producerId: id, roomId: room, kind: 'video' });
  await ben.event('producerResumed');
  ada.socket.emit('producerClosed', { producerId: id, roomId: room });
  assert.deepEqual(await ben.event('producerClosed'), { producerId: id, userId: ada.id });
  assert.equal(ada.told('newProducer').length, 0);
});

test('requests before joinRoom wait for it, sixteen of them', async (t) => {
  const { people, room } = await start(t);
  const client = await people.connect();
  const early = Array.from({ length: 17 }, () => client.ask('getRouterRtpCapabilities', { roomId: room }));
  const transport = await client.ask('createWebRtcTransport', { roomId: room, direction: 'send' });
  assert.equal(typeof transport.error, 'string', 'the eighteenth is refused');
  assert.equal(typeof (await early[16]).error, 'string');
  await client.get('joinRoom', { roomId: room, userId: client.id, userName: 'Ada' });
  const answers = await Promise.all(early.slice(0, 16));
  assert.ok(answers.every((a) => a.rtpCapabilities.codecs.length > 0));
});

test('media that starts before the name is typed is carried out after the join', async (t) => {
  const { people, room } = await start(t);
  const ada = await people.enter('Ada');
  const ben = await people.connect();
  const capabilities = ben.ask('getRouterRtpCapabilities', { roomId: room });
  const transport = ben.ask('createWebRtcTransport', { roomId: room, direction: 'send' });
  await ben.get('joinRoom', { roomId: room, userId: ben.id, userName: 'Ben' });
  assert.ok((await capabilities).rtpCapabilities);
  const { params } = await transport;
  await ben.get('produce', { transportId: params.id, kind: 'audio', rtpParameters: audioParameters, appData: { type: 'audio', roomId: room, userId: ben.id } });
  assert.equal((await ada.event('newProducer')).userId, ben.id);
});

test('a front end that asks for the producers hears of each once', async (t) => {
  const { people, room } = await start(t);
  const ada = await people.enter('Ada');
  const ben = await people.enter('Ben');
  const { params } = await ada.get('createWebRtcTransport', { roomId: room, direction: 'send' });
  const produce = (kind, rtpParameters) => ada.get('produce', {
    transportId: params.id, kind, rtpParameters, appData: { type: kind, roomId: room, userId: ada.id },
  });
  const before = await produce('video', videoParameters);
  const { producers } = await ben.get('getProducers', { roomId: room });
  assert.deepEqual(producers.map((p) => p.producerId), [before.id]);
  const after = await produce('audio', audioParameters);
  assert.equal((await ben.event('newProducer')).producerId, after.id);
  assert.equal(ben.told('newProducer').length, 1);
});

test('messages: public, private, echoed, with the name of the record', async (t) => {
  const { people, room } = await start(t);
  const ada = await people.enter('Ada');
  const ben = await people.enter('Ben');
  const cleo = await people.enter('Cleo');
  ada.socket.emit('sendMessage', { roomId: room, recipientId: null, message: 'hello', senderName: 'The Queen' });
  for (const client of [ada, ben, cleo]) {
    const got = await client.event('messageReceived');
    assert.equal(got.senderId, ada.id);
    assert.equal(got.senderName, 'Ada');
    assert.equal(got.message, 'hello');
    assert.equal(got.isPrivate, false);
    assert.equal(new Date(got.timestamp).toISOString(), got.timestamp);
  }
  ada.socket.emit('sendMessage', { roomId: room, recipientId: ben.id, message: 'psst', senderName: 'Ada' });
  assert.equal((await ben.event('messageReceived', (m) => m.message === 'psst')).isPrivate, true);
  await ada.event('messageReceived', (m) => m.message === 'psst');
  await cleo.settle();
  assert.equal(cleo.told('messageReceived').length, 1);
  const dan = await people.enter('Dan');
  assert.equal((await dan.event('messageReceived')).message, 'hello', 'history for a late joiner');
});

test('a late joiner learns what is paused', async (t) => {
  const { people, room } = await start(t);
  const ada = await people.enter('Ada');
  const { id } = await send(ada, room, 'audio', 'audio');
  ada.socket.emit('pauseProducer', { producerId: id, roomId: room, kind: 'audio' });
  await ada.settle();
  const ben = await people.enter('Ben');
  assert.deepEqual(await ben.event('producerPaused'), { producerId: id, userId: ada.id, kind: 'audio' });
});

test('screens are told from cameras', async (t) => {
  const { people, room } = await start(t);
  const ada = await people.enter('Ada');
  await send(ada, room, 'video', 'screen');
  const { producers } = await (await people.enter('Ben')).get('getProducers', { roomId: room });
  assert.equal(producers[0].appData.type, 'screen');
  const bad = await ada.ask('produce', { transportId: 'tr_x', kind: 'video', rtpParameters: videoParameters, appData: { type: 'audio' } });
  assert.equal(typeof bad.error, 'string');
});

test('leaveRoom, then the others are told', async (t) => {
  const { people, room } = await start(t);
  const ada = await people.enter('Ada');
  const ben = await people.enter('Ben');
  ben.socket.emit('leaveRoom', { roomId: room, userId: ben.id });
  assert.deepEqual(await ada.event('userLeft'), { userId: ben.id });
  assert.deepEqual((await ben.get('joinRoom', { roomId: room, userId: ben.id, userName: 'Ben' })).participants.length, 1);
});

test('a page that is closed is gone at once, a network that drops is waited for', async (t) => {
  const { people } = await start(t);
  const ada = await people.enter('Ada');
  const ben = await people.enter('Ben');
  const cleo = await people.enter('Cleo');
  ben.socket.io.reconnection(false);
  cleo.socket.io.reconnection(false);
  const cleoId = cleo.id;
  const benId = ben.id;
  cleo.drop();
  // What a browser sends for closing, reloading and leaving a page (RFC 6455 §7.4.1).
  ben.socket.io.engine.transport.ws.close(1001);
  assert.deepEqual(await ada.event('userLeft', undefined, 1000), { userId: benId });
  await ada.settle();
  assert.deepEqual(ada.told('userLeft'), [{ userId: benId }]);
  assert.ok((await ada.get('joinRoom', { roomId: '', userId: '', userName: '' })).participants.some((p) => p.socketId === cleoId));
});

test('a reloaded page of our own client keeps its place', async (t) => {
  const { people, room } = await start(t);
  const ada = await people.enter('Ada');
  const ben = await people.join(room, 'Ben');
  ben.socket.io.reconnection(false);
  ben.socket.io.engine.transport.ws.close(1001);
  const back = await people.connectOwn();
  assert.equal((await back.get('join', { room, resumeToken: ben.joined.resumeToken })).resumed, true);
  await ada.settle();
  assert.equal(ada.told('userLeft').length, 0);
});

test('a screen that is shared with its sound is announced once', async (t) => {
  const { people, room } = await start(t);
  const ada = await people.join(room, 'Ada');
  const ben = await people.enter('Ben');
  await ben.get('getProducers', { roomId: room });
  const picture = await produce(ada, 'screen');
  const sound = await produce(ada, 'screen-audio');
  await ada.get('producer:pause', { producerId: sound.producerId });
  await ada.get('producer:close', { producerId: sound.producerId });
  await ben.settle();
  assert.deepEqual(ben.told('newProducer').map((p) => p.producerId), [picture.producerId]);
  assert.equal(ben.told('producerPaused').length, 0);
  assert.equal(ben.told('producerClosed').length, 0);
});

test('the namespace /socket.io is the same place', async (t) => {
  const { people } = await start(t);
  const ada = await people.enter('Ada');
  const ben = await people.enter('Ben', { namespace: '/socket.io' });
  assert.equal(ben.answer.participants[0].socketId, ada.id);
  assert.equal((await ada.event('userJoined')).userId, ben.id);
});

test('both kinds of clients meet', async (t) => {
  const { people, room } = await start(t);
  const ada = await people.join(room, 'Ada');
  const ben = await people.enter('Ben');
  assert.equal(ben.answer.participants[0].userId, ada.joined.participantId);
  const { participant } = await ada.event('participant:joined');
  assert.equal(participant.name, 'Ben');
  const { producerId } = await produce(ada, 'camera');
  assert.equal((await ben.event('newProducer')).producerId, producerId);
  ben.socket.emit('sendMessage', { roomId: room, recipientId: ada.joined.participantId, message: 'hi', senderName: 'Ben' });
  const { message } = await ada.event('chat:message');
  assert.equal(message.from.id, participant.id);
  assert.equal(message.to.id, ada.joined.participantId);
  await ada.get('chat:send', { text: 'hi Ben', to: participant.id });
  assert.equal((await ben.event('messageReceived', (m) => m.message === 'hi Ben')).senderId, ada.joined.participantId);
});

test('it is a setting', async (t) => {
  const { people } = await start(t, ['--call-compatibility=false']);
  const error = await people.connect({ reconnection: false }).then(() => assert.fail('accepted'), (e) => e);
  assert.equal(error.data.error.code, 'unsupported');
  assert.ok((await people.connectOwn()).id);
});
