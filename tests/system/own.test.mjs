// Our own event set, as docs/protocol.md has it.
import test from 'node:test';
import assert from 'node:assert/strict';
import { Server } from '../browser/lib/server.mjs';
import { audioParameters, crowd, dtlsParameters, makeTransport, produce, rtpCapabilities, sleep } from './lib/client.mjs';

async function start(t) {
  const server = await Server.start();
  const people = crowd(t, server);
  return { server, people, room: await server.createRoom() };
}

test('a connection is welcomed with protocol and build', async (t) => {
  const { people } = await start(t);
  const client = await people.connectOwn();
  const welcome = await client.event('welcome');
  assert.equal(welcome.protocol, 1);
  assert.match(welcome.build, /^\d+\.\d+\.\d+/);
  assert.ok(Math.abs(welcome.serverTime - Date.now()) < 60000);
});

test('another version of the protocol is refused with what is spoken', async (t) => {
  const { people } = await start(t);
  for (const protocol of [2, 0, '1', null, [1]]) {
    const error = await people.connect({ auth: { protocol }, reconnection: false }).then(
      () => assert.fail(`accepted ${JSON.stringify(protocol)}`), (e) => e);
    assert.equal(error.data.error.code, 'unsupported');
    assert.equal(error.data.protocol, 1);
  }
});

test('a join tells a newcomer everything, and the others of the newcomer', async (t) => {
  const { people, room } = await start(t);
  const ada = await people.join(room, '  Ada  ');
  assert.equal(ada.joined.self.name, 'Ada');
  assert.equal(ada.joined.resumed, false);
  assert.deepEqual(ada.joined.participants, []);
  const { producerId } = await produce(ada, 'microphone', { paused: true });
  await ada.get('hand:set', { raised: true });
  await ada.get('chat:send', { text: 'hello' });

  const ben = await people.join(room.toUpperCase().replaceAll('-', ''), 'Ben');
  assert.equal(ben.joined.meetingId, ada.joined.meetingId);
  assert.equal(ben.joined.room, room);
  const [seen] = ben.joined.participants;
  assert.equal(seen.id, ada.joined.participantId);
  assert.equal(seen.name, 'Ada');
  assert.equal(seen.connection, 'connected');
  assert.equal(typeof seen.hand, 'number');
  assert.deepEqual(seen.producers, [{ id: producerId, kind: 'audio', source: 'microphone', paused: true }]);
  assert.equal(ben.joined.chat[0].text, 'hello');
  assert.equal(ben.joined.chat[0].from.name, 'Ada');
  assert.equal(ben.joined.limits.chatChars, 2000);
  assert.ok(ben.joined.routerRtpCapabilities.codecs.length > 3);
  assert.ok(Array.isArray(ben.joined.iceServers));

  const told = await ada.event('participant:joined');
  assert.equal(told.participant.id, ben.joined.participantId);
  assert.equal(ben.told('participant:joined').length, 0);
});

test('join refuses what it must', async (t) => {
  const { people, room } = await start(t);
  const client = await people.connectOwn();
  const code = async (payload) => (await client.ask('join', payload)).error?.code;
  assert.equal(await code({ room: 'zzz-zzzz-zzz', name: 'Ada' }), 'not_found');
  assert.equal(await code({ room: '../../etc/passwd', name: 'Ada' }), 'not_found');
  assert.equal(await code({ room, name: '   ' }), 'invalid_argument');
  assert.equal(await code({ room, name: 'a\u0000b' }), 'invalid_argument');
  assert.equal(await code({ room, name: 'x'.repeat(65) }), 'invalid_argument');
  assert.equal(await code({ room, name: 17 }), 'invalid_argument');
  assert.equal(await code({ name: 'Ada' }), 'invalid_argument');
  assert.equal((await client.ask('state:get')).error.code, 'conflict');
  await client.get('join', { room, name: 'Ada' });
  assert.equal(await code({ room, name: 'Ada' }), 'conflict');
});

test('join brings both transports in one round trip', async (t) => {
  const { people, room } = await start(t);
  const ada = await people.join(room, 'Ada', { transports: true });
  const { send, recv } = ada.joined.transports;
  for (const transport of [send, recv]) {
    assert.equal(transport.iceParameters.iceLite, true);
    assert.ok(transport.iceCandidates.some((c) => c.protocol === 'udp' && c.address === c.ip));
    assert.ok(transport.dtlsParameters.fingerprints.at(-1).algorithm.startsWith('sha-'));
  }
  assert.notEqual(send.id, recv.id);
  const answer = await ada.get('produce', { transportId: send.id, kind: 'audio', source: 'microphone', rtpParameters: audioParameters });
  assert.match(answer.producerId, /^pr_/);
});

test('media: produce, consume, pause, resume, close', async (t) => {
  const { people, room } = await start(t);
  const ada = await people.join(room, 'Ada');
  const ben = await people.join(room, 'Ben');
  const { producerId } = await produce(ada, 'camera');
  const added = await ben.event('producer:added');
  assert.deepEqual(added, { participantId: ada.joined.participantId, producer: { id: producerId, kind: 'video', source: 'camera', paused: false } });

  const recv = await makeTransport(ben, 'recv');
  const needs = await ben.ask('consume', { transportId: recv.id, producerId });
  assert.equal(needs.error.code, 'invalid_argument');
  const consumer = await ben.get('consume', { transportId: recv.id, producerId, rtpCapabilities });
  assert.equal(consumer.producerId, producerId);
  assert.equal(consumer.kind, 'video');
  assert.equal(consumer.participantId, ada.joined.participantId);
  assert.equal(consumer.source, 'camera');
  assert.equal(consumer.streamId, ada.joined.participantId);
  assert.equal(consumer.rtpParameters.codecs[0].mimeType, 'video/VP8');
  assert.deepEqual(await ben.get('transport:connect', { transportId: recv.id, dtlsParameters }), {});
  assert.equal((await ben.ask('transport:connect', { transportId: recv.id, dtlsParameters })).error.code, 'conflict');
  assert.deepEqual(await ben.get('consumer:resume', { consumerId: consumer.id }), {});
  assert.deepEqual(await ben.get('consumer:layers', { consumerId: consumer.id, spatialLayer: 1, temporalLayer: 0 }), {});
  assert.equal((await ben.get('stats:get', {})).consumers[0].consumerId, consumer.id);
  assert.deepEqual(await ben.get('consumer:pause', { consumerId: consumer.id }), {});

  await ada.get('producer:pause', { producerId });
  await ben.event('producer:paused', (p) => p.producerId === producerId);
  await ada.get('producer:resume', { producerId });
  await ben.event('producer:resumed');
  const { iceParameters } = await ben.get('transport:restart-ice', { transportId: recv.id });
  assert.notEqual(iceParameters.usernameFragment, recv.iceParameters.usernameFragment);

  await ada.get('producer:close', { producerId });
  await ben.event('producer:closed', (p) => p.producerId === producerId);
  assert.deepEqual(await ben.event('consumer:closed'), { consumerId: consumer.id, producerId });
  await ben.settle();
  assert.equal((await ben.ask('consumer:resume', { consumerId: consumer.id })).error.code, 'not_found');
  assert.equal((await ben.ask('consume', { transportId: recv.id, producerId })).error.code, 'not_found');
});

test('nobody touches what is not theirs', async (t) => {
  const { people, room } = await start(t);
  const ada = await people.join(room, 'Ada');
  const eve = await people.join(room, 'Eve');
  const { producerId, transportId } = await produce(ada, 'microphone');
  const trespasses = [
    ['transport:connect', { transportId, dtlsParameters }],
    ['transport:restart-ice', { transportId }],
    ['transport:close', { transportId }],
    ['produce', { transportId, kind: 'audio', source: 'microphone', rtpParameters: audioParameters }],
    ['consume', { transportId, producerId, rtpCapabilities }],
    ['producer:pause', { producerId }],
    ['producer:close', { producerId }],
  ];
  for (const [name, payload] of trespasses) {
    assert.equal((await eve.ask(name, payload)).error?.code, 'not_found', name);
  }
});

test('chat: public, private, history, limits', async (t) => {
  const { people, room } = await start(t);
  const ada = await people.join(room, 'Ada');
  const ben = await people.join(room, 'Ben');
  const cleo = await people.join(room, 'Cleo');
  const { message } = await ada.get('chat:send', { text: ' hi\nall ' });
  assert.equal(message.text, 'hi\nall');
  assert.equal(message.to, null);
  assert.deepEqual((await ben.event('chat:message')).message, message);
  await cleo.event('chat:message');

  const secret = await ada.get('chat:send', { text: 'psst', to: ben.joined.participantId });
  assert.deepEqual(secret.message.to, { id: ben.joined.participantId, name: 'Ben' });
  await ben.event('chat:message', (m) => m.message.text === 'psst');
  await cleo.settle();
  assert.equal(cleo.told('chat:message').length, 1);
  assert.equal(ada.told('chat:message').length, 0);

  const dan = await people.join(room, 'Dan');
  assert.deepEqual(dan.joined.chat.map((m) => m.text), ['hi\nall']);
  assert.deepEqual((await ben.get('state:get')).chat.map((m) => m.text), ['hi\nall', 'psst']);

  const pasted = await ada.get('chat:send', { text: '\u2068+49 30\u2069\u2028next line' });
  assert.equal(pasted.message.text, '\u2068+49 30\u2069\nnext line');
  assert.equal((await ada.ask('profile:set', { name: '\u3164' })).error.code, 'invalid_argument', 'a name shows something');

  assert.equal((await ada.ask('chat:send', { text: 'x'.repeat(2001) })).error.code, 'too_large');
  assert.equal((await ada.ask('chat:send', { text: ' ' })).error.code, 'invalid_argument');
  assert.equal((await ada.ask('chat:send', { text: 'x', to: 'pt_nobody' })).error.code, 'not_found');
  assert.ok((await ada.get('chat:send', { text: '\u{1F600}'.repeat(2000) })).message, 'characters, not bytes');
});

test('hand and name are seen by the others', async (t) => {
  const { people, room } = await start(t);
  const ada = await people.join(room, 'Ada');
  const ben = await people.join(room, 'Ben');
  const { hand } = await ada.get('hand:set', { raised: true });
  assert.equal(typeof hand, 'number');
  assert.equal((await ben.event('participant:updated')).participant.hand, hand);
  const renamed = await ada.get('profile:set', { name: ' Adele ' });
  assert.equal(renamed.name, 'Adele');
  assert.match(renamed.resumeToken, /^r1\./);
  await ben.event('participant:updated', (p) => p.participant.name === 'Adele');
  assert.equal((await ada.ask('profile:set', { name: '' })).error.code, 'invalid_argument');
  assert.equal((await ada.get('hand:set', { raised: false })).hand, null);
});

test('the host key makes a host, and no other text does', async (t) => {
  const { server, people } = await start(t);
  const made = await (await fetch(`http://127.0.0.1:${server.httpPort}/api/rooms`, { method: 'POST' })).json();
  const host = await people.join(made.code, 'Host', { hostKey: made.hostKey });
  assert.equal(host.joined.self.role, 'host');
  const guest = await people.join(made.code, 'Guest', { hostKey: made.hostKey.replace(/\.[^.]*$/, (mac) => `.${'A'.repeat(mac.length - 1)}`) });
  assert.equal(guest.joined.self.role, 'member');
});

test('whoever leaves is gone at once, and nothing of the meeting stays', async (t) => {
  const { server, people, room } = await start(t);
  const ada = await people.join(room, 'Ada', { transports: true });
  const ben = await people.join(room, 'Ben');
  await produce(ben, 'camera');
  await ada.event('producer:added');
  assert.deepEqual(await ben.get('leave'), {});
  const left = await ada.event('participant:left');
  assert.deepEqual(left, { participantId: ben.joined.participantId, reason: 'left' });
  ada.close();
  for (let i = 0; i < 50; ++i) {
    const m = await server.metrics();
    const held = ['confab_meetings', 'confab_participants', 'confab_signaling_transports', 'confab_signaling_producers'].map((n) => m[n]);
    if (held.every((n) => n === 0)) return;
    await sleep(100);
  }
  assert.fail('something stayed');
});

test('a session by long polling that upgrades works as well', async (t) => {
  const { people, room } = await start(t);
  const client = await people.connectOwn({ transports: ['polling', 'websocket'] });
  assert.ok((await client.get('join', { room, name: 'Ada' })).participantId);
  const poller = await people.connectOwn({ transports: ['polling'] });
  assert.equal((await poller.get('join', { room, name: 'Ben' })).participants.length, 1);
});
