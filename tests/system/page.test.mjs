// The last words of a page, and who may say them.
import test from 'node:test';
import assert from 'node:assert/strict';
import { Server } from '../browser/lib/server.mjs';
import { crowd } from './lib/client.mjs';

async function start(t) {
  const server = await Server.start();
  const people = crowd(t, server);
  return { server, people, room: await server.createRoom() };
}

const say = (server, room, news, body) => fetch(`${server.url}/api/rooms/${room}/${news}`, { method: 'POST', body });
const words = (client) => JSON.stringify({ resumeToken: client.joined.resumeToken, socketId: client.socket.id });

test('the word of a closing page ends its stay at once; the one of a page that is back lets it wait', async (t) => {
  const { server, people, room } = await start(t);
  const [ada, ben, cleo] = [await people.join(room, 'Ada'), await people.join(room, 'Ben'), await people.join(room, 'Cleo')];
  assert.equal((await say(server, room, 'leave', words(ben))).status, 200);
  assert.equal((await say(server, room.toUpperCase(), 'leave', words(cleo))).status, 200);
  assert.equal((await say(server, room, 'return', words(cleo))).status, 200);
  const left = await ada.event('participant:left');
  assert.deepEqual([left.participantId, left.reason], [ben.joined.participantId, 'left']);
  const { participants } = await ada.get('state:get', {});
  assert.deepEqual(participants.map(({ name, connection }) => [name, connection]), [['Cleo', 'reconnecting']]);
});

test('nobody can close the page of another', async (t) => {
  const { server, people, room } = await start(t);
  const [ada, ben] = [await people.join(room, 'Ada'), await people.join(room, 'Ben')];
  const { resumeToken } = ben.joined;
  const other = await server.createRoom();
  for (const [body, code, status] of [
    [JSON.stringify({ resumeToken, socketId: ada.socket.id }), room, 200],
    [JSON.stringify({ resumeToken: `${resumeToken}x`, socketId: ben.socket.id }), room, 401],
    [JSON.stringify({ resumeToken, socketId: ben.socket.id }), other, 401],
    [JSON.stringify({ resumeToken, socketId: 'x' }), room, 400],
    [JSON.stringify({ resumeToken }), room, 400],
    ['', room, 400],
    ['x'.repeat(5000), room, 413],
  ]) {
    assert.equal((await say(server, code, 'leave', body)).status, status, body.slice(0, 80));
  }
  const { participants } = await ada.get('state:get', {});
  assert.deepEqual(participants.map(({ name, connection }) => [name, connection]), [['Ben', 'connected']]);
});
