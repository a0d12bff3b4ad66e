// What the gateway passes on and what it does not, in front of nodes that the test plays.
import test from 'node:test';
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { binary } from '../browser/lib/server.mjs';
import { sleep } from './lib/client.mjs';
import { Gateway, playedConsul, playedNode } from './lib/gateway.mjs';
import { exchange, request, statuses } from './lib/raw.mjs';

const host = (gateway) => `Host: 127.0.0.1:${gateway.httpPort}\r\n`;

test('a request arrives as it was sent, with who sent it, and its answer comes back', async (t) => {
  const node = await playedNode(t, (asked, response, body) => {
    response.writeHead(201, { 'Content-Type': 'application/json', 'X-Own': 'yes', 'Access-Control-Allow-Origin': '*' });
    response.end(JSON.stringify({ body }));
  });
  const gateway = await Gateway.start(t, [[1, node.port]]);
  const answer = await fetch(`${gateway.url}/api/rooms/a%2Fb?x=1&y`, { method: 'POST', body: 'hello', headers: { 'X-Mine': 'kept' } });
  assert.equal(answer.status, 201);
  assert.deepEqual(await answer.json(), { body: 'hello' });
  assert.equal(answer.headers.get('x-own'), 'yes');
  assert.equal(answer.headers.get('x-content-type-options'), 'nosniff');
  assert.equal(answer.headers.get('access-control-allow-origin'), null, 'the gateway decides that');
  const [seen] = node.seen;
  assert.equal(seen.url, '/api/rooms/a%2Fb?x=1&y');
  assert.equal(seen.headers['x-mine'], 'kept');
  assert.equal(seen.headers.host, `127.0.0.1:${gateway.httpPort}`);
  assert.equal(seen.headers['x-forwarded-for'], '127.0.0.1');
  assert.equal(seen.headers['x-request-id'], answer.headers.get('x-request-id'));
  assert.match(seen.headers.traceparent, /^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/);
});

test('who forges an address is known by his own, and a trusted proxy is believed', async (t) => {
  const node = await playedNode(t);
  const forged = { 'X-Forwarded-For': ['10.9.9.9', '198.51.100.1'], Forwarded: 'for=10.9.9.9', 'X-Real-IP': '10.9.9.9', 'X-Forwarded-Host': 'evil.example' };
  const plain = await Gateway.start(t, [[1, node.port]]);
  await request(plain, 'GET', '/api/config', { headers: forged, from: '127.0.0.5' });
  assert.equal(node.seen[0].headers['x-forwarded-for'], '127.0.0.5');
  assert.equal(node.seen[0].headers['x-forwarded-host'], `127.0.0.1:${plain.httpPort}`);
  assert.ok(!node.seen[0].raw.some((value) => value.includes('10.9.9.9')));
  const behind = await Gateway.start(t, [[1, node.port]], ['--http-trusted-proxies', '127.0.0.5']);
  await request(behind, 'GET', '/api/config', { headers: { ...forged, 'X-Request-Id': 'nginx-7' }, from: '127.0.0.5' });
  assert.equal(node.seen[1].headers['x-forwarded-for'], '198.51.100.1');
  assert.equal(node.seen[1].headers['x-request-id'], 'nginx-7');
});

test('requests whose end is in doubt are refused, and no node hears of them', async (t) => {
  const node = await playedNode(t);
  const gateway = await Gateway.start(t, [[1, node.port]]);
  const smuggled = 'GET /api/smuggled HTTP/1.1\r\nHost: x\r\n\r\n';
  const attempts = [
    `Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello`,
    `Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello`,
    `Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${smuggled}`,
    `Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n${smuggled}`,
    `Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n${smuggled}`,
    `Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n${smuggled}`,
    `X: y\r\n Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n${smuggled}`,
    `Content-Length: +5\r\n\r\nhello`,
    `X: a\nContent-Length: 50\r\n\r\n`,
  ];
  for (const attempt of attempts) {
    const { text, isClosed } = await exchange(gateway, `POST /api/rooms HTTP/1.1\r\n${host(gateway)}${attempt}`);
    assert.ok([400, 501].includes(statuses(text)[0]), `${JSON.stringify(attempt)}: ${text}`);
    assert.equal(statuses(text).length, 1);
    assert.ok(isClosed, attempt);
  }
  assert.deepEqual(node.seen, []);
  // What says its length in pieces arrives measured.
  await exchange(gateway, `POST /api/rooms HTTP/1.1\r\n${host(gateway)}Transfer-Encoding: chunked\r\nConnection: close, X-Hop\r\nX-Hop: 1\r\n\r\n5\r\nhello\r\n0\r\n\r\n`);
  assert.equal(node.seen[0].body, 'hello');
  assert.equal(node.seen[0].headers['content-length'], '5');
  assert.equal(node.seen[0].headers['transfer-encoding'], undefined);
  assert.equal(node.seen[0].headers['x-hop'], undefined);
});

test('media is nobody\'s to ask, however the path is written', async (t) => {
  const node = await playedNode(t);
  const gateway = await Gateway.start(t, [[1, node.port]]);
  for (const path of ['/api/media', '/api/media/rooms/x/producers', '/api/%6dedia/rooms', '/api/media/../rooms']) {
    assert.equal((await request(gateway, 'GET', path)).status, 404, path);
  }
  assert.deepEqual(node.seen, []);
});

test('a body over the limit is refused, and a large answer comes whole', async (t) => {
  const large = 'x'.repeat(8_000_000);
  const node = await playedNode(t, (asked, response) => { response.setHeader('Content-Length', large.length); response.end(large); });
  const gateway = await Gateway.start(t, [[1, node.port]]);
  assert.equal((await fetch(`${gateway.url}/api/rooms`, { method: 'POST', body: 'y'.repeat(1_100_000) }).then((r) => r.status, () => 413)), 413);
  assert.deepEqual(node.seen, []);
  assert.equal((await (await fetch(`${gateway.url}/api/x`)).text()).length, large.length);
});

test('what was not sent goes to another node; what was sent is repeated only if it is a GET', async (t) => {
  // One that reads a request and hangs up, and one that answers
  let cut = 0;
  const rude = createServer((socket) => { socket.on('error', () => {}); socket.once('data', () => { ++cut; socket.destroy(); }); });
  rude.listen(0, '127.0.0.1');
  await once(rude, 'listening');
  t.after(() => rude.close());
  const node = await playedNode(t);
  const both = [[1, rude.address().port], [2, node.port]];
  const gateway = await Gateway.start(t, both);
  for (let i = 0; i < 2; ++i) assert.equal((await fetch(`${gateway.url}/api/x`)).status, 200);
  assert.equal(cut, 1, 'and is left alone for a while');
  assert.equal(node.seen.length, 2);
  await sleep(2100);
  const posted = [];
  for (let i = 0; i < 2; ++i) posted.push((await fetch(`${gateway.url}/api/x`, { method: 'POST' })).status);
  assert.deepEqual(posted.sort(), [200, 502]);
  assert.equal(cut, 2);
  assert.equal(node.seen.length, 3);
  // Nobody listens at the first any more: nothing was sent, so a POST may go elsewhere
  rude.close();
  await sleep(2100);
  for (let i = 0; i < 2; ++i) assert.equal((await fetch(`${gateway.url}/api/x`, { method: 'POST' })).status, 200);
  assert.equal(await gateway.metric('confab_gateway_dropped_total', 'unreachable'), 1);
});

test('without a node the web app is there, and the rest is refused with a reason', async (t) => {
  const gateway = await Gateway.start(t, [[1, 1]]);
  assert.equal((await fetch(`${gateway.url}/api/config`)).status, 503);
  assert.equal((await fetch(`${gateway.url}/socket.io/?EIO=4&transport=polling`)).status, 503);
  assert.equal((await fetch(`${gateway.adminUrl}/readyz`)).status, 503);
  for (const path of ['/livez', '/health']) assert.equal((await fetch(`${gateway.url}${path}`)).status, 200);
  const page = await fetch(`${gateway.url}/room/abc-defg-hij`);
  assert.equal(page.status, 200);
  assert.match(page.headers.get('content-security-policy'), /default-src/);
  assert.equal((await fetch(`${gateway.url}/metrics`)).status, 404, 'the numbers are not everybody\'s');
});

test('a node that says nothing is waited for, but not for ever', async (t) => {
  const silent = createServer((socket) => socket.on('error', () => {}));
  silent.listen(0, '127.0.0.1');
  await once(silent, 'listening');
  t.after(() => silent.close());
  const gateway = await Gateway.start(t, [[1, silent.address().port]], ['--gateway-answer-timeout', '1s']);
  const begun = Date.now();
  assert.equal((await fetch(`${gateway.url}/api/config`)).status, 504);
  assert.ok(Date.now() - begun < 2000);
});

test('pages of other sites are refused before a node is asked', async (t) => {
  const node = await playedNode(t);
  const gateway = await Gateway.start(t, [[1, node.port]], ['--cors-origin', 'https://friend.example']);
  const post = (origin) => fetch(`${gateway.url}/api/rooms`, { method: 'POST', headers: { Origin: origin } });
  assert.equal((await post('https://evil.example')).status, 403);
  assert.equal((await post('https://friend.example')).headers.get('access-control-allow-origin'), 'https://friend.example');
  const preflight = await fetch(`${gateway.url}/api/rooms`, { method: 'OPTIONS', headers: { Origin: 'https://friend.example', 'Access-Control-Request-Method': 'POST' } });
  assert.equal(preflight.status, 204);
  assert.equal(node.seen.length, 1);
});

test('nodes come and go by Consul, and the gateway is in its books until it stops', async (t) => {
  const agent = await playedConsul(t);
  const first = await playedNode(t, (asked, response) => response.end('first'));
  const second = await playedNode(t, (asked, response) => response.end('second'));
  agent.set('signaling-service', [{ node: 1, port: first.port }]);
  const gateway = await Gateway.start(t, [], ['--discovery-consul', agent.url, '--discovery-address', '127.0.0.1', '--node', '3']);
  const ask = async () => (await fetch(`${gateway.url}/api/x`)).text();
  await gateway.until(async () => await ask() === 'first');
  await gateway.until(async () => agent.puts.length > 0);
  const registered = agent.puts[0].body;
  assert.equal(registered.ID, `api-gateway-3-${gateway.httpPort}`);
  assert.equal(registered.Checks[1].HTTP, `http://127.0.0.1:${gateway.httpPort}/readyz`);
  agent.set('signaling-service', [{ node: 1, port: first.port, healthy: false }, { node: 2, port: second.port }]);
  await gateway.until(async () => await ask() === 'second');
  // The agent goes away: what was known stays
  agent.server.closeAllConnections();
  agent.server.close();
  await gateway.until(async () => await gateway.metric('confab_discovery_reachable') === 0);
  assert.equal(await ask(), 'second');
  // It comes back knowing nobody: the same, and the gateway is told to it again
  agent.index = 0;
  agent.services = {};
  agent.registered.clear();
  agent.server.listen(Number(new URL(agent.url).port), '127.0.0.1');
  await gateway.until(async () => await gateway.metric('confab_discovery_reachable') === 1);
  await gateway.until(async () => agent.registered.has(registered.ID));
  assert.equal(await ask(), 'second');
  gateway.kill('SIGTERM');
  assert.equal(await gateway.exited, 0);
  assert.equal(agent.puts.at(-1).path, `/v1/agent/service/deregister/${registered.ID}`);
});

test('a gateway that is told of no node says what to set', async () => {
  const run = spawnSync(binary, ['gateway', '--http', '127.0.0.1:0', '--admin', '127.0.0.1:0'], { encoding: 'utf8' });
  assert.equal(run.status, 1);
  assert.match(run.stderr, /gateway\.signaling.*discovery\.consul/);
  const lost = spawnSync(binary, ['gateway', '--http', '127.0.0.1:0', '--admin', '127.0.0.1:0', '--discovery-consul', 'http://127.0.0.1:1'], { encoding: 'utf8' });
  assert.equal(lost.status, 1);
  assert.match(lost.stderr, /discovery\.address is needed/);
});

test('the web app alone is served by its own role', async (t) => {
  const web = await Gateway.startRole(t, 'web');
  assert.equal((await fetch(`${web.url}/room/abc-defg-hij`)).status, 200);
  assert.equal((await fetch(`${web.url}/api/config`)).status, 404);
  for (const url of [web.url, web.adminUrl]) assert.equal((await fetch(`${url}/readyz`)).status, 200);
});
