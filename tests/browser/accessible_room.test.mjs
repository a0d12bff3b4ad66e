// Every state of the meeting before axe-core.
import test from 'node:test';
import assert from 'node:assert/strict';
import { violations } from './lib/axe.mjs';
import { launchChromium, newPage } from './lib/chromium.mjs';
import { ghosts } from './lib/ghost.mjs';
import { Server } from './lib/server.mjs';
import { click, join, until, waitTiles } from './lib/room.mjs';

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

async function freshPage(t) {
  const page = await newPage(browser, { reducedMotion: 'reduce' });
  t.after(() => page.context().close());
  return page;
}

async function meeting(t) {
  const page = await freshPage(t);
  const code = await server.createRoom();
  await join(page, server, code, 'Ada');
  const others = await ghosts(t, server, code, ['Ben', 'Ben', 'Cyd']);
  await waitTiles(page, 4);
  return { page, others };
}

test('axe finds nothing in a meeting, alone and with people', async (t) => {
  const page = await freshPage(t);
  const code = await server.createRoom();
  await join(page, server, code, 'Ada');
  const found = await violations(page, 'alone');
  const [ben] = await ghosts(t, server, code, ['Ben', 'Ben', 'Cyd']);
  await waitTiles(page, 4);
  await ben.ask('hand:set', { raised: true });
  await ben.ask('chat:send', { text: 'see https://example.org/agenda' });
  await until(page, 'an unread message', () => document.querySelector('[data-testid="unread-badge"]'));
  found.push(...await violations(page, 'with people and something unread'));
  assert.deepEqual(found, []);
});

test('axe finds nothing in a meeting, whatever is open', async (t) => {
  const { page } = await meeting(t);
  const found = [];
  for (const [state, open, sign] of [
    ['chat', () => page.keyboard.press('c'), '[data-testid="chat-panel"]'],
    ['People', () => page.keyboard.press('p'), '[data-testid="people-panel"]'],
    ['statistics', () => page.keyboard.press('t'), '[data-testid="stats-row"]'],
    ['Settings', () => click(page, 'open-settings'), '[role="dialog"]'],
    ['shortcuts', () => page.keyboard.press('?'), '[role="dialog"]'],
    ['the menu More', () => click(page, 'more'), '[data-testid="more-menu"]'],
    ['the menu of microphones', () => click(page, 'microphone-devices'), '[data-testid="microphone-menu"]'],
    ['the menu of cameras', () => click(page, 'camera-devices'), '[data-testid="camera-menu"]'],
  ]) {
    await page.focus('[data-testid="room-code"]');
    await open();
    await page.waitForSelector(sign);
    found.push(...await violations(page, state));
    await page.keyboard.press('Escape');
    await page.waitForSelector(sign, { state: 'detached' });
  }
  assert.deepEqual(found, []);
});

test('axe finds nothing in a meeting, pinned, shared, switched off and left', async (t) => {
  const { page } = await meeting(t);
  const found = [];
  await page.locator('[data-testid="tile-pin"]').nth(1).click();
  await page.waitForSelector('[data-testid="spotlight"]');
  found.push(...await violations(page, 'somebody pinned'));
  await click(page, 'toggle-screen');
  await page.waitForSelector('[data-testid="sharing-bar"]');
  found.push(...await violations(page, 'sharing the screen'));
  await page.keyboard.press('m');
  await page.keyboard.press('v');
  found.push(...await violations(page, 'all off'));
  await click(page, 'leave');
  await page.waitForSelector('[data-testid="phase-left"]');
  found.push(...await violations(page, 'after leaving'));
  assert.deepEqual(found, []);
});
