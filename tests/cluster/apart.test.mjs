// The roles as processes of their own behind nginx and two gateways: a call in browsers that outlives
// each of them.
import test from 'node:test';
import assert from 'node:assert/strict';
import { launchChromium, newPage } from '../browser/lib/chromium.mjs';
import { hears, join, seesMoving, snapshot, until as untilPage } from '../browser/lib/room.mjs';
import { TestCluster, until } from './lib/cluster.mjs';

// When each remote picture's decoded frames last rose, by the page's own clock.
const watchFrames = () => {
  window.lastFrame = {};
  const look = () => {
    for (const video of document.querySelectorAll('[data-testid="tile"] video')) {
      const tile = video.closest('[data-testid="tile"]');
      if (tile.dataset.participant === window.__confab?.snapshot().participantId) continue;
      const { totalVideoFrames } = video.getVideoPlaybackQuality();
      const last = window.lastFrame[tile.dataset.participant];
      if (!last || last.video !== video || totalVideoFrames > last.frames) {
        const gap = last ? performance.now() - last.at : 0;
        window.lastFrame[tile.dataset.participant] = { video, frames: totalVideoFrames, at: performance.now(), worst: Math.max(last?.worst ?? 0, gap) };
      }
    }
    setTimeout(look, 20);
  };
  look();
};
const worstGap = () => Math.max(...Object.values(window.lastFrame).map(({ worst, at }) => Math.max(worst, performance.now() - at)));
const forgetGaps = () => { for (const one of Object.values(window.lastFrame)) one.worst = 0; };

test('roles apart', async (t) => {
  const cluster = await TestCluster.up(t, ['--media', '2', '--without', 'redis,prometheus']);
  t.diagnostic(`up after ${cluster.upAfterMs} ms`);
  const roles = ['media-1', 'media-2', 'signaling-1', 'gateway-1', 'gateway-2', 'web'];
  const ready = async (name) => (await fetch(`http://${cluster.address}:${cluster.parts[name].ports.admin}/readyz`).catch(() => undefined))?.status === 200;
  const gauge = async (name, metric) => {
    const text = await (await fetch(`http://${cluster.address}:${cluster.parts[name].ports.admin}/metrics`)).text();
    return text.split('\n').filter((line) => line.startsWith(metric)).reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0);
  };
  const homeOf = async () => {
    for (const name of ['media-1', 'media-2']) {
      if ((await gauge(name, 'confab_transports').catch(() => 0)) > 0) return name;
    }
    throw new Error('no media node has a transport');
  };

  await t.test('every part is up and ready', async () => {
    for (const name of roles) await until(`${name} is ready`, () => ready(name));
  });

  const browser = await launchChromium();
  t.after(() => browser.close());
  const code = await cluster.createRoom();
  const pages = [];
  for (const name of ['Ada', 'Ben']) {
    const page = await newPage(browser, { ignoreHTTPSErrors: true });
    await join(page, cluster, code, name);
    pages.push(page);
  }
  for (const page of pages) {
    await seesMoving(page, 1);
    await hears(page, 1);
    await page.evaluate(watchFrames);
  }
  const allMove = async () => { for (const page of pages) await seesMoving(page, 1); };
  const gaps = async () => Math.max(...await Promise.all(pages.map((page) => page.evaluate(worstGap))));
  const forget = async () => { for (const page of pages) await page.evaluate(forgetGaps); };

  await t.test('a media node that is killed: pictures move again within three seconds, without a click', async () => {
    const home = await homeOf();
    await forget();
    await cluster.do('kill', home);
    await until('the meeting is on the other node', async () => (await homeOf()) !== home);
    await allMove();
    const gap = await gaps();
    t.diagnostic(`kill -9 of ${home}: ${Math.round(gap)} ms without a new frame at the most`);
    assert.ok(gap <= 3000, `${gap} ms`);
    await cluster.do('restart', home);
    await until(`${home} is ready`, () => ready(home));
  });

  await t.test('one that stands still: within five seconds', async () => {
    const home = await homeOf();
    await forget();
    await cluster.do('stop', home);
    await untilPage(pages[0], 'pictures stop', () => Object.values(window.lastFrame).some(({ at }) => performance.now() - at > 500));
    await allMove();
    const gap = await gaps();
    t.diagnostic(`SIGSTOP of ${home}: ${Math.round(gap)} ms without a new frame at the most`);
    assert.ok(gap <= 5000, `${gap} ms`);
    await cluster.do('cont', home);
    await until(`${home} is ready`, () => ready(home));
  });

  await t.test('a gateway that is killed: sockets are back by the other, media never stops', async () => {
    await forget();
    await cluster.do('kill', 'gateway-1');
    for (const page of pages) await untilPage(page, 'it is connected', () => window.__confab.snapshot().phase === 'joined');
    const room = await cluster.createRoom();
    assert.match(room, /-/);
    await allMove();
    const gap = await gaps();
    t.diagnostic(`kill -9 of gateway-1: ${Math.round(gap)} ms without a new frame at the most`);
    assert.ok(gap <= 1500, `${gap} ms`);
    await cluster.do('restart', 'gateway-1');
  });

  await t.test('every part restarted, one after the other: the same people, pictures that move', async () => {
    const before = await Promise.all(pages.map(snapshot));
    for (const name of ['gateway-2', 'web', 'postgres', 'coturn-1', 'media-1', 'media-2', 'signaling-1', 'nginx']) {
      await cluster.do('restart', name);
      if (roles.includes(name)) await until(`${name} is ready`, () => ready(name), 20_000);
      await allMove();
    }
    const after = await Promise.all(pages.map(snapshot));
    assert.deepEqual(after.map((s) => s.participantId), before.map((s) => s.participantId));
  });
});
