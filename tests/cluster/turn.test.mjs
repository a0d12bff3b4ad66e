// coturn with deploy's configuration and the passwords that confab gives out: who gets in, whom one may
// send to, and what people are told when one of two is gone.
import test from 'node:test';
import assert from 'node:assert/strict';
import { TestCluster, until } from './lib/cluster.mjs';
import { TurnClient } from './lib/turn.mjs';

async function servers(cluster, room) {
  const client = await cluster.join(room, 'Ada');
  client.close();
  return client.joined.iceServers;
}

test('relays', async (t) => {
  const cluster = await TestCluster.up(t, ['--without', 'prometheus,redis,postgres']);
  const room = await cluster.createRoom();
  const open = async (server) => {
    const client = await TurnClient.open(server, { ca: cluster.ca });
    t.after(() => client.close());
    return client;
  };

  await t.test('everybody who joins gets passwords for both, by UDP, TCP and TLS', async () => {
    const told = await servers(cluster, room);
    assert.deepEqual(told.map(({ urls }) => urls), cluster.turnUrls);
    assert.equal(told.length, 6);
    for (const server of told) assert.equal(await (await open(server)).allocate(), 0, server.urls);
  });

  await t.test('nobody else gets in', async () => {
    const [server] = await servers(cluster, room);
    assert.equal(await (await open({ ...server, credential: 'made up' })).allocate(), 401);
    const [expires, whom] = server.username.split(':');
    assert.ok(Number(expires) > Date.now() / 1000 + 3600);
    const longer = `${Number(expires) + 86400}:${whom}`;
    assert.equal(await (await open({ ...server, username: longer })).allocate(), 401, 'a longer life than was given');
  });

  await t.test('it sends to media, and to nothing else that it could reach', async () => {
    const [server] = await servers(cluster, room);
    const client = await open(server);
    assert.equal(await client.allocate(), 0);
    assert.equal(await client.permit(cluster.address), 0);
    for (const address of ['127.0.0.2', '10.0.0.1', '100.64.0.1', '169.254.169.254', '172.17.0.1', '192.168.1.1', '8.8.8.8', '0.0.0.0', '255.255.255.255', '224.0.0.1']) {
      assert.equal(await client.permit(address), 403, address);
    }
  });

  await t.test('when one dies, those who join are told of the other within five seconds', async () => {
    assert.equal(await cluster.metric('confab_ice_server_up'), 6);
    const dead = Date.now();
    await cluster.do('kill', 'coturn-1');
    const ofSecond = cluster.turnUrls.slice(3);
    await until('only the second is told', async () => {
      const told = (await servers(cluster, room)).map(({ urls }) => urls);
      return JSON.stringify(told) === JSON.stringify(ofSecond) || told;
    });
    const after = Date.now() - dead;
    t.diagnostic(`told ${after} ms after the kill`);
    assert.ok(after < 6000, `${after} ms`);
    assert.equal(await cluster.metric('confab_ice_server_up'), 3);
  });

  await t.test('and of both again when it is back', async () => {
    await cluster.do('restart', 'coturn-1');
    await until('both are told', async () => (await servers(cluster, room)).length === 6);
  });

  await t.test('one that stands still is as good as dead', async () => {
    await cluster.do('stop', 'coturn-2');
    await until('only the first is told', async () => (await servers(cluster, room)).length === 3);
    await cluster.do('cont', 'coturn-2');
    await until('both are told', async () => (await servers(cluster, room)).length === 6);
  });
});
