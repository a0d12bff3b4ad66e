// `confab serve` on a real PostgreSQL: what outlives a restart, and a call that goes on while the
// database is away.
import test from 'node:test';
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { binary } from '../browser/lib/server.mjs';
import { TestCluster, until } from './lib/cluster.mjs';

const texts = (messages) => messages.map(({ text }) => text);

async function historyOf(cluster, room) {
  const client = await cluster.join(room, 'Late');
  client.close();
  return texts(client.joined.chat);
}

test('PostgreSQL', async (t) => {
  const cluster = await TestCluster.up(t, ['--without', 'prometheus,redis', '--turn', '0']);
  const room = await cluster.createRoom();

  await t.test('rooms and chat are there after the server was killed', async () => {
    const ada = await cluster.join(room, 'Ada');
    await ada.get('chat:send', { text: 'before' });
    await cluster.do('kill', 'confab');
    await cluster.do('restart', 'confab');
    assert.deepEqual(await historyOf(cluster, room), ['before']);
    assert.equal((await cluster.fetch(`/api/rooms/${room}`)).status, 200);
    ada.close();
  });

  await t.test('while it is away, who is in a call goes on and is heard, and what is said or decided is kept when it is back', async () => {
    const json = path.join(cluster.dir, 'load.json');
    const { http } = cluster.parts.confab.ports;
    const load = spawn(binary, ['loadtest', '--url', `http://${cluster.address}:${http}`, '--participants', '3', '--duration', '8', '--quiet', '--json', json],
      { stdio: 'ignore' });
    const loaded = once(load, 'exit');
    const ada = await cluster.join(room, 'Ada'), ben = await cluster.join(room, 'Ben');
    const own = JSON.parse((await cluster.fetch('/api/rooms', { method: 'POST' })).text);
    const host = await cluster.join(own.code, 'Hana', { hostKey: own.hostKey });
    await until('they send', async () => (await cluster.metric('confab_participants ')) === 6);

    await cluster.do('kill', 'postgres');
    const begun = Date.now();
    await ada.get('chat:send', { text: 'during' });
    await ben.event('chat:message', ({ message }) => message.text === 'during');
    assert.ok(Date.now() - begun < 2000, `heard after ${Date.now() - begun} ms`);
    assert.equal(await cluster.metric('confab_store_chat_waiting '), 1);
    await host.get('room:lock', { locked: true });
    await host.event('room:unkept', ({ unkept }) => unkept);
    const asked = Date.now();
    const refused = await cluster.fetch('/api/rooms', { method: 'POST' });
    assert.equal(refused.status, 503, refused.text);
    assert.ok(Date.now() - asked < 2000, `${Date.now() - asked} ms`);
    assert.equal(JSON.parse(refused.text).error?.code ?? JSON.parse(refused.text).code, 'unavailable');

    await cluster.do('restart', 'postgres');
    await until('rooms can be made', async () => (await cluster.fetch('/api/rooms', { method: 'POST' })).status === 201, 5000);
    await until('nothing waits', async () => (await cluster.metric('confab_store_chat_waiting ')) === 0, 5000);
    assert.equal(await cluster.metric('confab_store_chat_lost '), 0);
    await host.event('room:unkept', ({ unkept }) => !unkept);
    assert.equal(JSON.parse((await cluster.fetch(`/api/rooms/${own.code}`)).text).locked, true);
    assert.equal(await cluster.metric('confab_store_room_writes_waiting '), 0);
    await ada.get('chat:send', { text: 'after' });
    await until('all that was said is kept', async () => {
      const client = await cluster.connect();
      const { chat } = await client.get('join', { room, name: 'Late' });
      client.close();
      return JSON.stringify(texts(chat)) === JSON.stringify(['before', 'during', 'after']) || texts(chat);
    });

    assert.deepEqual(await loaded, [0, null]);
    const report = JSON.parse(readFileSync(json));
    assert.equal(report.packets_lost, 0);
    // Each packet goes to the two others; what is under way at either end of the measurement aside.
    const { packets_sent: sent, packets_received: received } = report.media;
    assert.ok(sent > 100 && Math.abs(received - 2 * sent) <= 0.1 * received, `${sent} sent, ${received} received`);
  });
});
