// Engine.IO v4, revision 4, byte by byte.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { Frames, PING_INTERVAL, PING_TIMEOUT, Polling, raw, sleep, startEcho } from './lib/echo.mjs';

const path = '/engine.io/';
let echo;
before(async () => { echo = await startEcho(); });
after(() => echo.stop());

const checkHandshake = (handshake, upgrades) => {
  const { sid, ...rest } = handshake;
  assert.match(sid, /^es_[0-9a-z]{26}$/);
  assert.deepEqual(rest, { upgrades, pingInterval: 300, pingTimeout: 200, maxPayload: 1000000 });
};
const openSocket = async () => {
  const frames = new Frames(echo, path);
  const handshake = await frames.next();
  assert.equal(handshake[0], '0');
  return { frames, handshake: JSON.parse(handshake.slice(1)) };
};
const openUpgraded = async () => {
  const session = await Polling.open(echo, path);
  const frames = new Frames(echo, path, { sid: session.sid });
  await frames.opened;
  frames.send('2probe');
  assert.equal(await frames.next(), '3probe');
  frames.send('5');
  return { session, frames };
};

describe('handshake', () => {
  test('by polling', async () => {
    checkHandshake((await Polling.open(echo, path)).handshake, ['websocket']);
  });
  test('by WebSocket', async () => {
    const { frames, handshake } = await openSocket();
    checkHandshake(handshake, []);
    await frames.close();
  });
  for (const [what, query, code] of [
    ['no version', { EIO: '', transport: 'polling' }, 5],
    ['a wrong version', { EIO: 'abc', transport: 'polling' }, 5],
    ['revision 3', { EIO: 3, transport: 'polling' }, 5],
    ['no transport', {}, 0],
    ['a wrong transport', { transport: 'pigeon' }, 0],
    ['an unknown session', { transport: 'polling', sid: 'es_none' }, 1],
    ['a WebSocket without the switch', { transport: 'websocket' }, 3],
  ]) {
    test(`refuses ${what}`, async () => {
      const response = await fetch(echo.url(path, query));
      assert.equal(response.status, 400);
      assert.equal((await response.json()).code, code);
    });
  }
  for (const method of ['POST', 'PUT', 'DELETE']) {
    test(`refuses ${method}`, async () => {
      const response = await fetch(echo.url(path, { transport: 'polling' }), { method });
      assert.equal(response.status, 400);
      assert.equal((await response.json()).code, 2);
    });
  }
  for (const [what, query] of [['a wrong version', { EIO: 'abc' }], ['a wrong transport', { transport: 'x' }],
                               ['an unknown session', { sid: 'none' }]]) {
    test(`refuses a WebSocket with ${what}`, async () => {
      const frames = new Frames(echo, path, query);
      await frames.closed;
      assert.equal(frames.refusal, 400);
    });
  }
});

describe('messages by polling', () => {
  for (const [what, payload] of [['one text', '4hello'], ['several texts', '4a\x1e4b\x1e4c'],
                                 ['text and binary', '4hello\x1ebAQIDBA=='], ['text beyond ASCII', '4h€llo 🙂']]) {
    test(`echoes ${what}`, async () => {
      const session = await Polling.open(echo, path);
      assert.deepEqual(await session.post(payload), { status: 200, body: 'ok' });
      assert.deepEqual(await session.poll(), { status: 200, body: payload });
    });
  }
  test('a poll waits until there is something', async () => {
    const session = await Polling.open(echo, path);
    const poll = session.poll();
    await sleep(50);
    await session.post('4later');
    assert.deepEqual(await poll, { status: 200, body: '4later' });
  });
  for (const [what, payload] of [['a letter', 'abc'], ['an empty body', ''], ['an empty packet', '4a\x1e'],
                                 ['broken base64', 'b!!!!'], ['a ping', '2']]) {
    test(`${what} ends the session`, async () => {
      const session = await Polling.open(echo, path);
      const { status } = await session.post(payload);
      assert.equal(status, payload === '2' ? 200 : 400);
      assert.equal((await session.poll()).status, 400);
    });
  }
  test('two polls at once end the session', async () => {
    const session = await Polling.open(echo, path);
    const first = session.poll();
    await sleep(20);
    assert.equal((await session.poll()).status, 400);
    assert.deepEqual(await first, { status: 200, body: '1' });
    assert.equal((await session.poll()).status, 400);
  });
  test('a poll that is hung up ends the session', async () => {
    const session = await Polling.open(echo, path);
    const hangUp = new AbortController();
    const poll = session.get({ signal: hangUp.signal }).catch(() => {});
    await sleep(20);
    hangUp.abort();
    await poll;
    await sleep(20);
    assert.equal((await session.poll()).status, 400);
  });
  test('a body of a million bytes comes back, one more is refused', async () => {
    const session = await Polling.open(echo, path);
    const large = '4'.repeat(1_000_000);
    assert.equal((await session.post(large)).status, 200);
    assert.equal((await session.poll()).body, large);
    assert.equal((await session.post(large + '4')).status, 413);
  });
});

describe('messages by WebSocket', () => {
  test('echoes text', async () => {
    const { frames } = await openSocket();
    frames.send('4hello');
    assert.equal(await frames.next(), '4hello');
    await frames.close();
  });
  test('echoes binary', async () => {
    const { frames } = await openSocket();
    frames.send(Buffer.from([1, 2, 3, 4]));
    assert.deepEqual(await frames.next(), Buffer.from([1, 2, 3, 4]));
    await frames.close();
  });
  test('echoes a million bytes, closes on one more', async () => {
    const { frames } = await openSocket();
    frames.send('4'.repeat(1_000_000));
    assert.equal((await frames.nextAnswered()).length, 1_000_000);
    frames.send('4'.repeat(1_000_001));
    assert.equal(await frames.nextAnswered(), undefined);
  });
  for (const wrong of ['abc', '', '2', '0{}']) {
    test(`closes on '${wrong}'`, async () => {
      const { frames } = await openSocket();
      frames.send(wrong);
      assert.equal(await frames.next(), undefined);
    });
  }
  test('drops a client that sends much and reads nothing', async () => {
    const { frames } = await openSocket();
    const before = echo.residentKb();
    frames.socket.pause();
    const chunk = '4'.repeat(500_000);
    for (let i = 0; i < 80; ++i) frames.send(chunk);
    for (let i = 0; i < 15; ++i) {
      await sleep(100);
      const grown = echo.residentKb() - before;
      assert(grown < 20_000, `40 MB were sent, the server grew by ${grown} kB`);
    }
    frames.socket.resume();
    await frames.closed;
  });
});

describe('heartbeat', () => {
  test('by polling', async () => {
    const session = await Polling.open(echo, path);
    for (let i = 0; i < 3; ++i) {
      assert.deepEqual(await session.poll(), { status: 200, body: '2' });
      assert.equal((await session.post('3')).status, 200);
    }
  });
  test('by WebSocket', async () => {
    const { frames } = await openSocket();
    for (let i = 0; i < 3; ++i) {
      assert.equal(await frames.next(), '2');
      frames.send('3');
    }
    await frames.close();
  });
  test('silence ends a polling session', async () => {
    const session = await Polling.open(echo, path);
    await sleep(PING_INTERVAL + PING_TIMEOUT);
    assert.equal((await session.post('3')).status, 400);
  });
  test('silence ends a WebSocket, in time', async () => {
    const { frames } = await openSocket();
    const began = Date.now();
    await frames.closed;
    const ms = Date.now() - began;
    assert(ms >= 450 && ms < 2000, `closed after ${ms} ms`);
  });
});

describe('close', () => {
  test('by polling: the poll that waits ends', async () => {
    const session = await Polling.open(echo, path);
    const poll = session.poll();
    await sleep(20);
    assert.deepEqual(await session.post('1'), { status: 200, body: 'ok' });
    assert.deepEqual(await poll, { status: 200, body: '6' });
    assert.equal((await session.poll()).status, 400);
  });
  test('by WebSocket', async () => {
    const { frames } = await openSocket();
    frames.send('1');
    await frames.closed;
  });
});

describe('upgrade', () => {
  test('moves the session and what it has to say', async () => {
    const session = await Polling.open(echo, path);
    const frames = new Frames(echo, path, { sid: session.sid });
    await frames.opened;
    frames.send('2probe');
    assert.equal(await frames.next(), '3probe');
    assert.deepEqual(await session.poll(), { status: 200, body: '6' });
    await session.post('4before');
    frames.send('5');
    frames.send('4after');
    assert.equal(await frames.next(), '4before');
    assert.equal(await frames.next(), '4after');
    await frames.close();
  });
  test('ends a poll that waits', async () => {
    const session = await Polling.open(echo, path);
    const poll = session.poll();
    const frames = new Frames(echo, path, { sid: session.sid });
    await frames.opened;
    frames.send('2probe');
    assert.deepEqual(await poll, { status: 200, body: '6' });
    await frames.close();
  });
  test('leaves no polling behind', async () => {
    const { session, frames } = await openUpgraded();
    await sleep(20);
    assert.equal((await session.poll()).status, 400);
    assert.equal((await session.post('4x')).status, 400);
    frames.send('4hello');
    assert.equal(await frames.next(), '4hello');
    await frames.close();
  });
  test('closes a second WebSocket and leaves the first', async () => {
    const { session, frames } = await openUpgraded();
    const second = new Frames(echo, path, { sid: session.sid });
    await second.closed;
    frames.send('4hello');
    assert.equal(await frames.nextAnswered(), '4hello');
    await frames.close();
  });
  test('that breaks off leaves the polling session', async () => {
    const session = await Polling.open(echo, path);
    const frames = new Frames(echo, path, { sid: session.sid });
    await frames.opened;
    await frames.close();
    await session.post('4still');
    assert.deepEqual(await session.poll(), { status: 200, body: '4still' });
  });
});

describe('cross-origin', () => {
  test('any site may read the answers', async () => {
    const response = await fetch(echo.url(path, { transport: 'polling' }), { headers: { Origin: 'https://a.example' } });
    assert.equal(response.headers.get('access-control-allow-origin'), '*');
  });
  test('a preflight is answered', async () => {
    const response = await fetch(echo.url(path), {
      method: 'OPTIONS',
      headers: { Origin: 'https://a.example', 'Access-Control-Request-Method': 'POST' },
    });
    assert.equal(response.status, 204);
    assert.match(response.headers.get('access-control-allow-methods'), /POST/);
  });
});

// Bytes that are no browser's.
describe('HTTP', () => {
  const head = 'Host: x\r\n';
  for (const [what, bytes, status] of [
    ['a header that never ends', `GET / HTTP/1.1\r\n${head}X: ${'a'.repeat(40_000)}\r\n\r\n`, 431],
    ['a body of 99 GB', `POST /engine.io/ HTTP/1.1\r\n${head}Content-Length: 99000000000\r\n\r\n`, 413],
    ['a chunked body above the limit',
     `POST /engine.io/ HTTP/1.1\r\n${head}Transfer-Encoding: chunked\r\n\r\n1e8480\r\n${'a'.repeat(1_100_000)}`, 413],
    ['no HTTP', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 tls here\r\n\r\n', 400],
    ['another protocol', 'SSH-2.0-OpenSSH_9.2\r\n\r\n', 400],
    ['a target without a path', `GET nowhere HTTP/1.1\r\n${head}\r\n`, 400],
    ['a broken escape', `GET /%zz HTTP/1.1\r\n${head}\r\n`, 400],
    ['a WebSocket of version 12',
     `GET /engine.io/?EIO=4&transport=websocket HTTP/1.1\r\n${head}Connection: Upgrade\r\nUpgrade: websocket\r\n` +
     'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 12\r\n\r\n', 426],
  ]) {
    test(`answers ${what} with ${status}`, async () => {
      const { text, status: got } = await raw(echo, bytes, { keepOpenMs: 3000 });
      assert.equal(got, status, text.slice(0, 200));
    });
  }
  test('closes half a request after ten seconds', async () => {
    const { text, ms } = await raw(echo, 'GET / HTTP/1.1\r\nHos');
    assert.equal(text, '');
    assert(ms > 9000 && ms < 14_000, `closed after ${ms} ms`);
  });
  test('answers pipelined requests in order', async () => {
    const one = `GET /engine.io/?EIO=4&transport=polling HTTP/1.1\r\n${head}\r\n`;
    const two = `GET /nothing HTTP/1.1\r\n${head}Connection: close\r\n\r\n`;
    const { text } = await raw(echo, one + two);
    assert.deepEqual([...text.matchAll(/HTTP\/1.1 (\d+)/g)].map((match) => match[1]), ['200', '404']);
  });
  test('keeps what is sent while an answer is pending', async () => {
    const session = await Polling.open(echo, path);
    const { pathname, search } = new URL(session.url);
    const poll = `GET ${pathname}${search} HTTP/1.1\r\n${head}\r\n`;
    const nothing = (n, more = '') => `GET /nothing/${n} HTTP/1.1\r\n${head}${more}\r\n`;
    const socket = connect(echo.port, '127.0.0.1');
    let text = '';
    socket.on('data', (data) => (text += data));
    socket.write(poll);
    await sleep(50);
    socket.write(nothing(1) + nothing(2).slice(0, 20));
    await sleep(50);
    await session.post('4answer');
    await sleep(50);
    socket.write(nothing(2).slice(20) + nothing(3, 'Connection: close\r\n'));
    await once(socket, 'close');
    assert.deepEqual([...text.matchAll(/HTTP\/1.1 (\d+)/g)].map((match) => match[1]), ['200', '404', '404', '404']);
    assert.match(text, /\r\n\r\n4answer/);
  });
  test('lets a careful client continue', async () => {
    const session = await Polling.open(echo, path);
    const { text } = await raw(echo, `POST ${new URL(session.url).pathname}${new URL(session.url).search} HTTP/1.1\r\n` +
      `${head}Expect: 100-continue\r\nContent-Length: 2\r\nConnection: close\r\n\r\n`, { rest: '4a' });
    assert.match(text, /^HTTP\/1.1 100 Continue\r\n\r\nHTTP\/1.1 200 OK/);
  });
  test('answers HEAD without a body', async () => {
    const { text } = await raw(echo, `HEAD /nothing HTTP/1.1\r\n${head}Connection: close\r\n\r\n`);
    assert.match(text, /^HTTP\/1.1 404/);
    assert(text.endsWith('\r\n\r\n'));
  });
  test('serves on after a storm of connections that are broken off', async () => {
    const socketOf = () => new Frames(echo, path);
    const all = Array.from({ length: 100 }, socketOf);
    await Promise.all(all.map((frames) => frames.opened));
    for (const frames of all) frames.socket.terminate();
    await Promise.all(all.map((frames) => frames.closed));
    const { frames } = await openSocket();
    await frames.close();
  });
});
