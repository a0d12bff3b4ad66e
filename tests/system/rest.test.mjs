// REST beside the sockets.
import test from 'node:test';
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { binary, Server } from '../browser/lib/server.mjs';
import { crowd } from './lib/client.mjs';

async function start(t) {
  const server = await Server.start();
  const people = crowd(t, server);
  return { server, people, base: `http://127.0.0.1:${server.httpPort}` };
}

test('rooms are made and found', async (t) => {
  const { people, base } = await start(t);
  const made = await fetch(`${base}/api/rooms`, { method: 'POST' });
  assert.equal(made.status, 201);
  const room = await made.json();
  assert.match(room.code, /^[a-z]{3}-[a-z]{4}-[a-z]{3}$/);
  assert.equal(room.roomId, room.code);
  assert.match(room.hostKey, /^h1\./);

  const found = await (await fetch(`${base}/api/rooms/${room.code.toUpperCase()}`)).json();
  assert.deepEqual(found, {
    roomId: room.code, code: room.code, createdAt: room.createdAt, participants: 0, title: '', locked: false, lobby: false, hasPassword: false,
  });
  const dictated = encodeURIComponent(` ${room.code.replaceAll('-', ' \u2013 ')}`);
  assert.equal((await (await fetch(`${base}/api/rooms/${dictated}`)).json()).code, room.code);
  await people.join(room.code, 'Ada');
  assert.equal((await (await fetch(`${base}/api/rooms/${room.code}`)).json()).participants, 1);
});

test('a room that is not there is 404, whatever it is called', async (t) => {
  const { base } = await start(t);
  for (const code of ['zzz-zzzz-zzz', 'x', '..%2f..%2fetc', "'%20OR%201=1--", 'a'.repeat(2000)]) {
    const response = await fetch(`${base}/api/rooms/${code}`);
    assert.equal(response.status, 404, code);
    assert.equal((await response.json()).error.code, 'not_found');
  }
});

test('config and health', async (t) => {
  const { base } = await start(t);
  const config = await (await fetch(`${base}/api/config`)).json();
  assert.equal(config.protocol, 1);
  assert.equal(config.compatibility, true);
  assert.equal(config.limits.nameChars, 64);
  assert.equal((await fetch(`${base}/livez`)).status, 200);
  assert.deepEqual(await (await fetch(`${base}/readyz`)).json(), { status: 'ok' });
});

test('the notices name every library of the server and what the web app is made of', async (t) => {
  const { base } = await start(t);
  const response = await fetch(`${base}/notices`);
  assert.equal(response.status, 200);
  assert.match(response.headers.get('content-type'), /^text\/plain/);
  const text = await response.text();
  const run = (...words) => execFileSync(words[0], words.slice(1), { encoding: 'utf8' });
  const needed = [...run('llvm-readelf-19', '-d', binary).matchAll(/NEEDED.*\[(.*)\]/g)].map(([, name]) => name);
  assert.ok(needed.length > 5);
  for (const library of needed) {
    const owners = run('dpkg', '-S', `*/${library}`).split('\n').filter(Boolean).map((line) => line.split(': ')[0]);
    const sources = owners.map((owner) => run('dpkg-query', '-W', '-f', '${source:Package}', owner));
    assert.ok(sources.some((source) => text.includes(`\n${source} `)), `${library} of ${sources}`);
  }
  assert.match(text, /Boost Software License/);
  assert.match(text, /\nmediasoup-client 3\.\d+\.\d+ \(ISC\)\n/);
  assert.match(text, /SIL OPEN FONT LICENSE/);
  assert.ok(!text.includes('This machine was set up without'));
});

test('one address cannot fill the disk with rooms', async (t) => {
  const { base } = await start(t);
  const statuses = [];
  for (let i = 0; i < 130; ++i) statuses.push((await fetch(`${base}/api/rooms`, { method: 'POST' })).status);
  assert.ok(statuses.filter((s) => s === 201).length >= 100);
  assert.ok(statuses.includes(429));
});

test('the key of the tokens is kept to the owner, and no token or name is logged', async (t) => {
  const { server, people } = await start(t);
  const room = await server.createRoom();
  const ada = await people.join(room, 'Adalgisa');
  await ada.get('chat:send', { text: 'xyzzy' });
  const key = path.join(server.dataDir, 'token.key');
  assert.equal((await stat(key)).mode & 0o777, 0o600);
  assert.equal((await readFile(key)).length, 32);
  const log = server.log.join('');
  for (const secret of ['Adalgisa', 'xyzzy', ada.joined.resumeToken]) assert.ok(!log.includes(secret), secret);
});
