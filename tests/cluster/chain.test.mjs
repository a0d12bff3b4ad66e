// The whole chain as an operator has it: nginx with TLS and HTTP/2, confab, PostgreSQL, coturn,
// Prometheus, by the one command.
import test from 'node:test';
import assert from 'node:assert/strict';
import { connect as connectHttp2 } from 'node:http2';
import { once } from 'node:events';
import { TestCluster, until } from './lib/cluster.mjs';

test('the chain', async (t) => {
  const cluster = await TestCluster.up(t);
  t.diagnostic(`up after ${cluster.upAfterMs} ms`);

  await t.test('all parts are up', async () => {
    const { parts, missing } = await cluster.status();
    // Debian 12 has no Consul: one that is not there is named, and not passed over.
    assert.equal('consul' in parts, missing.length === 0, missing.join());
    assert.deepEqual(Object.keys(parts).filter((name) => name !== 'consul').sort(), ['confab', 'coturn-1', 'coturn-2', 'logs', 'nginx', 'postgres', 'prometheus', 'redis']);
    for (const [name, { state }] of Object.entries(parts)) assert.equal(state, 'up', name);
  });

  await t.test('the page comes by HTTP/2, and HTTP sends there', async () => {
    const session = connectHttp2(cluster.url, { ca: cluster.ca });
    t.after(() => session.close());
    const stream = session.request({ ':path': '/room/abc-defg-hij' });
    const [headers] = await once(stream, 'response');
    stream.resume();
    assert.equal(session.alpnProtocol, 'h2');
    assert.equal(headers[':status'], 200);
    assert.match(headers['content-type'], /text\/html/);
    assert.match(headers['strict-transport-security'], /max-age=\d{8}/);
    assert.match(headers['x-request-id'], /^[0-9a-f]{32}$/);
    const plain = await fetch(`http://${cluster.address}:${cluster.parts.nginx.ports.http}/room/x?y=1`, { redirect: 'manual', headers: { Host: 'evil.example' } });
    assert.equal(plain.status, 308);
    assert.equal(plain.headers.get('location'), `${cluster.url}/room/x?y=1`);
  });

  await t.test('people meet over WebSocket and over polling', async () => {
    const room = await cluster.createRoom();
    const ada = await cluster.join(room, 'Ada');
    const ben = await cluster.connect({ transports: ['polling'] });
    await ben.get('join', { room, name: 'Ben' });
    await ben.get('chat:send', { text: 'by polling' });
    await ada.event('chat:message', ({ message }) => message.text === 'by polling');
    await ada.get('chat:send', { text: 'by WebSocket' });
    await ben.event('chat:message', ({ message }) => message.text === 'by WebSocket');
    ada.close();
    ben.close();
  });

  await t.test('confab sees each client by its own address, and believes nobody who claims another', async () => {
    // 60 rooms that are not there are one address's share; nginx alone is believed, so claims share it.
    let refused = 0;
    for (let i = 0; i < 90 && refused === 0; ++i) {
      const { status } = await cluster.fetch(`/api/rooms/zzz-zzzz-${'abcdefghij'[i % 10]}zz`, { headers: { 'X-Forwarded-For': `198.51.100.${i}` } });
      if (status === 429) refused += 1;
    }
    assert.equal(refused, 1, 'each claim had a share of its own');
  });

  await t.test('a server that dies is a 502 for a moment, and people are back by themselves', async () => {
    const room = await cluster.createRoom();
    const ada = await cluster.join(room, 'Ada');
    const gone = new Promise((resolve) => { ada.socket.once('disconnect', resolve); });
    await cluster.do('kill', 'confab');
    await gone;
    assert.equal((await cluster.fetch('/api/config')).status, 502);
    const back = new Promise((resolve) => { ada.socket.once('connect', resolve); });
    await cluster.do('restart', 'confab');
    await back;
    const again = await ada.get('join', { room, resumeToken: ada.joined.resumeToken });
    assert.equal(again.participantId, ada.joined.participantId);
  });

  await t.test('prometheus has its numbers', async () => {
    const { http } = cluster.parts.prometheus.ports;
    await until('confab is scraped', async () => {
      const { data } = await (await fetch(`http://${cluster.address}:${http}/api/v1/query?query=up{job="confab"}`)).json();
      return data.result[0]?.value[1] === '1' || data;
    }, 30_000);
  });

  await t.test('no log has an address or a code of a room', async () => {
    const { readFileSync } = await import('node:fs');
    const room = await cluster.createRoom();
    await cluster.fetch(`/room/${room}`);
    await cluster.fetch(`/api/rooms/${room}`);
    const text = readFileSync(`${cluster.dir}/nginx/access.log`, 'utf8');
    assert.match(text, /"route":"\/api\/rooms\/:code"/);
    assert.doesNotMatch(text, new RegExp(room));
    assert.doesNotMatch(text, /\b\d+\.\d+\.\d+\.\d+\b/);
    for (const line of text.trim().split('\n')) JSON.parse(line);
  });
});
