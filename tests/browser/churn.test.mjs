// People come and go all day: after 200 joins and leaves nothing of them is left in the server.
import test from 'node:test';
import assert from 'node:assert/strict';
import { launchChromium, newPage } from './lib/chromium.mjs';
import { Server } from './lib/server.mjs';
import { click, join, until } from './lib/room.mjs';

const kJoins = 200;
const kPages = 4;
const kGauges = ['routers', 'transports', 'producers', 'consumers', 'paths', 'ice_ufrags', 'rtp_streams', 'egress_queued_packets', 'timers'];

test(`${kJoins} joins and leaves leave nothing behind`, { timeout: 600_000 }, async (t) => {
  const server = await Server.start();
  t.after(() => server.stop());
  const browser = await launchChromium();
  t.after(() => browser.close());
  const code = await server.createRoom();
  await Promise.all(Array.from({ length: kPages }, async (_, i) => {
    const page = await newPage(browser);
    for (let n = 0; n < kJoins / kPages; ++n) {
      await join(page, server, code, `Guest ${i}`, { query: 'simulcast=0' });
      await until(page, 'sending', () => window.__confab.snapshot().transports?.send === 'connected');
      await click(page, 'leave');
      await until(page, 'left', () => !window.__confab || window.__confab.snapshot().phase !== 'joined');
      // A new person each time: nothing to resume.
      await page.evaluate(() => { sessionStorage.clear(); localStorage.clear(); });
    }
    await page.context().close();
  }));

  let left;
  for (let i = 0; i < 100; ++i) {
    const metrics = await server.metrics();
    left = Object.fromEntries([...kGauges.map((g) => `confab_${g}`), 'confab_meetings', 'confab_participants', 'confab_sockets']
      .filter((name) => metrics[name] !== 0).map((name) => [name, metrics[name]]));
    if (Object.keys(left).length === 0) break;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  assert.deepEqual(left, {});
});
