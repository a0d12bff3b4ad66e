// Socket.IO v5 byte by byte, then by the stock client.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, afterEach, before, describe, test } from 'node:test';
import { io } from 'socket.io-client';
import { Frames, Polling, startEcho } from './lib/echo.mjs';

const path = '/socket.io/';
let echo;
before(async () => { echo = await startEcho(); });
after(() => echo.stop());

const open = async () => {
  const frames = new Frames(echo, path);
  assert.equal((await frames.next())[0], '0');
  return frames;
};
// In a namespace, greeted.
const join = async (nsp = '/', payload = '', frames = undefined) => {
  const socket = frames ?? await open();
  const prefix = nsp === '/' ? '' : `${nsp},`;
  socket.send(`40${prefix}${payload}`);
  const welcome = await socket.nextAnswered();
  assert(welcome.startsWith(`40${prefix}{`), welcome);
  const greeting = await socket.nextAnswered();
  return { socket, welcome: JSON.parse(welcome.slice(2 + prefix.length)), greeting };
};
const binary = (...bytes) => Buffer.from(bytes);

describe('connect', () => {
  for (const [what, nsp, payload, greeting] of [
    ['the main namespace', '/', '', '42["auth",{}]'],
    ['the main namespace with a payload', '/', '{"token":"123"}', '42["auth",{"token":"123"}]'],
    ['another namespace', '/custom', '', '42/custom,["auth",{}]'],
    ['another namespace with a payload', '/custom', '{"token":"abc"}', '42/custom,["auth",{"token":"abc"}]'],
  ]) {
    test(`to ${what}`, async () => {
      const joined = await join(nsp, payload);
      assert.deepEqual(Object.keys(joined.welcome), ['sid']);
      assert.equal(joined.greeting, greeting);
      await joined.socket.close();
    });
  }
  test('not to an unknown namespace', async () => {
    const socket = await open();
    socket.send('40/random');
    assert.equal(await socket.nextAnswered(), '44/random,{"message":"Invalid namespace"}');
    await socket.close();
  });
  test('gives every socket an id of its own', async () => {
    const { socket, welcome } = await join();
    const other = await join('/custom', '', socket);
    assert.notEqual(welcome.sid, other.welcome.sid);
    await socket.close();
  });
  test('or be closed', async () => {
    const socket = await open();
    const began = Date.now();
    assert.equal(await socket.nextAnswered(), undefined);
    const ms = Date.now() - began;
    assert(ms >= 900 && ms < 3000, `closed after ${ms} ms`);
  });
  test('by polling', async () => {
    const session = await Polling.open(echo, path);
    assert.equal((await session.post('40')).body, 'ok');
    assert.match((await session.poll()).body, /^40\{"sid":"[^"]+"\}/);
  });
  for (const wrong of ['4abc', '42["too early"]', '40[]', '40"text"', '43', '44{"message":"me"}']) {
    test(`is not begun by ${wrong}`, async () => {
      const socket = await open();
      socket.send(wrong);
      assert.equal(await socket.nextAnswered(), undefined);
    });
  }
});

describe('disconnect', () => {
  test('from the main namespace leaves the connection', async () => {
    const { socket } = await join();
    socket.send('41');
    assert.equal(await socket.next(), '2');
    await socket.close();
  });
  test('from one namespace leaves the other', async () => {
    const { socket } = await join();
    await join('/custom', '', socket);
    socket.send('41/custom');
    socket.send('42["message","to the main namespace"]');
    assert.equal(await socket.nextAnswered(), '42["message-back","to the main namespace"]');
    await socket.close();
  });
});

describe('events', () => {
  test('come back as they were', async () => {
    const { socket } = await join();
    socket.send('42["message",1,"2",{"3":[true]},1.50,"\\u00e9"]');
    assert.equal(await socket.nextAnswered(), '42["message-back",1,"2",{"3":[true]},1.50,"\\u00e9"]');
    await socket.close();
  });
  test('carry attachments', async () => {
    const { socket } = await join();
    const places = '{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}';
    socket.send(`452-["message",${places}]`);
    socket.send(binary(1, 2, 3));
    socket.send(binary(4, 5, 6));
    assert.equal(await socket.nextAnswered(), `452-["message-back",${places}]`);
    assert.deepEqual(await socket.nextAnswered(), binary(1, 2, 3));
    assert.deepEqual(await socket.nextAnswered(), binary(4, 5, 6));
    await socket.close();
  });
  test('are acknowledged', async () => {
    const { socket } = await join();
    socket.send('42456["message-with-ack",1,"2",{"3":[false]}]');
    assert.equal(await socket.nextAnswered(), '43456[1,"2",{"3":[false]}]');
    await socket.close();
  });
  test('are acknowledged with attachments', async () => {
    const { socket } = await join();
    socket.send('451-789["message-with-ack",{"_placeholder":true,"num":0}]');
    socket.send(binary(7));
    assert.equal(await socket.nextAnswered(), '461-789[{"_placeholder":true,"num":0}]');
    assert.deepEqual(await socket.nextAnswered(), binary(7));
    await socket.close();
  });
  test('travel by polling too', async () => {
    const session = await Polling.open(echo, path);
    await session.post('40/custom,');
    await session.poll();
    await session.post('451-/custom,["message",{"_placeholder":true,"num":0}]\x1ebAQID');
    let seen = '';
    while (!seen.includes('bAQID')) seen += `${(await session.poll()).body}\x1e`;
    assert.match(seen, /451-\/custom,\["message-back",\{"_placeholder":true,"num":0\}\]\x1ebAQID/);
  });
  for (const [what, ...messages] of [
    ['an unknown type', '4abc'],
    ['an object for arguments', '42{}'],
    ['no arguments', '42[]'],
    ['an acknowledgement id of letters', '42abc["message-with-ack"]'],
    ['JSON that breaks off', '42["message",{"a":'],
    ['a reserved name', '42["disconnect"]'],
    ['nesting without end', `42["message",${'['.repeat(1000)}${']'.repeat(1000)}]`],
    ['more attachments than there may be', '4511-["message"]'],
    ['an attachment that is not announced', binary(1)],
    ['text in place of an attachment', '451-["message",{"_placeholder":true,"num":0}]', '42["message"]'],
    ['an attachment that does not exist', '451-["message",{"_placeholder":true,"num":7}]'],
    ['a namespace it is not in', '42/custom,["message"]'],
    ['a second CONNECT', '40'],
  ]) {
    test(`with ${what} close the connection`, async () => {
      const { socket } = await join();
      for (const message of messages) socket.send(message);
      assert.equal(await socket.nextAnswered(), undefined);
    });
  }
});

describe('the stock client', () => {
  const sockets = [];
  const connect = (options = {}, nsp = '') => {
    const socket = io(`http://127.0.0.1:${echo.port}${nsp}`, { forceNew: true, reconnection: false, ...options });
    sockets.push(socket);
    return socket;
  };
  afterEach(() => { for (const socket of sockets.splice(0)) socket.disconnect(); });

  for (const transports of [['polling'], ['websocket'], ['polling', 'websocket']]) {
    test(`talks by ${transports.join(', then ')}`, async () => {
      const socket = connect({ transports, auth: { token: 'x' } });
      assert.deepEqual(await once(socket, 'auth'), [{ token: 'x' }]);
      const { engine } = socket.io;
      if (engine.transport.name !== transports.at(-1)) await once(engine, 'upgrade');
      const back = once(socket, 'message-back');
      socket.emit('message', 'text', { deep: [1, null] }, Buffer.from('raw'));
      assert.deepEqual(await back, ['text', { deep: [1, null] }, Buffer.from('raw')]);
      const answer = await socket.timeout(2000).emitWithAck('message-with-ack', 'question');
      assert.equal(answer, 'question');
      });
  }
  test('loses nothing while it upgrades', async () => {
    const socket = connect();
    const seen = [];
    socket.on('message-back', (n) => seen.push(n));
    await once(socket, 'connect');
    for (let i = 0; i < 500; ++i) {
      socket.emit('message', i);
      if (i % 25 === 0) await new Promise(setImmediate);
    }
    while (seen.length < 500) await once(socket, 'message-back');
    assert.deepEqual(seen, Array.from({ length: 500 }, (_, i) => i));
    assert.equal(socket.io.engine.transport.name, 'websocket');
  });
  test('is kept alive', async () => {
    const socket = connect({ transports: ['websocket'] });
    await once(socket, 'connect');
    for (let i = 0; i < 4; ++i) await once(socket.io.engine, 'heartbeat');
    assert(socket.connected);
  });
  test('is told of a namespace that does not exist', async () => {
    const socket = connect({}, '/nowhere');
    const [error] = await once(socket, 'connect_error');
    assert.equal(error.message, 'Invalid namespace');
  });
  test('shares one connection between namespaces', async () => {
    const main = connect();
    const custom = main.io.socket('/custom');
    await Promise.all([once(main, 'connect'), once(custom, 'connect')]);
    const back = once(custom, 'message-back');
    custom.emit('message', 'here');
    assert.deepEqual(await back, ['here']);
    custom.disconnect();
    assert.equal(await main.timeout(2000).emitWithAck('message-with-ack', 1), 1);
  });
  test('comes back after a lost connection, as someone new', async () => {
    const socket = connect({ reconnection: true, reconnectionDelay: 20 });
    await once(socket, 'connect');
    const first = socket.id;
    socket.io.engine.close();
    await once(socket, 'connect');
    assert.notEqual(socket.id, first);
    assert(!socket.recovered);
  });
});
