// WebSockets through the gateway: what a slow, an idle and a thousand cost it.
import test from 'node:test';
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { WebSocket, WebSocketServer } from 'ws';
import { sleep } from './lib/client.mjs';
import { Gateway, playedNode } from './lib/gateway.mjs';

// A node that takes every WebSocket, and tells each client that talks to it.
async function socketNode(t, onSocket) {
  const sockets = new WebSocketServer({ noServer: true });
  const node = await playedNode(t, undefined, (asked, socket, head) => sockets.handleUpgrade(asked, socket, head, onSocket));
  return { ...node, sockets };
}

const websocket = (gateway) => new WebSocket(`ws://127.0.0.1:${gateway.httpPort}/socket.io/?EIO=4&transport=websocket`);

test('a reader that takes nothing slows its node down and costs nothing', async (t) => {
  let talker;
  const node = await socketNode(t, (socket) => { talker = socket; });
  const gateway = await Gateway.start(t, [[1, node.port]]);
  const reader = websocket(gateway);
  t.after(() => reader.terminate());
  await once(reader, 'open');
  reader.pause();
  const before = await gateway.rssKb();
  const piece = 'x'.repeat(1_000_000);
  for (let i = 0; i < 200; ++i) talker.send(piece);
  await sleep(1500);
  const grown = await gateway.rssKb() - before;
  assert.ok(grown < 2000, `${grown} kB`);
  assert.ok(talker.bufferedAmount > 150_000_000, 'the rest waits where it comes from');
  // Others do not notice, and when it reads on it gets all of it.
  const other = websocket(gateway);
  t.after(() => other.terminate());
  await once(other, 'open');
  let heard = 0;
  reader.on('message', () => { ++heard; });
  reader.resume();
  await gateway.until(async () => heard === 200, 30_000);
});

test('a thousand idle sockets cost little', async (t) => {
  const node = await socketNode(t, () => {});
  const gateway = await Gateway.start(t, [[1, node.port]]);
  const sockets = [];
  t.after(() => { for (const socket of sockets) socket.terminate(); });
  const before = await gateway.rssKb();
  for (let i = 0; i < 1000; i += 50) {
    const batch = Array.from({ length: 50 }, () => websocket(gateway));
    sockets.push(...batch);
    await Promise.all(batch.map((socket) => once(socket, 'open')));
  }
  assert.equal(await gateway.metric('confab_gateway_tunnels'), 1000);
  const each = (await gateway.rssKb() - before) / 1000;
  t.diagnostic(`${each.toFixed(1)} kB each`);
  assert.ok(each < 16, `${each} kB each`);
  for (const socket of sockets) socket.terminate();
  await gateway.until(async () => await gateway.metric('confab_gateway_tunnels') === 0);
  assert.equal(await gateway.metric('confab_gateway_node_open', 'node="1"'), 0);
});

test('a socket on which nobody says anything is closed, and counted', async (t) => {
  const node = await socketNode(t, () => {});
  const gateway = await Gateway.start(t, [[1, node.port]], ['--gateway-idle-timeout', '1s']);
  const socket = websocket(gateway);
  await once(socket, 'open');
  await once(socket, 'close');
  assert.equal(await gateway.metric('confab_gateway_tunnels_ended_total', 'by="idle"'), 1);
});
