// The gateway from outside, in front of two real nodes: stock clients, and what they see when a node goes.
import test from 'node:test';
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { connect as connectTls } from 'node:tls';
import { freePorts } from '../browser/lib/server.mjs';
import { connectOwn, sleep } from './lib/client.mjs';
import { Gateway, realNodes } from './lib/gateway.mjs';
import { request } from './lib/raw.mjs';

async function ground(t, args = []) {
  const nodes = await realNodes(t, [1, 2]);
  const gateway = await Gateway.start(t, nodes.map((node, i) => [i + 1, node.httpPort]), args);
  const clients = [];
  t.after(() => { for (const client of clients) client.close(); });
  const come = async (options) => {
    const client = await connectOwn(gateway, options);
    clients.push(client);
    return client;
  };
  return { nodes, gateway, come };
}

// The node is the first 16 bits of a sid: 26 characters of base 32 behind the prefix, high bits first.
const digits = '0123456789abcdefghjkmnpqrstvwxyz';
const nodeOf = (client) => {
  const text = client.socket.io.engine.id.slice(3);
  let value = 0n;
  for (const c of text) value = value * 32n + BigInt(digits.indexOf(c));
  return Number(value >> 112n & 0xffffn);
};

test('stock clients come by WebSocket and by polling, and each node has its share', async (t) => {
  const { come } = await ground(t);
  const clients = [];
  for (let i = 0; i < 6; ++i) clients.push(await come({ transports: i % 2 ? ['polling'] : ['websocket'] }));
  for (const client of clients) await client.settle();
  const numbers = clients.map(nodeOf);
  for (const node of [1, 2]) assert.ok(numbers.filter((n) => n === node).length >= 2, `${numbers}`);
});

test('a client that begins with polling goes on by WebSocket at the same node', async (t) => {
  const { come, gateway } = await ground(t);
  const client = await come({ transports: ['polling', 'websocket'] });
  const sid = client.socket.io.engine.id;
  await gateway.until(async () => client.socket.io.engine.transport.name === 'websocket');
  assert.equal(client.socket.io.engine.id, sid);
  await client.settle();
  assert.equal(await gateway.metric('confab_gateway_tunnels'), 1);
});

test('two people who are at the same node meet through it', async (t) => {
  const { nodes, gateway, come } = await ground(t, ['--http-trusted-proxies', '127.0.0.1']);
  // A room is a node's own here: both go where it was made.
  const room = await nodes[0].createRoom();
  const people = [];
  while (people.length < 2) {
    const client = await come({ extraHeaders: { 'X-Forwarded-For': '203.0.113.7' } });
    if (nodeOf(client) === 1) people.push(client);
  }
  for (const [i, client] of people.entries()) await client.get('join', { room, name: `P${i}` });
  await people[1].get('chat:send', { text: 'hello' });
  assert.equal((await people[0].event('chat:message')).message.text, 'hello');
  assert.equal(await gateway.metric('confab_gateway_dropped_total', 'unknown_sid'), 0);
});

for (const transport of ['websocket', 'polling']) {
  test(`a node is killed: its clients by ${transport} are at the other within three seconds`, async (t) => {
    const { nodes, gateway, come } = await ground(t);
    const clients = [];
    for (let i = 0; i < 4; ++i) clients.push(await come({ transports: [transport] }));
    const stranded = clients.filter((client) => nodeOf(client) === 1);
    const others = clients.filter((client) => nodeOf(client) === 2);
    assert.ok(stranded.length > 0 && others.length > 0);
    const sids = others.map((client) => client.socket.io.engine.id);
    await nodes[0].kill('SIGKILL');
    const killed = Date.now();
    await gateway.until(async () => stranded.every((client) => client.socket.connected && nodeOf(client) === 2), 5000);
    assert.ok(Date.now() - killed < 3000, `${Date.now() - killed} ms`);
    assert.deepEqual(others.map((client) => client.socket.io.engine.id), sids, 'the others notice nothing');
    for (const client of clients) await client.settle();
  });
}

test('a session of a node that is not there is unknown at once, by polling and by WebSocket', async (t) => {
  const { nodes, gateway, come } = await ground(t);
  let client = await come({ transports: ['polling'] });
  while (nodeOf(client) !== 1) client = await come({ transports: ['polling'] });
  const sid = client.socket.io.engine.id;
  client.close();
  await nodes[0].kill('SIGKILL');
  for (const transport of ['polling', 'websocket']) {
    const begun = Date.now();
    const headers = transport === 'websocket' ? { Connection: 'Upgrade', Upgrade: 'websocket', 'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==', 'Sec-WebSocket-Version': '13' } : {};
    const { status, body } = await request(gateway, 'GET', `/socket.io/?EIO=4&transport=${transport}&sid=${sid}`, { headers });
    assert.equal(status, 400);
    assert.deepEqual(JSON.parse(body), { code: 1, message: 'Session ID unknown' });
    assert.ok(Date.now() - begun < 700, `${Date.now() - begun} ms`);
  }
  for (const nonsense of ['es_00000000000000000000000000', 'x']) {
    assert.equal((await request(gateway, 'GET', `/socket.io/?EIO=4&transport=polling&sid=${nonsense}`)).status, 400);
  }
});

test('SIGTERM lets calls go on until the deadline, and sends the rest away', async (t) => {
  const { gateway, come } = await ground(t, ['--drain', '3s']);
  const client = await come({ reconnection: false });
  assert.equal((await fetch(`${gateway.url}/readyz`)).status, 200);
  gateway.kill('SIGTERM');
  await gateway.until(async () => (await fetch(`${gateway.adminUrl}/readyz`)).status === 503);
  await client.settle();
  const closed = new Promise((resolve) => client.socket.once('disconnect', resolve));
  const begun = Date.now();
  await closed;
  assert.ok(Date.now() - begun < 4000);
  assert.equal(await gateway.exited, 0);
});

test('SIGTERM ends it as soon as the last one has gone', async (t) => {
  const { gateway, come } = await ground(t, ['--drain', '60s']);
  const client = await come({ reconnection: false });
  gateway.kill('SIGTERM');
  await sleep(300);
  assert.ok(gateway.child, 'somebody is there');
  client.close();
  const begun = Date.now();
  assert.equal(await gateway.exited, 0);
  assert.ok(Date.now() - begun < 3000);
});

test('SIGHUP serves a renewed certificate, and who is connected stays', async (t) => {
  const nodes = await realNodes(t, [1]);
  const at = nodes[0].dataDir;
  const make = (name) => execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '1',
    '-subj', `/CN=${name}`, '-keyout', `${at}/served.key`, '-out', `${at}/served.pem`], { stdio: 'ignore' });
  make('before');
  const port = await freePorts(1, '127.0.0.1');
  const gateway = await Gateway.start(t, [[1, nodes[0].httpPort]],
    ['--tls', '--tls-listen', `127.0.0.1:${port}`, '--tls-certificate', `${at}/served.pem`, '--tls-key', `${at}/served.key`]);
  const connect = async () => {
    const socket = connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false });
    await once(socket, 'secureConnect');
    t.after(() => socket.destroy());
    return socket;
  };
  const old = await connect();
  assert.equal(old.getPeerCertificate().subject.CN, 'before');
  make('after');
  gateway.kill('SIGHUP');
  await gateway.until(async () => (await connect()).getPeerCertificate().subject.CN === 'after');
  old.write('GET /livez HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n');
  assert.match((await once(old, 'data'))[0].toString(), /^HTTP\/1\.1 200/);
});

test('SIGHUP takes over another log level', async (t) => {
  const nodes = await realNodes(t, [1]);
  const file = `${nodes[0].dataDir}/gateway.yaml`;
  await writeFile(file, 'log: {level: error}\n');
  const gateway = await Gateway.start(t, [[1, nodes[0].httpPort]], ['--config', file]);
  await writeFile(file, 'log: {level: info}\n');
  gateway.kill('SIGHUP');
  await gateway.until(async () => gateway.logText.includes('"reloaded"'));
});
