// Every page before axe-core; the states of the meeting itself are in accessible_room.test.mjs.
import test from 'node:test';
import assert from 'node:assert/strict';
import { violations } from './lib/axe.mjs';
import { launchChromium, newPage } from './lib/chromium.mjs';
import { Server } from './lib/server.mjs';
import { click, join } from './lib/room.mjs';

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
