// The roles find each other in a real Consul: what stands in its books, who comes and goes at run time,
// what is changed for all of them in one place, and what becomes of a meeting when Consul is away.
import test from 'node:test';
import assert from 'node:assert/strict';
import { readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { ConsulAgent } from './lib/consul.mjs';
import { TestCluster, isReady, until } from './lib/cluster.mjs';

const roles = ['media-1', 'media-2', 'signaling-1', 'gateway-1', 'gateway-2', 'web'];

test('roles that find each other in Consul', async (t) => {
  const cluster = await TestCluster.up(t, ['--media', '2', '--turn', '0', '--without', 'redis,prometheus,postgres']);
  t.diagnostic(`up after ${cluster.upAfterMs} ms`);
  const consul = new ConsulAgent(cluster);
  const events = (part, name) => readFileSync(cluster.parts[part].log, 'utf8').split('\n')
    .filter((line) => line.startsWith('{')).map((line) => JSON.parse(line)).filter(({ event }) => event === name);
  const allAre = async (probe) => (await Promise.all(roles.map(probe))).every(Boolean);
  const named = () => cluster.metric('confab_media_node_up', '', 'signaling-1');

  await t.test('each role is in its books, by the names of the reference system', async () => {
    const { address, parts } = cluster;
    const ids = {
      'media-service': [`media-service-1-${parts['media-1'].ports.admin}`, `media-service-2-${parts['media-2'].ports.admin}`],
      'signaling-service': [`signaling-service-1-${parts['signaling-1'].ports.http}`],
      'api-gateway': [1, 2].map((n) => `api-gateway-${n}-${parts[`gateway-${n}`].ports.http}`),
      ui: [`ui-0-${parts.web.ports.http}`],
      'log-server': [`log-server-0-${parts.logs.ports.http}`],
    };
    for (const [service, expected] of Object.entries(ids)) {
      await until(`${service} is healthy`, async () => {
        const known = await consul.instances(service);
        const isHealthy = Object.values(known).every(({ checks }) => checks.readyz === 'passing' && checks['event loop'] === 'passing');
        return (isHealthy && JSON.stringify(Object.keys(known).sort()) === JSON.stringify([...expected].sort())) || known;
      });
    }
    const media = (await consul.instances('media-service'))[ids['media-service'][0]];
    assert.equal(media.address, address);
    assert.equal(media.meta.node, '1');
    assert.equal(media.meta.grpc_port, String(parts['media-1'].ports.rpc));
    assert.match(media.meta.boot, /^[0-9a-f]{16}$/);
    assert.ok(Number(media.meta.proto_min) <= Number(media.meta.proto_max));
    const signaling = (await consul.instances('signaling-service'))[ids['signaling-service'][0]];
    assert.equal(media.meta.codec_hash, signaling.meta.codec_hash);
    assert.deepEqual(media.tags, ['v1']);
  });

  const room = await cluster.createRoom();
  const ada = await cluster.join(room, 'Ada');

  await t.test('a media node that drains is in maintenance, then gone; one that comes is taken up', async () => {
    let home;
    for (const name of ['media-1', 'media-2']) {
      if (await cluster.metric('confab_media_meetings', '', name) > 0) home = name;
    }
    const id = `media-service-${home.at(-1)}-${cluster.parts[home].ports.admin}`;
    await cluster.do('drain', home);
    await until('it is in maintenance', async () => {
      const { checks } = (await consul.instances('media-service'))[id];
      return Object.entries(checks).some(([name, status]) => /maintenance/i.test(name) && status === 'critical') || checks;
    });
    assert.equal(ada.told('media:lost').length, 0);
    await cluster.do('drain', home); // a second SIGTERM does not wait for the meeting
    await ada.event('media:lost');
    await until('it is in no book', async () => !(id in await consul.instances('media-service')));
    await until('and is let go of', async () => (await named()) === 1);
    await cluster.do('restart', home);
    await until('it is taken up', async () => (await named()) === 2, 5000);
  });

  await t.test('a log level and a limit are set for all of them, and what is wrong changes nothing', async () => {
    await consul.put('log.level', 'debug');
    await until('all have it', () => allAre(async (part) => (await cluster.metric('confab_settings_shared', '', part)) === 1));
    for (const part of roles) assert.equal(events(part, 'settings_taken').at(-1).changed, 'log.level', part);
    await consul.put('call/chat_chars_max', '10');
    await until('signaling has it', async () => (await cluster.metric('confab_settings_shared', '', 'signaling-1')) === 2);
    const { error } = await ada.ask('chat:send', { text: 'more than ten' });
    assert.equal(error?.code, 'too_large', JSON.stringify(error));

    await consul.put('log.level', 'loud');
    await consul.put('roles/media/database.url', 'postgresql://elsewhere');
    await until('each refuses both', () => allAre(async (part) => (await cluster.metric('confab_settings_refused_total', '', part)) === 2));
    const [loud, url] = events('media-1', 'setting_refused');
    assert.match(loud.reason, /log\.level: expected debug, info, warn or error/);
    assert.match(url.reason, /can not be set for all/);
    assert.equal(await cluster.metric('confab_settings_shared', '', 'media-1'), 2, 'what was in force is');

    for (const key of ['log.level', 'call/chat_chars_max', 'roles/media/database.url']) await consul.remove(key);
    await until('nothing is in force', () => allAre(async (part) => (await cluster.metric('confab_settings_shared', '', part)) === 0));
    await ada.get('chat:send', { text: 'more than ten' });
  });

  await t.test('Consul is killed and comes back empty: nobody notices, and all are in its books within five seconds', async () => {
    await consul.put('call.chat_chars_max', '100');
    await until('it is in force', async () => (await cluster.metric('confab_settings_shared', '', 'signaling-1')) === 1);
    await cluster.do('kill', 'consul');
    await until('all see that it is away', () => allAre(async (part) => (await cluster.metric('confab_discovery_reachable', '', part)) === 0), 5000);
    const ben = await cluster.join(room, 'Ben');
    await ben.get('chat:send', { text: 'without Consul' });
    await ada.event('chat:message', ({ message }) => message.text === 'without Consul');
    await cluster.join(await cluster.createRoom(), 'Cy');
    assert.equal(await named(), 2);

    rmSync(path.join(cluster.dir, 'consul/data'), { recursive: true });
    await cluster.do('restart', 'consul');
    const back = Date.now();
    await until('all are in its books', async () => {
      const counts = await Promise.all(['media-service', 'signaling-service', 'api-gateway', 'ui']
        .map(async (service) => Object.keys(await consul.instances(service)).length));
      return JSON.stringify(counts) === '[2,1,2,1]' || counts;
    });
    t.diagnostic(`all in its books ${Date.now() - back} ms after it was back`);
    assert.ok(Date.now() - back <= 5000);
    assert.equal(await named(), 2);
    assert.equal(await cluster.metric('confab_settings_shared', '', 'signaling-1'), 1, 'what was set stays set');
    for (const part of roles) await until(`${part} is ready`, () => isReady(cluster, part));
    await ada.get('chat:send', { text: 'it is back' });
    await ben.event('chat:message', ({ message }) => message.text === 'it is back');
    assert.equal(ada.told('media:lost').length, 1, 'of the drain alone');
  });
});
