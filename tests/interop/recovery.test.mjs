// Connection-state recovery as the stock server and client do it since 4.6.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, before, test } from 'node:test';
import { io } from 'socket.io-client';
import { Frames, sleep, startEcho } from './lib/echo.mjs';

let echo;
before(async () => { echo = await startEcho('--recovery-ms', '1000'); });
after(() => echo.stop());

// A socket by hand; recovers when it is given what another one had.
const join = async (auth = '') => {
  const frames = new Frames(echo, '/socket.io/');
  assert.equal((await frames.next())[0], '0');
  frames.send(`40${auth && JSON.stringify(auth)}`);
  const welcome = JSON.parse((await frames.nextAnswered()).slice(2));
  return { frames, welcome };
};
const argumentsOf = (frame) => JSON.parse(frame.slice(2));

test('the client is given a secret and offsets', async () => {
  const { frames, welcome } = await join();
  assert.match(welcome.pid, /^sp_/);
  assert.notEqual(welcome.pid, welcome.sid);
  const [name, auth, offset] = argumentsOf(await frames.nextAnswered());
  assert.deepEqual([name, auth], ['auth', {}]);
  assert.equal(typeof offset, 'string');
  await frames.close();
});

test('what was missed is sent again, once and in order', async () => {
  const { frames, welcome } = await join();
  const offset = argumentsOf(await frames.nextAnswered()).at(-1);
  for (const n of [1, 2, 3]) frames.send(`42["message",${n}]`);
  const seen = argumentsOf(await frames.nextAnswered());
  frames.socket.terminate();  // the answers to 2 and 3 are lost with it, wherever they were
  await sleep(50);
  const again = await join({ pid: welcome.pid, offset: seen.at(-1) });
  assert.deepEqual(again.welcome, welcome);
  assert.deepEqual(argumentsOf(await again.frames.nextAnswered()).slice(0, 2), ['message-back', 2]);
  assert.deepEqual(argumentsOf(await again.frames.nextAnswered()).slice(0, 2), ['message-back', 3]);
  again.frames.send('42["message",4]');
  assert.deepEqual(argumentsOf(await again.frames.nextAnswered()).slice(0, 2), ['message-back', 4]);
  assert.notEqual(offset, seen.at(-1));
  await again.frames.close();
});

test('a connection that is only half dead is taken over', async () => {
  const { frames, welcome } = await join();
  const offset = argumentsOf(await frames.nextAnswered()).at(-1);
  const again = await join({ pid: welcome.pid, offset });
  assert.deepEqual(again.welcome, welcome);
  await frames.closed;
  await again.frames.close();
});

test('a wrong secret is a new socket', async () => {
  const { frames, welcome } = await join();
  frames.socket.terminate();
  const other = await join({ pid: `${welcome.pid}x`, offset: '@1' });
  assert.notEqual(other.welcome.sid, welcome.sid);
  await other.frames.close();
});

test('after the window it is a new socket', async () => {
  const { frames, welcome } = await join();
  const offset = argumentsOf(await frames.nextAnswered()).at(-1);
  frames.socket.terminate();
  await sleep(1200);
  const late = await join({ pid: welcome.pid, offset });
  assert.notEqual(late.welcome.sid, welcome.sid);
  await late.frames.close();
});

test('the stock client recovers without knowing how', async () => {
  const socket = io(`http://127.0.0.1:${echo.port}`, { reconnectionDelay: 20, transports: ['websocket'] });
  await once(socket, 'auth');
  const id = socket.id;
  const seen = [];
  socket.on('message-back', (n) => seen.push(n));
  for (let round = 0; round < 3; ++round) {
    socket.emit('message', round);
    await sleep(5);
    socket.io.engine.close();
    await once(socket, 'connect');
    assert.equal(socket.recovered, true);
    assert.equal(socket.id, id);
  }
  await sleep(100);
  assert.deepEqual(seen, [0, 1, 2]);
  socket.disconnect();
});
