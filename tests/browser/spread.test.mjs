// A meeting over two shards: nobody in it can tell.
import test from 'node:test';
import assert from 'node:assert/strict';
import { launchChromium, newPage } from './lib/chromium.mjs';
import { Server } from './lib/server.mjs';
import { click, hears, join, noProblems, seesMoving, snapshot, until, waitTiles } from './lib/room.mjs';

let server;
let browser;
test.before(async () => {
  // Whoever joins goes to the shard with fewer transports.
  server = await Server.start({ env: { CONFAB_MEDIA_SHARDS: '2', CONFAB_MEDIA_SPREAD_TRANSPORTS: '1' } });
  browser = await launchChromium();
});
test.after(async () => {
  await browser?.close();
  await server?.stop();
});

test('three participants on two shards see and hear each other, mute, and leave', async (t) => {
  const code = await server.createRoom();
  const pages = [];
  t.after(() => Promise.all(pages.map((page) => page.context().close())));
  for (const name of ['Ada', 'Ben', 'Cleo']) {
    const page = await newPage(browser);
    pages.push(page);
    await join(page, server, code, name);
  }
  for (const page of pages) {
    await waitTiles(page, 3);
    await seesMoving(page, 2);
    await hears(page, 2);
  }
  const transports = (await server.samples()).filter((s) => s.name === 'confab_transports').map((s) => s.value);
  assert.deepEqual(transports.sort(), [2, 4]);
  const during = await server.metrics();
  assert.ok(during.confab_pipe_packets_received_total > 0);
  assert.equal(during.confab_piped_producers, 6); // camera and microphone of each, on the other shard

  // Ada and Ben are on different shards: who joins second is sent elsewhere.
  const [ada, ben] = pages;
  const adaId = (await snapshot(ada)).participantId;
  for (const state of ['off', 'on']) {
    await click(ada, 'toggle-camera');
    await until(ben, `Ada's picture is ${state}`, ([id, value]) =>
      document.querySelector(`[data-testid="tile"][data-participant="${id}"]`)?.dataset.video === value, [adaId, state]);
  }
  await seesMoving(ben, 2);
  for (const page of pages) noProblems(page);

  for (const page of pages) await click(page, 'leave');
  const end = Date.now() + 10_000;
  let after;
  do {
    after = await server.metrics();
  } while (after.confab_routers > 0 && Date.now() < end);
  for (const name of ['routers', 'transports', 'producers', 'consumers', 'piped_producers', 'pipe_outlets']) {
    assert.equal(after[`confab_${name}`], 0, name);
  }
});
