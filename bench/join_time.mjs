// Time from the click on Join to the first decoded remote frame, with its split by step. Devices are
// open and the other participant sends before the click; server and browser on loopback. Prints one
// JSON object. Needs build/release/confab, the built web app and tests' npm packages.
//
//   node bench/join_time.mjs [joins, default 30]
import { launchChromium, newPage } from '../tests/browser/lib/chromium.mjs';
import { Server } from '../tests/browser/lib/server.mjs';
import { click, join, until } from '../tests/browser/lib/room.mjs';

const joins = Number(process.argv[2] ?? 30);
const steps = ['socket-connected', 'join-sent', 'joined', 'device-loaded', 'consumed', 'recv-connected', 'first-remote-frame'];

const percentile = (values, p) => {
  const sorted = [...values].sort((a, b) => a - b);
  return Math.round(sorted[Math.min(sorted.length - 1, Math.floor((p / 100) * sorted.length))] * 10) / 10;
};

const server = await Server.start();
const browser = await launchChromium();
try {
  const code = await server.createRoom();
  const other = await newPage(browser);
  await join(other, server, code, 'Already here', { query: 'simulcast=0' });
  await until(other, 'sending', () => window.__confab.snapshot().transports?.send === 'connected');

  const runs = [];
  for (let n = 0; n < joins; ++n) {
    const page = await newPage(browser);
    await page.goto(`${server.url}/room/${code}?simulcast=0`);
    await until(page, 'the preview shows', () => document.querySelector('video')?.videoWidth > 0);
    await page.focus('[data-testid="name-input"]');
    await page.keyboard.type('Newcomer');
    await click(page, 'join');
    runs.push(await until(page, 'a frame', () => {
      const times = window.__confab?.timings();
      return times?.['first-remote-frame'] === undefined ? null : times;
    }));
    await click(page, 'leave');
    await page.context().close();
  }
  const split = Object.fromEntries(steps.map((step) => {
    const values = runs.map((run) => run[step]).filter((value) => value !== undefined);
    return [step, { p50: percentile(values, 50), p95: percentile(values, 95), n: values.length }];
  }));
  console.log(JSON.stringify({ benchmark: 'join_time', unit: 'ms since the click', joins, ...split }));
} finally {
  await browser.close();
  await server.stop();
}
