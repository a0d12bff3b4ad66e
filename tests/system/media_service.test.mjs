// The media service of the reference system, called as its signaling services call it.
import test from 'node:test';
import assert from 'node:assert/strict';
import http2 from 'node:http2';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { Server } from '../browser/lib/server.mjs';
import { Apart, until } from './lib/apart.mjs';
import { chrome, GrpcClient, HttpClient, mediaServiceFlags, methods, status } from './lib/media_service.mjs';

async function start(t, flags = []) {
  const service = await mediaServiceFlags(flags);
  const server = await Server.start({ args: service.flags });
  t.after(() => server.stop());
  const rpc = new GrpcClient(service.grpcPort);
  t.after(() => rpc.close());
  return { server, rpc, web: new HttpClient(service.httpPort), ...service };
}

const { dtlsParameters } = chrome['send.connect'];
const rtpCapabilities = chrome['device.rtpCapabilities'];
const rtpParameters = { audio: chrome['produce:audio'].rtpParameters, video: chrome['produce:video-single'].rtpParameters };

// The nine steps of a participant, by either way; each answers with objects.
function byGrpc(rpc) {
  const json = JSON.stringify;
  return {
    capabilities: async (room) => JSON.parse((await rpc.call('GetRouterRtpCapabilities', { roomId: room })).rtpCapabilities),
    transport: async (room, direction) => JSON.parse((await rpc.call('CreateWebRtcTransport', { roomId: room, direction })).params),
    connect: (id) => rpc.call('ConnectWebRtcTransport', { transportId: id, dtlsParameters: json(dtlsParameters) }),
    produce: async (id, kind, appData) => (await rpc.call('Produce', { transportId: id, kind, rtpParameters: json(rtpParameters[kind]), appData: json(appData) })).id,
    consume: async (room, id, producer) => JSON.parse((await rpc.call('Consume', { roomId: room, transportId: id, producerId: producer, rtpCapabilities: json(rtpCapabilities) })).params),
    resumeConsumer: (id) => rpc.call('ResumeConsumer', { consumerId: id }),
    producer: (what, id, room) => rpc.call({ close: 'CloseProducer', pause: 'PauseProducer', resume: 'ResumeProducer' }[what], { producerId: id, roomId: room }),
    producers: async (room) => JSON.parse((await rpc.call('GetProducers', { roomId: room })).producers),
    cleanup: (room, user) => rpc.call('CleanupUser', { roomId: room, userId: user }),
    done: {},
  };
}

function byHttp(web) {
  return {
    capabilities: async (room) => (await web.post(`/rooms/${room}/router-capabilities`)).rtpCapabilities,
    transport: async (room, direction) => (await web.post(`/rooms/${room}/transports`, { direction })).params,
    connect: (id) => web.post(`/transports/${id}/connect`, { dtlsParameters }),
    produce: async (id, kind, appData) => (await web.post(`/transports/${id}/produce`, { kind, rtpParameters: rtpParameters[kind], appData })).id,
    consume: async (room, id, producer) => (await web.post(`/rooms/${room}/consume`, { transportId: id, producerId: producer, rtpCapabilities })).params,
    resumeConsumer: (id) => web.post(`/consumers/${id}/resume`),
    producer: (what, id, room) => web.post(`/producers/${id}/${what}`, { roomId: room }),
    producers: async (room) => (await web.ask('GET', `/rooms/${room}/producers`)).body.producers,
    cleanup: (room, user) => web.post(`/rooms/${room}/users/${user}/cleanup`),
    done: { success: true },
  };
}

async function goThroughAll(media, room) {
  assert.deepEqual(await media.producers(room), [], 'an unknown room has no producers');
  const router = await media.capabilities(room);
  assert.ok(router.codecs.some((c) => c.mimeType === 'audio/opus' && c.preferredPayloadType === 100));
  assert.deepEqual(await media.capabilities(room), router);

  const send = await media.transport(room, 'send');
  const receive = await media.transport(room, 'recv');
  assert.notEqual(send.id, receive.id);
  for (const member of ['iceParameters', 'iceCandidates', 'dtlsParameters']) assert.ok(send[member], member);
  assert.ok(send.dtlsParameters.fingerprints.length > 0);
  assert.deepEqual(await media.connect(send.id), media.done);

  const appData = { roomId: room, userId: 'ada', type: 'audio' };
  const audio = await media.produce(send.id, 'audio', appData);
  const video = await media.produce(send.id, 'video', { ...appData, type: 'screen' });
  assert.deepEqual(new Map((await media.producers(room)).map((p) => [p.producerId, p])), new Map([
    [audio, { producerId: audio, userId: 'ada', appData }], [video, { producerId: video, userId: 'ada', appData: { ...appData, type: 'screen' } }]]));

  const consumer = await media.consume(room, receive.id, audio);
  assert.equal(consumer.producerId, audio);
  assert.equal(consumer.kind, 'audio');
  assert.equal(consumer.type, 'simple');
  assert.deepEqual(consumer.appData, appData);
  assert.equal(consumer.rtpParameters.codecs[0].payloadType, 100, 'the number is the router’s');
  assert.deepEqual(await media.resumeConsumer(consumer.id), media.done);

  for (const what of ['pause', 'resume', 'close', 'close']) assert.deepEqual(await media.producer(what, audio, room), media.done, what);
  assert.deepEqual((await media.producers(room)).map((p) => p.producerId), [video]);
  await assert.rejects(media.resumeConsumer(consumer.id), /no such consumer/);
  for (let again = 0; again < 2; ++again) assert.deepEqual(await media.cleanup(room, 'ada'), media.done);
  assert.deepEqual(await media.producers(room), []);
}

test('every method answers a stock client of gRPC, and its twin of HTTP the same', async (t) => {
  const { server, rpc, web } = await start(t);
  assert.equal(methods.length, 11);
  await goThroughAll(byGrpc(rpc), 'first');
  await goThroughAll(byHttp(web), 'second');
  assert.deepEqual(await web.ask('GET', '/health'), { status: 200, body: { status: 'ok' } });
  const metrics = await server.metrics();
  assert.equal(metrics.confab_media_service_rooms, 2);
  assert.equal(metrics.confab_media_service_transports, 4);
  assert.equal(metrics.confab_media_service_producers, 0);
  assert.equal(metrics.confab_media_service_calls, 0);
});

test('what one way made, the other finds', async (t) => {
  const { rpc, web } = await start(t);
  const [a, b] = [byGrpc(rpc), byHttp(web)];
  assert.deepEqual(await a.capabilities('r'), await b.capabilities('r'));
  const { id } = await a.transport('r', 'send');
  const producer = await b.produce(id, 'audio', { roomId: 'r', userId: 'ada', type: 'audio' });
  assert.deepEqual((await a.producers('r')).map((p) => p.producerId), [producer]);
  await a.cleanup('r', 'ada');
  assert.deepEqual(await b.producers('r'), []);
});

test('what is not there is code 5, and 404', async (t) => {
  const { rpc, web } = await start(t);
  const [a, b] = [byGrpc(rpc), byHttp(web)];
  await a.capabilities('r');
  const { id: send } = await a.transport('r', 'send');
  const producer = await a.produce(send, 'audio', { roomId: 'r', userId: 'ada', type: 'audio' });
  await a.producer('close', producer, 'r');
  const gone = send.replace(/.{4}$/, '0000');
  for (const [name, ask] of Object.entries({
    transport: (m) => m.transport('nowhere', 'send'),
    connect: (m) => m.connect(gone),
    produce: (m) => m.produce(gone, 'audio', {}),
    consume: (m) => m.consume('r', send, producer),
    'consume in another room': (m) => m.consume('nowhere', send, producer),
    'consume on another transport': (m) => m.consume('r', gone, producer),
    'resume a consumer': (m) => m.resumeConsumer(producer.replace(/^pr/, 'co')),
    pause: (m) => m.producer('pause', producer, 'r'),
    resume: (m) => m.producer('resume', producer, 'r'),
  })) {
    await assert.rejects(ask(a), { code: status.NOT_FOUND }, name);
    await assert.rejects(ask(b), { status: 404 }, name);
  }
});

test('nonsense is refused with the field’s name, and counted', async (t) => {
  const { server, rpc, web } = await start(t);
  const a = byGrpc(rpc);
  await a.capabilities('r');
  const { id: transportId } = await a.transport('r', 'send');
  const refused = async (method, request, details) => {
    await assert.rejects(rpc.call(method, request), (error) => {
      assert.equal(error.code, status.INVALID_ARGUMENT, error.message);
      assert.match(error.details, details);
      return true;
    });
  };
  await refused('GetRouterRtpCapabilities', {}, /^roomId/);
  await refused('GetRouterRtpCapabilities', { roomId: 'x'.repeat(129) }, /^roomId/);
  await refused('CreateWebRtcTransport', { roomId: 'r', direction: 'sideways' }, /^direction: expected send or recv/);
  await refused('ConnectWebRtcTransport', { transportId, dtlsParameters: '{' }, /^dtlsParameters: not JSON/);
  await refused('ConnectWebRtcTransport', { transportId: 'abc', dtlsParameters: '{}' }, /^transportId: not an id/);
  await refused('Produce', { transportId, kind: 'smell', rtpParameters: '{}', appData: '{}' }, /^kind: expected audio or video/);
  await refused('Produce', { transportId, kind: 'audio', rtpParameters: JSON.stringify({ codecs: [{ mimeType: 'audio/opus', payloadType: 500 }] }), appData: '{}' }, /^rtpParameters\.codecs\[0\]\.payloadType/);
  await refused('Produce', { transportId, kind: 'audio', rtpParameters: JSON.stringify(rtpParameters.audio), appData: JSON.stringify({ more: 'x'.repeat(2000) }) }, /^appData: at most 1024 bytes/);
  await refused('Produce', { transportId, kind: 'audio', rtpParameters: JSON.stringify(rtpParameters.audio), appData: JSON.stringify({ roomId: 'another' }) }, /^appData.roomId/);
  // A transport for sending receives nothing.
  const producerId = await a.produce(transportId, 'audio', { roomId: 'r', userId: 'ada' });
  await refused('Consume', { roomId: 'r', transportId, producerId, rtpCapabilities: JSON.stringify(rtpCapabilities) }, /not for receiving/);

  await assert.rejects(rpc.call('GetProducers', { roomId: 'x'.repeat(200_000) }), { code: status.RESOURCE_EXHAUSTED });
  assert.equal((await web.ask('POST', '/rooms/r/consume', 'x'.repeat(200_000))).status, 413);
  for (const body of ['{', '[]', '7', '{"direction":5}']) {
    const answer = await web.ask('POST', '/rooms/r/transports', body);
    assert.equal(answer.status, 400, body);
    assert.equal(typeof answer.body.error, 'string', body);
  }
  assert.equal((await web.ask('GET', '/rooms/r/transports')).status, 405);
  assert.equal((await web.ask('POST', '/nothing')).status, 404);
  const counted = (await server.samples()).filter((s) => s.name === 'confab_media_service_refused_total' && s.value > 0);
  assert.deepEqual(counted.map((s) => s.labels).sort(), ['reason="invalid_argument"', 'reason="too_large"']);
});

test('a transport is connected once', async (t) => {
  const { rpc, web } = await start(t);
  const a = byGrpc(rpc);
  await a.capabilities('r');
  const { id } = await a.transport('r', 'send');
  await a.connect(id);
  await assert.rejects(a.connect(id), { code: status.FAILED_PRECONDITION });
  await assert.rejects(byHttp(web).connect(id), { status: 409 });
});

test('at its limits newcomers are refused, and those inside are not disturbed', async (t) => {
  const { server, rpc, web } = await start(t, ['--media-service-rooms-max', '2', '--media-service-transports-max', '3']);
  const [a, b] = [byGrpc(rpc), byHttp(web)];
  await a.capabilities('r');
  await a.capabilities('s');
  await assert.rejects(a.capabilities('t'), { code: status.RESOURCE_EXHAUSTED });
  await assert.rejects(b.capabilities('t'), { status: 503 });
  for (let i = 0; i < 3; ++i) await a.transport('r', 'send');
  await assert.rejects(a.transport('s', 'send'), { code: status.RESOURCE_EXHAUSTED });
  await a.capabilities('r');
  const full = (await server.samples()).find((s) => s.name === 'confab_media_service_refused_total' && s.labels === 'reason="full"');
  assert.equal(full.value, 3);
});

test('it is off unless it was asked for', async (t) => {
  const server = await Server.start();
  t.after(() => server.stop());
  assert.ok(!('confab_media_service_rooms' in await server.metrics()));
});

test('a call that does not say what it wants is ended', async (t) => {
  const { grpcPort, server } = await start(t);
  const session = http2.connect(`http://127.0.0.1:${grpcPort}`);
  // A server that is stopped ends its connections with an error.
  session.on('error', () => {});
  t.after(() => session.destroy());
  const stream = session.request({ ':method': 'POST', ':path': '/media.MediaService/GetProducers', 'content-type': 'application/grpc', te: 'trailers' });
  const calls = async () => (await server.metrics()).confab_media_service_calls;
  await until('it is open', async () => (await calls()) === 1);
  // With an error alone, its head is its end.
  const [head] = await once(stream, 'response');
  assert.equal(head['grpc-status'], String(status.DEADLINE_EXCEEDED));
  assert.equal(await calls(), 0);
});

test('after two hundred who came and went every gauge is where it was, and memory is not more', async (t) => {
  const { server, rpc, web } = await start(t, ['--media-service-connect-timeout', '5s', '--media-service-idle-timeout', '3s']);
  // Not what only counts up, nor the memory, which is judged below.
  const gauges = async () => Object.fromEntries((await server.samples()).filter((s) => !/_(total|bucket|sum|count)$|forwarding_delay|http_connections|resident_memory/.test(s.name)).map((s) => [`${s.name}{${s.labels}}`, s.value]));
  const memory = async () => Number(/VmRSS:\s+(\d+)/.exec(await readFile(`/proc/${server.child.pid}/status`, 'utf8'))[1]) * 1024;
  const before = await gauges();
  const comeAndGo = async (media, n) => {
    const [room, userId] = [`room-${n % 10}`, `user-${n}`];
    await media.capabilities(room);
    const [send, receive] = [await media.transport(room, 'send'), await media.transport(room, 'recv')];
    await media.connect(send.id);
    await media.connect(receive.id);
    const audio = await media.produce(send.id, 'audio', { roomId: room, userId, type: 'audio' });
    await media.produce(send.id, 'video', { roomId: room, userId, type: 'video' });
    const heard = (await media.producers(room)).slice(0, 4).map((p) => p.producerId);
    for (const producer of heard.includes(audio) ? heard : [...heard, audio]) {
      // Who is heard may leave meanwhile.
      const made = await media.consume(room, receive.id, producer).catch((error) => assert.match(error.message, /no such producer/));
      if (made) await media.resumeConsumer(made.id).catch((error) => assert.match(error.message, /no such consumer/));
    }
    await media.producer('pause', audio, room);
    await media.cleanup(room, userId);
  };
  const ways = [byGrpc(rpc), byHttp(web)];
  const rounds = async (count) => {
    for (let n = 0; n < count; n += 10) await Promise.all(Array.from({ length: 10 }, (_, i) => comeAndGo(ways[(n + i) % 2], n + i)));
    await until('every gauge is back', async () => {
      const now = await gauges();
      return Object.keys({ ...before, ...now }).every((name) => now[name] === before[name]);
    }, 30_000).catch(async (error) => {
      const now = await gauges();
      assert.deepEqual(now, before, error.message);
    });
  };
  await rounds(200);
  const after = await memory();
  await rounds(200);
  assert.ok(await memory() < after + 4e6, `${after} bytes after 200, ${await memory()} after 400`);
  const metrics = await server.metrics();
  assert.equal(metrics.confab_media_service_transports_unconnected_total, 800);
  for (const name of ['rooms', 'transports', 'producers', 'consumers', 'calls']) assert.equal(metrics[`confab_media_service_${name}`], 0, name);
  for (const name of ['routers', 'transports', 'producers', 'consumers', 'ice_ufrags', 'rtp_streams']) assert.equal(metrics[`confab_${name}`], 0, name);
});

test('beside signaling nodes of ours, on one media node, neither touches the other', async (t) => {
  const service = await mediaServiceFlags(['--media-service-idle-timeout', '3s', '--media-service-connect-timeout', '5s']);
  const apart = await Apart.start(t, { media: 1, mediaArgs: service.flags });
  const rpc = new GrpcClient(service.grpcPort);
  t.after(() => rpc.close());
  const call = apart.call(3, 6);
  const media = byGrpc(rpc);
  for (let i = 0; i < 10; ++i) await goThroughAll(media, `room-${i}`);
  const report = await call.report();
  assert.equal(report.joins.ready, 3);
  assert.ok(report.media.packets_received > 0);
  await until('its rooms are gone', async () => (await apart.media[0].gauge('confab_media_service_rooms')) === 0);
  // It leaves without waiting where nobody is inside, and refuses new rooms meanwhile.
  apart.media[0].signal('SIGTERM');
  assert.equal(await apart.media[0].exited, 'exit 0');
});
