// A front end and a signaling service, both written for the reference system, hold a call through our
// media plane.
import test from 'node:test';
import assert from 'node:assert/strict';
import { bundle } from './lib/bundle.mjs';
import { launchChromium, newPage } from './lib/chromium.mjs';
import { startReferenceSignaling } from './lib/reference_signaling.mjs';
import { Server } from './lib/server.mjs';
import { until } from '../system/lib/apart.mjs';
import { mediaServiceFlags } from '../system/lib/media_service.mjs';

test('two stock front ends see and hear each other through a signaling service of the reference', async (t) => {
  const { flags, ...ports } = await mediaServiceFlags(['--media-service-idle-timeout', '3s', '--media-consent-timeout', '5s']);
  const server = await Server.start({ args: flags });
  t.after(() => server.stop());
  const signaling = await startReferenceSignaling({ address: '127.0.0.1', ...ports });
  t.after(() => signaling.stop());
  const browser = await launchChromium();
  t.after(() => browser.close());
  const script = await bundle('compat/client.js');
  const open = async (name) => {
    const page = await newPage(browser);
    await page.goto(signaling.url);
    await page.addScriptTag({ content: script });
    await page.evaluate((url) => window.compat.start(url, 'a-room', {}), signaling.url);
    await page.evaluate((userName) => window.compat.join('a-room', userName), name);
    await page.waitForFunction(() => window.compat.state.audioProducer && window.compat.state.videoProducer);
    return page;
  };
  const ada = await open('Ada');
  const ben = await open('Ben');
  const frames = (page) => page.evaluate(() => document.querySelector('video').getVideoPlaybackQuality().totalVideoFrames);
  const goesOn = async (page) => {
    const before = await frames(page);
    await page.waitForFunction((b) => document.querySelector('video').getVideoPlaybackQuality().totalVideoFrames > b + 10, before);
  };

  for (const page of [ada, ben]) {
    await page.waitForFunction(() => document.querySelectorAll('video').length === 1 && document.querySelectorAll('audio').length === 1);
    await goesOn(page);
    await page.waitForFunction(() => document.querySelector('audio').currentTime > 0);
    assert.deepEqual(await page.evaluate(() => window.compat.state.errors), []);
    assert.deepEqual(await page.evaluate(() => window.compat.state.transportState), { send: 'connected', recv: 'connected' });
  }
  const inside = await server.metrics();
  assert.equal(inside.confab_media_service_rooms, 1);
  assert.equal(inside.confab_media_service_transports, 4);
  assert.equal(inside.confab_media_service_producers, 4);
  assert.equal(inside.confab_media_service_consumers, 4);

  // A paused picture stands still, and goes on.
  const picture = (what) => ada.evaluate((event) => {
    const { socket, state } = window.compat;
    socket.emit(event, { producerId: state.videoProducer.id, roomId: 'a-room', kind: 'video' });
  }, what);
  await picture('pauseProducer');
  await ben.waitForFunction(() => window.compat.state.paused);
  await ben.waitForTimeout(500);
  const still = await frames(ben);
  await ben.waitForTimeout(1000);
  assert.ok(await frames(ben) <= still + 1, 'nothing comes while it is paused');
  await picture('resumeProducer');
  await goesOn(ben);

  // Whoever closes the page takes everything of theirs along, and the last one the room. Of their
  // transports nobody tells the media service: it misses their consent.
  const untilGauge = (name, wanted) => until(`${name} is ${wanted}`, async () => (await server.metrics())[name] === wanted, 30_000);
  await ada.close();
  await untilGauge('confab_media_service_producers', 2);
  await untilGauge('confab_media_service_transports', 2);
  await ben.close();
  for (const name of ['media_service_rooms', 'media_service_transports', 'media_service_producers', 'media_service_consumers', 'routers', 'transports', 'producers', 'consumers', 'ice_ufrags', 'rtp_streams']) {
    await untilGauge(`confab_${name}`, 0);
  }
});
