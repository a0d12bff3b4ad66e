// People come and go all day: after 200 joins and leaves nothing of them is left in the server.
import test from 'node:test';
import assert from 'node:assert/strict';
import { bundle } from './lib/bundle.mjs';
import { launchChromium, newPage } from './lib/chromium.mjs';
import { Server } from './lib/server.mjs';

const kJoins = 200;
const kPages = 4;
const kGauges = [
  'routers', 'transports', 'producers', 'consumers', 'paths', 'ice_ufrags', 'dtls_ssl_objects', 'rtp_streams',
  'egress_queued_packets', 'timers', 'meetings', 'participants', 'signaling_transports',
  'signaling_producers', 'signaling_consumers', 'signaling_media_requests', 'signaling_sockets',
].map((name) => `confab_${name}`);

test(`${kJoins} joins and leaves leave nothing behind`, async (t) => {
  // Who goes without a word is gone after the grace; a short one, so that the test need not wait.
  const server = await Server.start({ env: { CONFAB_CALL_RECONNECT_GRACE: '1s' } });
  t.after(() => server.stop());
  const browser = await launchChromium();
  t.after(() => browser.close());
  const room = await server.createRoom();
  const script = await bundle('churn/client.js');
  let most = 0;
  await Promise.all(Array.from({ length: kPages }, async (_, page) => {
    const tab = await newPage(browser, { bypassCSP: true });
    await tab.goto(`${server.url}/api/config`);
    await tab.addScriptTag({ content: script });
    for (let n = 0; n < kJoins / kPages; ++n) {
      // One in five closes the tab instead of leaving.
      await tab.evaluate(([url, code, name, farewell]) => window.visit(url, code, name, farewell),
        [server.url, room, `Guest ${page}`, n % 5 === 0 ? 'vanish' : 'leave']);
      if (n % 10 === 0) most = Math.max(most, (await server.metrics()).confab_producers);
    }
    await tab.context().close();
  }));
  assert.ok(most > 0, 'the gauges showed somebody while people were there');

  let left;
  for (let i = 0; i < 300; ++i) {
    const metrics = await server.metrics();
    left = kGauges.filter((name) => metrics[name] !== 0).map((name) => `${name} ${metrics[name]}`);
    if (left.length === 0) break;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  assert.deepEqual(left, []);
});
