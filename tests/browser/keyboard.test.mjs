// The whole meeting by keyboard: where the focus is, what keys do, and what they must not do.
import test from 'node:test';
import assert from 'node:assert/strict';
import { launchChromium, newPage } from './lib/chromium.mjs';
import { ghosts } from './lib/ghost.mjs';
import { Server } from './lib/server.mjs';
import { click, join, until } from './lib/room.mjs';

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

async function inRoom(t, options = {}) {
  const code = await server.createRoom();
  const page = await newPage(browser, options);
  t.after(() => page.context().close());
  await join(page, server, code, 'Ada');
  await until(page, 'the microphone is sent', () => window.__confab.snapshot().producers.some((p) => p.source === 'microphone' && !p.paused));
  return { page, code };
}

const micIs = (page, on) => until(page, `the microphone is ${on ? 'on' : 'off'}`, (wanted) => {
  const sent = window.__confab.snapshot().producers.find((p) => p.source === 'microphone');
  const shown = document.querySelector('[data-testid="toggle-mic"]').getAttribute('aria-pressed') === 'true';
  return sent !== undefined && sent.paused === !wanted && shown === wanted;
}, on);

const focused = (page) => page.evaluate(() => {
  const now = document.activeElement;
  return now === null || now === document.body ? 'nothing' : now.dataset.testid ?? now.getAttribute('aria-label') ?? now.textContent.trim();
});
const focusIs = (page, wanted) => until(page, `the focus is on ${wanted}`, (id) => document.activeElement?.dataset.testid === id, wanted, 5_000);
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

test('push-to-talk after a click on the Mic button talks while held and ends muted', async (t) => {
  const { page } = await inRoom(t);
  await click(page, 'toggle-mic');
  await micIs(page, false);
  await page.keyboard.down('Space');
  await micIs(page, true);
  await pause(400);
  await page.keyboard.up('Space');
  await micIs(page, false);
  await pause(300);
  await micIs(page, false);
});

test('Space belongs to a focused control: a press of the Mic button is a click, holding it is push-to-talk', async (t) => {
  const { page } = await inRoom(t);
  await page.focus('[data-testid="toggle-mic"]');
  await page.keyboard.press('Space');
  await micIs(page, false);
  await page.keyboard.down('Space');
  await micIs(page, true);
  await pause(300);
  await page.keyboard.up('Space');
  await micIs(page, false);
  await page.keyboard.press('Space');
  await micIs(page, true);
  // On another control it is that control's, however long.
  await page.keyboard.press('m');
  await micIs(page, false);
  await page.focus('[data-testid="toggle-hand"]');
  await page.keyboard.down('Space');
  await pause(600);
  await micIs(page, false);
  await page.keyboard.up('Space');
  await until(page, 'the hand is up', () => document.querySelector('[data-testid="toggle-hand"]').getAttribute('aria-pressed') === 'true');
  await micIs(page, false);
});

test('a key that is released in another window ends push-to-talk', async (t) => {
  const { page } = await inRoom(t);
  await page.keyboard.press('m');
  await micIs(page, false);
  await page.keyboard.down('Space');
  await micIs(page, true);
  await page.evaluate(() => window.dispatchEvent(new Event('blur')));
  await micIs(page, false);
  await page.keyboard.up('Space');
  await micIs(page, false);
});

test('a letter in the More menu finds an item and mutes nobody', async (t) => {
  const { page } = await inRoom(t);
  await click(page, 'more');
  await until(page, 'the menu', () => document.querySelector('[role="menu"]'));
  for (const letter of ['m', 'v', 'h', 'p', 't']) await page.keyboard.press(letter);
  await pause(200);
  await micIs(page, true);
  assert.equal(await page.$('[data-testid="people-panel"], [data-testid="stats"]'), null);
  assert.equal(await page.getAttribute('[data-testid="toggle-hand"]', 'aria-pressed'), 'false');
  await page.keyboard.press('Escape');
  await focusIs(page, 'more');
});

test('the keyboard never falls off the page: joining, chat, People, Settings, statistics, pinning, leaving', async (t) => {
  const { page, code } = await inRoom(t);
  await ghosts(t, server, code, ['Ben', 'Cyd']);
  await until(page, 'three tiles', () => document.querySelectorAll('[data-testid="tile"]').length === 3);
  assert.equal(await focused(page), 'room-code', 'after joining');

  await click(page, 'toggle-chat');
  await focusIs(page, 'chat-input');
  await click(page, 'close-panel');
  await focusIs(page, 'toggle-chat');

  await click(page, 'toggle-people');
  await until(page, 'the focus is in People', () => document.activeElement.closest('[data-testid="people-panel"]'), undefined, 5_000);
  await page.keyboard.press('Escape');
  await focusIs(page, 'toggle-people');

  await click(page, 'open-settings');
  await until(page, 'the focus is in Settings', () => document.activeElement.closest('[role="dialog"]'), undefined, 5_000);
  await page.keyboard.press('Escape');
  await focusIs(page, 'open-settings');

  await click(page, 'more');
  await click(page, 'menu-help');
  await until(page, 'the focus is in the help', () => document.activeElement.closest('[role="dialog"]'), undefined, 5_000);
  await page.keyboard.press('Escape');
  await focusIs(page, 'more');

  await click(page, 'more');
  await click(page, 'menu-stats');
  await until(page, 'the focus is in the statistics', () => document.activeElement.closest('[data-testid="stats"]'), undefined, 5_000);
  await pause(200);
  await page.keyboard.press('Escape');
  await focusIs(page, 'more');

  await page.focus('[data-testid="room-code"]');
  await page.keyboard.press('t');
  await until(page, 'the focus is in the statistics', () => document.activeElement.closest('[data-testid="stats"]'), undefined, 5_000);
  await page.keyboard.press('Escape');
  await focusIs(page, 'room-code');

  const pin = (nth) => page.locator('[data-testid="tile-pin"]').nth(nth);
  for (const layout of ['spotlight', 'grid']) {
    await pin(1).focus();
    await page.keyboard.press('Enter');
    await until(page, layout, (id) => document.querySelector(`[data-testid="${id}"]`), layout, 5_000);
    await focusIs(page, 'tile-pin');
  }
  await click(page, 'leave');
  await until(page, 'the heading has the focus', () => document.activeElement.tagName === 'H1', undefined, 5_000);
  await click(page, 'rejoin');
  await until(page, 'back inside', () => document.querySelector('[data-testid="room"]'));
  await focusIs(page, 'room-code');
});

test('Escape closes chat while its field has the focus, and keeps what was written', async (t) => {
  const { page } = await inRoom(t);
  await page.keyboard.press('c');
  await focusIs(page, 'chat-input');
  await page.keyboard.type('half a sen');
  await page.keyboard.press('Escape');
  await until(page, 'chat is closed', () => !document.querySelector('[data-testid="chat-panel"]'));
  assert.notEqual(await focused(page), 'nothing');
  await page.keyboard.press('c');
  await focusIs(page, 'chat-input');
  assert.equal(await page.inputValue('[data-testid="chat-input"]'), 'half a sen');
  // Letters are text here.
  await page.keyboard.type('m v');
  await micIs(page, true);
});

test('Tab reaches every control in the order in which they stand', async (t) => {
  const { page } = await inRoom(t);
  const seen = [];
  for (let i = 0; i < 24; i++) {
    await page.keyboard.press('Tab');
    const id = await focused(page);
    if (id === 'nothing') break;
    seen.push(id);
  }
  const controls = seen.slice(seen.indexOf('toggle-mic'));
  assert.deepEqual(controls.slice(0, 11), ['toggle-mic', 'microphone-devices', 'toggle-camera', 'camera-devices', 'toggle-screen',
    'toggle-hand', 'toggle-chat', 'toggle-people', 'open-settings', 'more', 'leave']);
  assert.ok(seen.indexOf('tile-pin') >= 0 && seen.indexOf('tile-pin') < seen.indexOf('toggle-mic'));
  await page.focus('[data-testid="toggle-mic"]');
  await page.keyboard.press('ArrowLeft');
  await focusIs(page, 'leave');
});

test('the title of the tab says the room and how one stands in it', async (t) => {
  const titled = (page, pattern) => until(page, `the title is ${pattern}`, (text) => new RegExp(text).test(document.title), pattern, 5_000)
    .catch(async () => assert.match(await page.title(), new RegExp(pattern)));
  const code = await server.createRoom();
  const page = await newPage(browser);
  t.after(() => page.context().close());
  await page.goto(`${server.url}/room/${code}`);
  await titled(page, `^Ready to join\\? · ${code} · confab$`);
  await join(page, server, code, 'Ada');
  await titled(page, `^In the meeting · ${code} · confab$`);
  const [ben] = await ghosts(t, server, code, ['Ben']);
  await ben.ask('chat:send', { text: 'hello' });
  await titled(page, `^\\(1\\) In the meeting · ${code}`);
  await click(page, 'leave');
  await titled(page, `^You left the meeting · ${code}`);
  await page.goto(`${server.url}/room/zzz-zzzz-zzz`);
  await titled(page, '^There is no such meeting · confab$');
  await page.goto(server.url);
  await titled(page, '^confab');
});
