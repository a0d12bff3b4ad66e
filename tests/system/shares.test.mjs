// What one address may have, make and guess, and what it can make the server keep.
import test from 'node:test';
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { connectOwn, sleep } from './lib/client.mjs';
import { frame, request, serverWithPeers as start } from './lib/raw.mjs';

const within = (promise, ms) => Promise.race([promise.then(() => true), sleep(ms).then(() => false)]);
const handshake = '/socket.io/?EIO=4&transport=polling';

test('sessions that never connect are an address\'s share for some seconds', async (t) => {
  const { server } = await start(t, ['--http-connections-per-address-max', '20', '--socketio-connect-timeout', '5s']);
  const ask = async (from) => (await request(server, 'GET', handshake, { from })).status;
  for (let i = 0; i < 20; ++i) assert.equal(await ask('127.0.0.2'), 200);
  assert.equal(await ask('127.0.0.2'), 429);
  assert.equal(await ask('127.0.0.3'), 200);
  await sleep(7500);
  assert.equal(await ask('127.0.0.2'), 200);
});

test('a room is not filled from one address', async (t) => {
  const { server, people } = await start(t, ['--call-participants-per-address-max', '2', '--http-trusted-proxies', '127.0.0.1']);
  const room = await server.createRoom();
  const ghost = async (address) => {
    const client = people.keep(await connectOwn(server, { extraHeaders: { 'X-Forwarded-For': address } }));
    return client.ask('join', { room, name: 'Ghost' });
  };
  for (let i = 0; i < 2; ++i) assert.ok((await ghost('203.0.113.7')).participantId);
  assert.equal((await ghost('203.0.113.7')).error.code, 'full');
  assert.ok((await ghost('203.0.113.8')).participantId);
});

test('room codes are not guessed by the thousand, neither by look-up nor by join', async (t) => {
  const { server, people } = await start(t);
  const room = await server.createRoom();
  const statuses = [];
  while (statuses.length < 200 && statuses.at(-1) !== 429) {
    statuses.push((await request(server, 'GET', `/api/rooms/aaa-aaaa-a${String.fromCharCode(97 + (statuses.length % 26))}a`, { from: '127.0.0.2' })).status);
  }
  assert.ok(statuses.filter((s) => s === 404).length >= 60);
  assert.equal(statuses.at(-1), 429);
  assert.equal((await request(server, 'GET', `/api/rooms/${room}`, { from: '127.0.0.2' })).status, 429, 'a hit would tell as well');
  for (let i = 0; i < 150; ++i) assert.equal((await request(server, 'GET', `/api/rooms/${room}`)).status, 200, 'those who know it are many');
  const errors = [];
  for (let i = 0; i < 20 && !/not there/.test(errors.at(-1)?.message); ++i) {
    const client = await people.connectOwn();
    for (let j = 0; j < 9; ++j) errors.push((await client.ask('join', { room: 'zzz-zzzz-zzz', name: 'Eve' })).error);
  }
  assert.equal(errors[0].code, 'not_found');
  assert.equal(errors.at(-1).code, 'rate_limited');
});

test('many addresses together do not fill the disk with rooms', async (t) => {
  const { server } = await start(t, ['--http-trusted-proxies', '127.0.0.1']);
  const make = async (address) => (await request(server, 'POST', '/api/rooms', { headers: { 'X-Forwarded-For': address } })).status;
  const made = [];
  for (let host = 0; host < 20; ++host) {
    const burst = Array.from({ length: 100 }, () => make(`203.0.113.${host}`));
    made.push(...await Promise.all(burst));
  }
  assert.ok(made.includes(429), 'those who make many share one budget');
  assert.ok(made.filter((s) => s === 201).length >= 1000);
  assert.equal(await make('203.0.113.200'), 201, 'and leave one to whoever makes his first');
});

test('behind a proxy the client is who the proxy says, and nobody else', async (t) => {
  const { server } = await start(t, ['--http-trusted-proxies', '127.0.0.1,10.0.0.0/8']);
  const make = async (lines, from) => (await request(server, 'POST', '/api/rooms', { from, headers: { 'X-Forwarded-For': lines } })).status;
  // How many rooms it makes until it is told to wait; some come back while it does.
  const spend = async (line, from) => {
    for (let i = 0; i < 150; ++i) {
      if (await make(line(i), from) === 429) return i;
    }
    return 'any number';
  };
  // Given one whose own line comes first, another in each request
  const made = await spend((i) => [`198.51.100.${i}`, `203.0.113.7:${50_000 + i}, 10.0.0.9`]);
  assert.ok(made >= 100 && made < 150, `${made}`);
  assert.equal(await make(['203.0.113.8:51234']), 201, 'another is another, with a port too');
  // And one who is no proxy
  assert.notEqual(await spend((i) => [`198.51.100.${i}`], '127.0.0.2'), 'any number');
  for (const end = Date.now() + 3000; !server.log.join('').includes('http.forwarded_not_believed') && Date.now() < end; ) await sleep(20);
  assert.match(server.log.join(''), /http\.forwarded_not_believed/);
});

test('the old switch for proxies says what to write in its place', async () => {
  const binary = process.env.CONFAB_BINARY ?? new URL('../../build/release/confab', import.meta.url).pathname;
  const run = spawnSync(binary, ['serve', '--http-trust-proxy', '--check'], { encoding: 'utf8' });
  assert.equal(run.status, 2);
  assert.match(run.stderr, /http\.trusted_proxies/);
});

test('nothing large is held for who has joined nothing', async (t) => {
  const { server, people, holdWebSocket } = await start(t, ['--http-request-timeout', '2s']);
  // Attachments, of which the first never ends.
  const withAttachment = await holdWebSocket();
  withAttachment.socket.write(frame(1, '40{"protocol":1}'));
  withAttachment.socket.write(frame(1, '451-["x",{"_placeholder":true,"num":0}]'));
  for (const end = Date.now() + 3000; !withAttachment.heard.includes('\x88\x02\x03\xe8') && Date.now() < end; ) await sleep(20);
  assert.ok(withAttachment.heard.endsWith('\x88\x02\x03\xe8'), 'an attachment was waited for');
  // A message that becomes too large, and one that never becomes whole.
  const large = await holdWebSocket();
  large.socket.write(frame(1, 'x'.repeat(60_000), { isLast: false }));
  large.socket.write(frame(0, 'x'.repeat(10_000), { isLast: false }));
  assert.ok(await within(large.closed, 1500), 'a large message was held');
  const unfinished = await holdWebSocket();
  unfinished.socket.write(frame(1, 'x'.repeat(60_000), { isLast: false }));
  assert.ok(await within(unfinished.closed, 6000), 'an unfinished message was held');
  // Who has joined may send what the protocol allows.
  const ada = await people.join(await server.createRoom(), 'Ada');
  assert.equal((await ada.ask('chat:send', { text: 'x'.repeat(500_000) })).error.code, 'too_large');
});
