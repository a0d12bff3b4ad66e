// The roles as processes of their own behind nginx and two gateways, with PostgreSQL, Consul and two
// coturns: a call of three browsers, one of them Firefox, that outlives each part.
import test from 'node:test';
import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import path from 'node:path';
import { launchChromium, newPage } from '../browser/lib/chromium.mjs';
import { launchFirefox, newFirefoxPage } from '../browser/lib/firefox.mjs';
import { hears, join, seesMoving, snapshot, until as untilPage } from '../browser/lib/room.mjs';
import { TestCluster, isReady, until } from './lib/cluster.mjs';
import { ConsulAgent } from './lib/consul.mjs';
import { Frames } from './lib/frames.mjs';

const roles = ['media-1', 'media-2', 'signaling-1', 'gateway-1', 'gateway-2', 'web'];
const around = ['nginx', 'postgres', 'coturn-1', 'coturn-2', 'logs'];

// Each in a browser of its own, since a page in the background paints no video. Few small pictures of
// one layer on small pages, since two cores encode, decode and paint them six times over.
const query = 'simulcast=0', viewport = { width: 640, height: 480 };
const fewPictures = ['--use-fake-device-for-media-stream=fps=8'];
async function threePeople(t, cluster, code) {
  const pages = [];
  for (const name of ['Ada', 'Ben']) {
    const browser = await launchChromium({ args: fewPictures });
    t.after(() => browser.close());
    pages.push(await newPage(browser, { ignoreHTTPSErrors: true, viewport }));
    await join(pages.at(-1), cluster, code, name, { query });
  }
  const firefox = await launchFirefox({ acceptInsecureCerts: true, ...viewport });
  t.after(() => firefox.close());
  pages.push(await newFirefoxPage(firefox, { defaultCamera: false, frameRate: 8 }));
  await join(pages.at(-1), cluster, code, 'Fox', { query });
  return pages;
}

test('roles apart', async (t) => {
  const cluster = await TestCluster.up(t, ['--media', '2', '--without', 'redis,prometheus', '--address', '10.77.0.1']);
  t.diagnostic(`up after ${cluster.upAfterMs} ms`);
  const consul = 'consul' in cluster.parts ? new ConsulAgent(cluster) : undefined;
  if (consul) around.push('consul');
  const homeOf = async () => {
    for (const name of ['media-1', 'media-2']) {
      if ((await cluster.metric('confab_transports', '', name).catch(() => 0)) > 0) return name;
    }
    throw new Error('no media node has a transport');
  };
  const untilIsReady = (name) => until(`${name} is ready`, () => isReady(cluster, name), 20_000);

  await t.test('every part is up and ready', async () => {
    assert.deepEqual(Object.keys(cluster.parts).sort(), [...roles, ...around].sort());
    for (const name of roles) assert.ok(await isReady(cluster, name), name);
  });

  const code = await cluster.createRoom();
  const pages = await threePeople(t, cluster, code);
  const allMove = async () => { for (const page of pages) await seesMoving(page, 2); };
  await allMove();
  for (const page of pages) await hears(page, 2);
  const frames = new Frames(pages);
  await frames.watch();
  await until('all six directions are watched', async () => (await frames.gaps()).length === 6);

  // What happens, and that no direction stood still for longer; then it is made whole again.
  const outlives = async (what, bound, happens, heals = () => {}) => {
    await frames.forget();
    await happens();
    await allMove();
    const all = await frames.gaps(), gap = Math.round(Math.max(...all));
    await heals();
    assert.equal(all.length, 6);
    t.diagnostic(`${what}: ${gap} ms without a new frame at the most`);
    assert.ok(gap <= bound, `${gap} ms`);
  };

  await t.test('a media node that is killed: pictures move again within three seconds, without a click', async () => {
    let home;
    await outlives('kill -9 of a media node', 3000, async () => {
      home = await homeOf();
      await cluster.do('kill', home);
      await until('the meeting is on the other node', async () => (await homeOf()) !== home);
    }, async () => {
      await cluster.do('restart', home);
      await until('it is taken up', async () => (await cluster.metric('confab_media_node_up', '', 'signaling-1')) === 2);
    });
  });

  await t.test('one that stands still: within five seconds', async () => {
    let home;
    await outlives('SIGSTOP of a media node', 5000, async () => {
      home = await homeOf();
      await cluster.do('stop', home);
      await until('pictures stop', () => frames.standStill());
    }, async () => {
      await cluster.do('cont', home);
      await untilIsReady(home);
    });
  });

  await t.test('a gateway that is killed: sockets are back by the other, media never stops', async () => {
    await outlives('kill -9 of gateway-1', 1500, async () => {
      await cluster.do('kill', 'gateway-1');
      for (const page of pages) await untilPage(page, 'it is connected', () => window.__confab.snapshot().phase === 'joined');
      assert.match(await cluster.createRoom(), /-/);
    }, () => cluster.do('restart', 'gateway-1'));
  });

  await t.test('PostgreSQL stopped and started: media never stops, chat goes on, and who drops out comes back meanwhile', async () => {
    const dan = await cluster.join(code, 'Dan'), eve = await cluster.join(code, 'Eve');
    let again;
    await outlives('PostgreSQL away', 1500, async () => {
      await cluster.do('kill', 'postgres');
      const begun = Date.now();
      const refused = await cluster.fetch('/api/rooms', { method: 'POST' });
      const after = Date.now() - begun;
      assert.equal(refused.status, 503);
      assert.ok(after <= 1500, `refused after ${after} ms`);
      // All that Consul knows of signaling fails its check then.
      if (consul) await until('it fails its check', async () => Object.values(await consul.instances('signaling-service')).every(({ checks }) => checks.readyz === 'critical'));
      await dan.get('chat:send', { text: 'while it was away' });
      await eve.event('chat:message', ({ message }) => message.text === 'while it was away');
      again = await cluster.join(code, 'Eve', { resumeToken: eve.joined.resumeToken });
      assert.equal(again.joined.participantId, eve.joined.participantId);
      await cluster.do('restart', 'postgres');
      const back = Date.now();
      await until('what was said is written', async () => (await cluster.metric('confab_store_chat_waiting ', '', 'signaling-1')) === 0, 5000);
      t.diagnostic(`what was said meanwhile was written ${Date.now() - back} ms after PostgreSQL was back`);
      assert.equal(await cluster.metric('confab_store_chat_lost ', '', 'signaling-1'), 0);
    }, () => untilIsReady('signaling-1'));
    for (const one of [dan, again]) await one.get('leave');
  });

  if (consul) {
    await t.test('Consul stopped and started empty: media never stops, and all are known again within five seconds', async () => {
      await outlives('Consul away', 1500, async () => {
        await cluster.do('kill', 'consul');
        await until('it is missed', async () => (await cluster.metric('confab_discovery_reachable', '', 'signaling-1')) === 0);
        assert.match(await cluster.createRoom(), /-/);
        rmSync(path.join(cluster.dir, 'consul/data'), { recursive: true });
        await cluster.do('restart', 'consul');
        await until('all are known', async () => Object.keys(await consul.instances('media-service')).length === 2
          && Object.keys(await consul.instances('signaling-service')).length === 1, 5000);
      });
    });
  }

  await t.test('a coturn stopped and started: media never stops, and people are told of the other one', async () => {
    const up = () => cluster.metric('confab_ice_server_up', '', 'signaling-1');
    await outlives('coturn-1 away', 1500, async () => {
      await cluster.do('kill', 'coturn-1');
      await until('three URLs are left', async () => (await up()) === 3, 6000);
      await cluster.do('restart', 'coturn-1');
      await until('all are back', async () => (await up()) === 6);
    });
  });

  await t.test('every part restarted, one after the other: the same people, pictures that move', async () => {
    const before = await Promise.all(pages.map(snapshot));
    for (const name of [...roles, ...around]) {
      await cluster.do('restart', name);
      if (roles.includes(name)) await untilIsReady(name);
      await allMove();
    }
    const after = await Promise.all(pages.map(snapshot));
    assert.deepEqual(after.map((s) => s.participantId), before.map((s) => s.participantId));
    assert.deepEqual(after.map((s) => s.phase), ['joined', 'joined', 'joined']);
  });
});
