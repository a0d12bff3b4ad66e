// Every page and every state of the meeting before axe-core, at the width of a desktop and of three
// phones: WCAG 2.2 A and AA, its best practices, and names that contain what one sees.
import test from 'node:test';
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { launchChromium, newPage } from './lib/chromium.mjs';
import { ghosts } from './lib/ghost.mjs';
import { Server } from './lib/server.mjs';
import { click, join, until, waitTiles } from './lib/room.mjs';

const axeSource = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const kWidths = [[1280, 800], [390, 844], [360, 640], [320, 568]];

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

async function violations(page, state) {
  const found = [];
  for (const [width, height] of kWidths) {
    await page.setViewportSize({ width, height });
    // Fading in and gliding are not what one reads.
    await until(page, `${state} stands still`, () => document.getAnimations().every((each) => each.playState !== 'running' || each.effect.getTiming().iterations === Infinity));
    await page.evaluate(axeSource);
    found.push(...await page.evaluate(async (where) => {
      const { violations } = await window.axe.run(document, {
        runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
        rules: { 'label-content-name-mismatch': { enabled: true } },
      });
      return violations.map(({ id, nodes }) => `${where}: ${id}: ${nodes.map((each) => each.target.join(' ')).slice(0, 3).join(' | ')}`);
    }, `${state} at ${width} px`));
  }
  await page.setViewportSize({ width: 1280, height: 800 });
  return found;
}

async function freshPage(t) {
  const page = await newPage(browser, { reducedMotion: 'reduce' });
  t.after(() => page.context().close());
  return page;
}

test('axe finds nothing on the pages outside of a meeting', async (t) => {
  const page = await freshPage(t);
  const code = await server.createRoom();
  const found = [];
  for (const [state, path, sign] of [
    ['the start page', '/', '[data-testid="create-meeting"]:enabled'],
    ['an unknown address', '/nothing-here', 'h1'],
    ['no such meeting', '/room/zzz-zzzz-zzz', '[data-testid="no-such-room"]'],
    ['before joining', `/room/${code}`, '[data-testid="preview-video"]'],
  ]) {
    await page.goto(server.url + path);
    await page.waitForSelector(sign);
    found.push(...await violations(page, state));
  }
  await page.locator('[data-testid="devices"] summary').click();
  found.push(...await violations(page, 'choosing devices'));
  await page.fill('[data-testid="name-input"]', '');
  await click(page, 'join');
  found.push(...await violations(page, 'no name'));
  await page.goto(server.url);
  await page.waitForSelector('[data-testid="join-by-code"]:enabled');
  await page.fill('[data-testid="room-input"]', 'hello');
  await click(page, 'join-by-code');
  found.push(...await violations(page, 'a code that is none'));
  assert.deepEqual(found, []);
});

test('axe finds nothing when the meeting cannot be looked up', async (t) => {
  const page = await freshPage(t);
  await page.route('**/api/rooms/*', (route) => route.abort());
  await page.goto(`${server.url}/room/abc-defg-hij`);
  await page.waitForSelector('[data-testid="lookup-failed"]');
  assert.deepEqual(await violations(page, 'a failed look-up'), []);
});

test('axe finds nothing in a meeting, whatever is open', async (t) => {
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

test('axe finds nothing while the page reconnects', async (t) => {
  const page = await freshPage(t);
  const code = await server.createRoom();
  let socket;
  await page.routeWebSocket(/\/socket\.io\//, (route) => {
    if (socket !== undefined) return;
    route.connectToServer();
    socket = route;
  });
  await join(page, server, code, 'Ada');
  await socket.close();
  await page.waitForSelector('[data-testid="reconnecting"]');
  assert.deepEqual(await violations(page, 'reconnecting'), []);
});

test('axe finds nothing when the server cannot be reached', async (t) => {
  const page = await freshPage(t);
  const code = await server.createRoom();
  await page.routeWebSocket(/\/socket\.io\//, () => undefined);
  await page.goto(`${server.url}/room/${code}`);
  await page.fill('[data-testid="name-input"]', 'Ada');
  await click(page, 'join');
  await page.waitForSelector('[data-testid="phase-failed"]');
  assert.deepEqual(await violations(page, 'could not join'), []);
});
