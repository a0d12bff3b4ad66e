// Firefox and Chromium in one call, both ways.
import test from 'node:test';
import { launchChromium, newPage } from './lib/chromium.mjs';
import { launchFirefox, newFirefoxPage } from './lib/firefox.mjs';
import { Server } from './lib/server.mjs';
import { hears, join, seesMoving, waitTiles } from './lib/room.mjs';

test('Chromium and Firefox see and hear each other', async (t) => {
  const server = await Server.start({ mediaAddress: '10.77.0.1' });
  t.after(() => server.stop());
  const code = await server.createRoom();
  const chromium = await launchChromium();
  t.after(() => chromium.close());
  const firefox = await launchFirefox();
  t.after(() => firefox.close());

  const inChromium = await newPage(chromium, { defaultCamera: true });
  await join(inChromium, server, code, 'Chromium');
  const inFirefox = await newFirefoxPage(firefox);
  await join(inFirefox, server, code, 'Firefox');
  const second = await newFirefoxPage(firefox);
  await join(second, server, code, 'Firefox 2');

  for (const page of [inChromium, inFirefox, second]) {
    await page.bringToFront(); // a page in the background paints no video
    await waitTiles(page, 3);
    await seesMoving(page, 2);
    await hears(page, 2);
  }
  // Each sends something on both transports: media, or reports on it (docs/decisions/0007).
  await server.untilGauge('confab_transports', 6);
  await server.untilGauge('confab_dtls_ssl_objects', 0);
});
