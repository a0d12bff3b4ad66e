// A meeting set up on the start page, before anybody is in it.
import test from 'node:test';
import assert from 'node:assert/strict';
import { violations } from './lib/axe.mjs';
import { launchChromium, newPage } from './lib/chromium.mjs';
import { Server } from './lib/server.mjs';
import { click, knock, noProblems, until } from './lib/room.mjs';

let server;
let browser;
test.before(async () => {
  server = await Server.start();
  browser = await launchChromium();
});
test.after(async () => {
  await browser?.close();
  await server?.stop();
});

async function startPage(t, viewport = { width: 1280, height: 800 }) {
  const page = await newPage(browser, { reducedMotion: 'reduce', viewport });
  t.after(() => page.context().close());
  await page.goto(server.url);
  await page.waitForSelector('[data-testid="create-meeting"]:enabled');
  await page.focus('[data-testid="room-options"] summary');
  await page.keyboard.press('Enter');
  return page;
}

const isThere = (page, testId) => until(page, `there is ${testId}`, (id) => document.querySelector(`[data-testid="${id}"]`) !== null, testId);

test('a meeting is started with a title, a password and what others may do, by keyboard alone', async (t) => {
  const page = await startPage(t);
  await page.keyboard.press('Tab');
  await page.keyboard.type('Weekly');
  await page.keyboard.press('Tab');
  await page.keyboard.type('sesame');
  for (let i = 0; i < 4; ++i) await page.keyboard.press('Tab');
  await page.keyboard.press('Space');
  await page.focus('[data-testid="create-meeting"]');
  await page.keyboard.press('Enter');
  await until(page, 'the room', () => location.pathname.startsWith('/room/'));
  const code = new URL(page.url()).pathname.split('/').at(-1);
  const room = await (await fetch(`${server.url}/api/rooms/${code}`)).json();
  assert.deepEqual([room.title, room.hasPassword, room.lobby], ['Weekly', true, false]);
  await isThere(page, 'name-input');
  await page.fill('[data-testid="name-input"]', 'Ada');
  await click(page, 'join');
  await until(page, 'the owner is in, past the password', () => window.__confab?.snapshot().phase === 'joined');
  noProblems(page);

  const guest = await newPage(browser);
  t.after(() => guest.context().close());
  await knock(guest, `${server.url}/room/${code}`, 'Ben');
  await isThere(guest, 'phase-password');
});

test('what can be set fits each width, and axe finds nothing', async (t) => {
  for (const viewport of [{ width: 1280, height: 800 }, { width: 390, height: 844 }, { width: 360, height: 640 }]) {
    const page = await startPage(t, viewport);
    assert.deepEqual(await violations(page, `options at ${viewport.width}`), []);
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `at ${viewport.width}`);
  }
});
