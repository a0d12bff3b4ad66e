// Malformed, oversized, out of order, too fast: an answer that says so, and a server that goes on.
import test from 'node:test';
import assert from 'node:assert/strict';
import { WebSocket } from 'ws';
import { Server } from '../browser/lib/server.mjs';
import { audioParameters, connectOwn, crowd, dtlsParameters, makeTransport, produce, rtpCapabilities, sleep, videoParameters } from './lib/client.mjs';

async function start(t, args = []) {
  const server = await Server.start({ args });
  const people = crowd(t, server);
  return { server, people, room: await server.createRoom() };
}

const requests = ['join', 'leave', 'state:get', 'transport:create', 'transport:connect', 'transport:restart-ice', 'transport:close',
  'produce', 'producer:pause', 'producer:resume', 'producer:close', 'consume', 'consumer:pause', 'consumer:resume', 'consumer:close',
  'consumer:layers', 'chat:send', 'chat:history', 'hand:set', 'profile:set'];
const compatible = ['joinRoom', 'leaveRoom', 'getRouterRtpCapabilities', 'createWebRtcTransport', 'connectWebRtcTransport', 'produce',
  'consume', 'resumeConsumer', 'getProducers', 'producerClosed', 'pauseProducer', 'resumeProducer', 'sendMessage'];

// What our events never have, and what the protocol below refuses by closing the connection.
const nest = (levels) => (levels === 0 ? {} : { deep: nest(levels - 1) });
const nonsense = [null, 0, -1, 1e300, '', 'x', true, [], [[]], {}, { room: {} }, { transportId: [] }, { direction: 'up' },
  { text: {} }, { raised: 'yes' }, { name: [] }, { producerId: 'pr_' }, { transportId: 'tr_00000000000000000000000000' },
  { transportId: 'x'.repeat(5000) }, nest(20), { text: '\u0000' }, { rtpParameters: 7 }];

test('every event of our own set survives nonsense, before and after the join', async (t) => {
  const { server, people, room } = await start(t);
  for (const isJoined of [false, true]) {
    for (const name of requests) {
      // A connection for each, or the limits would answer.
      const client = await connectOwn(server);
      if (isJoined) await client.get('join', { room, name: 'Eve' });
      for (const payload of nonsense) {
        const answer = await client.ask(name, payload);
        assert.equal(typeof answer, 'object', `${name} ${JSON.stringify(payload)?.slice(0, 60)}`);
        if (answer.error) assert.match(answer.error.code, /^[a-z_]+$/);
      }
      client.socket.emit(name);  // neither payload nor acknowledgement
      client.socket.emit(name, 1, 2, 3);
      await client.settle();
      client.close();
    }
  }
  assert.ok((await people.join(room, 'Ada')).joined.participantId);
});

test('every compatibility event survives nonsense', async (t) => {
  const { people, room } = await start(t);
  for (const name of compatible) {
    const client = await people.connect();
    await client.get('joinRoom', { roomId: room, userId: client.id, userName: 'Eve' });
    for (const payload of nonsense) {
      const answer = await client.ask(name, payload);
      if (answer?.error) assert.equal(typeof answer.error, 'string');
    }
    client.close();
  }
  assert.ok((await people.join(room, 'Ada')).joined.participantId);
});

test('bad media parameters are refused with the field that is wrong', async (t) => {
  const { people, room } = await start(t);
  const ada = await people.join(room, 'Ada', { transports: true });
  const { send, recv } = ada.joined.transports;
  const produceWith = (change) => {
    const rtpParameters = structuredClone(audioParameters);
    change(rtpParameters);
    return ada.ask('produce', { transportId: send.id, kind: 'audio', source: 'microphone', rtpParameters });
  };
  const payloadType = await produceWith((p) => { p.codecs[0].payloadType = 300; });
  assert.equal(payloadType.error.code, 'invalid_argument');
  assert.match(payloadType.error.message, /payloadType/);
  assert.ok((await produceWith((p) => { p.codecs = []; })).error);
  assert.ok((await produceWith((p) => { p.codecs = Array(2000).fill(p.codecs[0]); })).error);
  assert.ok((await produceWith((p) => { p.encodings = Array(100).fill(p.encodings[0]); })).error);
  assert.equal((await produceWith((p) => { p.codecs[0].mimeType = 'audio/nothing'; })).error.code, 'unsupported');
  const kinds = await ada.ask('produce', { transportId: send.id, kind: 'video', source: 'microphone', rtpParameters: videoParameters });
  assert.match(kinds.error.message, /source/);
  const wrongWay = await ada.ask('produce', { transportId: recv.id, kind: 'audio', source: 'microphone', rtpParameters: audioParameters });
  assert.equal(wrongWay.error.code, 'invalid_argument');
  const fingerprint = structuredClone(dtlsParameters);
  fingerprint.fingerprints[0].value = 'zz';
  assert.equal((await ada.ask('transport:connect', { transportId: send.id, dtlsParameters: fingerprint })).error.code, 'invalid_argument');
  assert.deepEqual(await ada.get('transport:connect', { transportId: send.id, dtlsParameters }), {}, 'and the right one is taken');
});

test('unknown events are answered', async (t) => {
  const { people } = await start(t);
  const own = await people.connectOwn();
  assert.equal((await own.ask('no:such', {})).error.code, 'invalid_argument');
  const older = await people.connect();
  assert.equal(typeof (await older.ask('noSuch', {})).error, 'string');
});

test('out of order: consume before anything, connect twice, after the leave', async (t) => {
  const { people, room } = await start(t);
  const ada = await people.connectOwn();
  assert.equal((await ada.ask('consume', { transportId: 'tr_00000000000000000000000000', producerId: 'pr_00000000000000000000000000', rtpCapabilities })).error.code, 'conflict');
  await ada.get('join', { room, name: 'Ada' });
  const transport = await makeTransport(ada, 'send');
  await ada.get('leave');
  assert.equal((await ada.ask('transport:close', { transportId: transport.id })).error.code, 'conflict');
  await ada.get('join', { room, name: 'Ada' });
  assert.equal((await ada.ask('transport:close', { transportId: transport.id })).error.code, 'not_found');
});

test('a flood is refused, and only the one who floods', async (t) => {
  const { people, room } = await start(t);
  const ada = await people.join(room, 'Ada');
  const eve = await people.join(room, 'Eve');
  const answers = await Promise.all(Array.from({ length: 60 }, (_, i) => eve.ask('chat:send', { text: `spam ${i}` })));
  const codes = answers.map((a) => a.error?.code ?? 'ok');
  assert.ok(codes.filter((c) => c === 'rate_limited').length >= 30, codes.join());
  assert.ok(codes.filter((c) => c === 'ok').length >= 20);
  assert.ok((await ada.get('chat:send', { text: 'hello' })).message);
  await sleep(1500);
  assert.ok((await eve.get('chat:send', { text: 'sorry' })).message);
});

test('a message over the limit, or too deep, ends the connection and nothing else', async (t) => {
  const { people, room } = await start(t);
  const ada = await people.join(room, 'Ada');
  const eve = await people.join(room, 'Eve');
  eve.socket.io.reconnection(false);
  const gone = new Promise((resolve) => { eve.socket.once('disconnect', resolve); });
  eve.socket.emit('chat:send', { text: 'x'.repeat(1_100_000) });
  await gone;
  const mallory = await people.join(room, 'Mallory');
  mallory.socket.io.reconnection(false);
  const thrownOut = new Promise((resolve) => { mallory.socket.once('disconnect', resolve); });
  mallory.socket.emit('chat:send', nest(500));
  await thrownOut;
  assert.ok((await ada.get('state:get')).self.id);
});

test('bytes that are not the protocol do no harm', async (t) => {
  const { server, people, room } = await start(t);
  const url = `ws://127.0.0.1:${server.httpPort}/socket.io/?EIO=4&transport=websocket`;
  const sent = ['', '9', '4', '40{"protocol":1', '42', '42[', '42["join"', '42["join",', '451-["x",{"_placeholder":true,"num":9}]', '4999', '40/nowhere,{}', '43[]', '4\u0000', '42[1,2]', '42{}', '420["join",{}]'];
  for (const text of sent) {
    const socket = new WebSocket(url);
    const closed = new Promise((resolve) => { socket.once('close', resolve); });
    socket.on('error', () => {});
    await new Promise((resolve) => { socket.once('message', resolve); });
    socket.send('40{"protocol":1}');
    socket.send(text);
    socket.send(Buffer.from([0xff, 0x00, 0x01]));
    await sleep(20);
    socket.terminate();
    await closed;
  }
  assert.ok((await people.join(room, 'Ada')).joined.participantId);
});

test('a full room refuses newcomers and keeps those inside', async (t) => {
  const { people, room } = await start(t, ['--call-participants-max', '2']);
  const ada = await people.join(room, 'Ada');
  await people.join(room, 'Ben');
  const cleo = await people.connectOwn();
  assert.equal((await cleo.ask('join', { room, name: 'Cleo' })).error.code, 'full');
  assert.equal((await ada.get('state:get')).participants.length, 1);
});

// Bounded by what it waits for: joins, acknowledgements, two seconds.
test('two who throw mutes, hands, names and cameras at 200 readers throw nobody out', async (t) => {
  const { people, room } = await start(t);
  const readers = [];
  for (let i = 0; i < 200; ++i) {
    // A tenth of them poll, as behind some proxies.
    const reader = await people.connectOwn({ transports: [i % 10 === 0 ? 'polling' : 'websocket'], reconnection: false });
    await reader.get('join', { room, name: `Reader ${i}` });
    readers.push(reader);
  }
  const gone = [];
  for (const reader of readers) reader.socket.on('disconnect', (reason) => gone.push(reason));
  const attackers = [await people.join(room, 'Eve'), await people.join(room, 'Mallory')];
  const microphones = await Promise.all(attackers.map((each) => produce(each, 'microphone')));
  await Promise.all(readers.map((each) => each.settle()));
  for (const reader of readers) reader.forget();

  const begun = Date.now();
  const codes = new Map();
  const count = ({ error }) => codes.set(error?.code ?? 'ok', (codes.get(error?.code ?? 'ok') ?? 0) + 1);
  await Promise.all(attackers.flatMap((attacker, who) => {
    const { producerId, transportId } = microphones[who];
    const asked = [];
    for (let i = 0; i < 2000; ++i) {
      asked.push(attacker.ask(i % 2 ? 'producer:resume' : 'producer:pause', { producerId }, 60_000).then(count));
      if (i % 40 === 0) asked.push(attacker.ask('hand:set', { raised: i % 80 === 0 }, 60_000).then(count));
      if (i % 100 === 0) asked.push(attacker.ask('profile:set', { name: `Eve ${i}` }, 60_000).then(count));
      if (i % 10 === 0) {
        asked.push(attacker.ask('produce', { transportId, kind: 'audio', source: 'microphone', rtpParameters: { ...audioParameters, mid: `${i}` } }, 60_000)
          .then((answer) => { count(answer); return answer.producerId && attacker.ask('producer:close', { producerId: answer.producerId }, 60_000); }));
      }
    }
    return asked;
  }));
  // Past the flood the state of each microphone is what it was set to last.
  await sleep(1200);
  for (const [who, attacker] of attackers.entries()) await attacker.get('producer:pause', { producerId: microphones[who].producerId });
  for (const { producerId } of microphones) {
    await Promise.all(readers.map((each) => each.event('producer:paused', (p) => p.producerId === producerId, 20_000)));
  }
  const seconds = (Date.now() - begun) / 1000;
  assert.deepEqual(gone, [], JSON.stringify([...codes]));
  const heard = Math.max(...readers.map((each) => each.events.length));
  assert.ok(heard < 2 * (100 + 25 * seconds) + 100, `${heard} events in ${seconds} s`);
  assert.ok((await readers[0].get('chat:send', { text: 'still here' })).message);
});

test('a chat of over a megabyte keeps nobody out', async (t) => {
  const { people, room } = await start(t);
  const long = '\u{1F600}'.repeat(2000);
  await Promise.all(Array.from({ length: 10 }, async (_, i) => {
    const writer = await people.join(room, `Writer ${i}`);
    for (let line = 0; line < 20; ++line) await writer.get('chat:send', { text: long });
  }));
  for (let i = 0; i < 6; ++i) {
    const late = await people.join(room, `Late ${i}`);
    assert.ok(JSON.stringify(late.joined).length < 150_000, 'a join is bounded');
    assert.equal(late.joined.chatEarlier, true);
    let lines = late.joined.chat.length;
    for (let page = late.joined; page.chatEarlier; lines += page.chat.length) {
      page = await late.get('chat:history', { before: page.chat[0].id });
    }
    assert.ok(lines > 50, `${lines} lines can be read back`);
  }
  const greedy = await people.join(room, 'Greedy');
  const answers = await Promise.all(Array.from({ length: 60 }, () => greedy.ask('state:get')));
  const large = answers.filter((each) => !each.error).length;
  assert.ok(large >= 3 && large <= 20, `${large} answers`);
  assert.ok(answers.every((each) => !each.error || each.error.code === 'rate_limited'));
  assert.equal(greedy.socket.connected, true);
});
