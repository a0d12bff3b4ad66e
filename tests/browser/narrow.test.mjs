// Small screens, and large letters: everything within reach, nothing cut off (WCAG 1.4.4, 1.4.10).
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

const phone = (width, height) => ({ viewport: { width, height }, hasTouch: true, isMobile: true });

async function inRoom(t, options) {
  const code = await server.createRoom();
  const page = await newPage(browser, options);
  t.after(() => page.context().close());
  await join(page, server, code, 'Ada');
  await ghosts(t, server, code, ['Ben', 'Cyd']);
  await until(page, 'three tiles', () => document.querySelectorAll('[data-testid="tile"]').length === 3);
  return page;
}

// What of the controls, or of what is open, lies outside the screen or under something else.
const unreachable = (page, within) => page.evaluate((selector) => {
  const bad = [];
  for (const element of document.querySelectorAll(`${selector} button, ${selector} select, ${selector} textarea`)) {
    const box = element.getBoundingClientRect();
    if (box.width === 0) continue;
    const name = element.dataset.testid ?? element.getAttribute('aria-label') ?? element.textContent;
    if (box.left < 0 || box.right > innerWidth + 0.5 || box.top < 0 || box.bottom > innerHeight + 0.5) bad.push(`${name} is cut off`);
    const top = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
    if (top === null || !(element.contains(top) || top.contains(element))) bad.push(`${name} is covered`);
    if (Math.min(box.width, box.height) < 24) bad.push(`${name} is too small for a finger`);
  }
  if (document.documentElement.scrollWidth > innerWidth) bad.push('the page scrolls sideways');
  return bad;
}, within);

for (const [width, height] of [[390, 844], [360, 640], [320, 568]]) {
  test(`at ${width} px every control can be reached, by itself or in the More menu`, async (t) => {
    const page = await inRoom(t, phone(width, height));
    assert.deepEqual(await unreachable(page, '[role="toolbar"]'), []);
    for (const id of ['toggle-mic', 'toggle-camera', 'toggle-chat', 'more', 'leave']) assert.ok(await page.isVisible(`[data-testid="${id}"]`), id);
    await click(page, 'more');
    for (const [button, item] of [['toggle-people', 'menu-people'], ['toggle-screen', 'menu-screen'], ['toggle-hand', 'menu-hand'], ['open-settings', 'menu-settings']]) {
      const both = [await page.isVisible(`[data-testid="${button}"]`), await page.isVisible(`[data-testid="${item}"]`)];
      assert.equal(both.filter(Boolean).length, 1, `${button} or ${item}: one of them`);
    }
    assert.equal(await page.evaluate(() => {
      const box = document.querySelector('[role="menu"]').getBoundingClientRect();
      return box.left >= 0 && box.right <= innerWidth && box.top >= 0 && box.bottom <= innerHeight;
    }), true, 'the menu is on the screen');
  });

  test(`at ${width} px chat and People leave the controls free, and Tab does not walk under them`, async (t) => {
    const page = await inRoom(t, phone(width, height));
    for (const panel of ['chat', 'people']) {
      await page.keyboard.press(panel === 'chat' ? 'c' : 'p');
      await page.waitForSelector(`[data-testid="${panel}-panel"]`);
      await page.waitForTimeout(400);
      assert.deepEqual(await unreachable(page, '[role="toolbar"]'), []);
      assert.deepEqual(await unreachable(page, `[data-testid="${panel}-panel"] header`), []);
      if (panel === 'chat') assert.deepEqual(await unreachable(page, '[data-testid="chat-panel"] form'), []);
      for (let i = 0; i < 16; i++) {
        await page.keyboard.press('Tab');
        assert.equal(await page.evaluate(() => document.activeElement?.dataset.testid === 'tile-pin'), false, 'a pin under the panel');
      }
      await click(page, 'close-panel');
      await until(page, 'the focus is somewhere', () => document.activeElement !== document.body, undefined, 5_000);
    }
  });
}

test('with letters twice as large the controls take two rows and none is cut off', async (t) => {
  const page = await inRoom(t, phone(390, 844));
  await page.addStyleTag({ content: 'html { font-size: 200% }' });
  await page.waitForTimeout(400);
  assert.deepEqual(await unreachable(page, '[role="toolbar"]'), []);
  await click(page, 'toggle-chat');
  await page.waitForTimeout(400);
  assert.deepEqual(await unreachable(page, '[data-testid="chat-panel"] form'), []);
});

test('the start page and the page before joining fit 320 px, with letters twice as large as well', async (t) => {
  const page = await newPage(browser, phone(320, 568));
  t.after(() => page.context().close());
  const code = await server.createRoom();
  for (const path of ['/', `/room/${code}`, '/room/zzz-zzzz-zzz', '/nothing-here']) {
    await page.goto(server.url + path);
    await page.waitForTimeout(700);
    for (const size of ['100%', '200%']) {
      await page.addStyleTag({ content: `html { font-size: ${size} }` });
      await page.waitForTimeout(200);
      assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `${path} at ${size} scrolls sideways`);
    }
  }
});
