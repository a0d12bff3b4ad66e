// What the meeting looks like while people come, speak, share and are pinned.
import test from 'node:test';
import assert from 'node:assert/strict';
import { launchChromium, newPage } from './lib/chromium.mjs';
import { ghosts, prompter } from './lib/ghost.mjs';
import { Server } from './lib/server.mjs';
import { click, join, seesMoving, until, waitTiles } from './lib/room.mjs';

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

async function inRoom(t, { options = {}, names = [], prepare = async () => undefined } = {}) {
  const code = await server.createRoom();
  const page = await newPage(browser, options);
  t.after(() => page.context().close());
  const prepared = await prepare(page);
  await join(page, server, code, 'Ada');
  const others = await ghosts(t, server, code, names);
  return { page, code, others, prepared };
}

const boxes = (page, selector = '[data-testid="tile"]') => page.evaluate((wanted) =>
  [...document.querySelectorAll(wanted)].map((each) => {
    const { x, y, width, height } = each.getBoundingClientRect();
    return { x, y, width, height };
  }), selector);
const still = (page) => until(page, 'nothing moves', () => document.getAnimations().filter((each) => each.effect?.target?.classList.contains('tile')).length === 0, undefined, 5_000);

test('with two people no black is left: pictures are cut to fill, a shared screen is shown whole', async (t) => {
  const { page } = await inRoom(t, { names: ['Ben'] });
  await waitTiles(page, 2);
  await still(page);
  const [stage] = await boxes(page, '[data-testid="grid"]');
  const tiles = await boxes(page);
  const covered = tiles.reduce((sum, { width, height }) => sum + width * height, 0);
  assert.ok(covered > 0.95 * stage.width * stage.height, `${Math.round((100 * covered) / (stage.width * stage.height))} % is picture`);
  const fit = (kind) => page.evaluate((wanted) => getComputedStyle(document.querySelector(`[data-kind="${wanted}"] video`)).objectFit, kind);
  assert.equal(await fit('camera'), 'cover');
  await click(page, 'toggle-screen');
  await waitTiles(page, 3);
  assert.equal(await fit('screen'), 'contain');
});

test('who joins moves the tiles of the others, they do not jump', async (t) => {
  const { page, code } = await inRoom(t);
  await waitTiles(page, 1);
  await still(page);
  const [before] = await boxes(page);
  await page.evaluate(() => {
    const tile = document.querySelector('[data-testid="tile"]');
    window.between = [];
    new MutationObserver(() => {
      const look = () => {
        window.between.push(tile.getBoundingClientRect().height);
        if (window.between.length < 12) requestAnimationFrame(look);
      };
      look();
    }).observe(tile, { attributes: true, attributeFilter: ['style'] });
  });
  await ghosts(t, server, code, ['Ben', 'Cyd']);
  await waitTiles(page, 3);
  await still(page);
  const [after] = await boxes(page);
  assert.ok(after.height < before.height - 50, 'the tile made room');
  const seen = await page.evaluate(() => window.between);
  assert.ok(seen.some((height) => height < before.height - 2 && height > after.height + 2), `on its way: ${seen.map(Math.round)}`);
});

test('for who wants no movement tiles stand at their new places at once', async (t) => {
  const { page } = await inRoom(t, { options: { reducedMotion: 'reduce' }, names: ['Ben'] });
  await waitTiles(page, 2);
  const durations = await page.evaluate(() => getComputedStyle(document.querySelector('[data-testid="tile"]')).transitionDuration);
  assert.ok(durations.split(', ').every((each) => parseFloat(each) < 0.001), durations);
});

test('pinning keeps the picture that is shown: nothing is made anew', async (t) => {
  const { page } = await inRoom(t, { names: ['Ben', 'Cyd'] });
  await waitTiles(page, 3);
  await page.evaluate(() => {
    window.kept = document.querySelector('[data-testid="tile"] video');
  });
  const pin = page.locator('[data-testid="tile-pin"]').nth(1);
  await pin.click();
  await until(page, 'the spotlight', () => document.querySelector('[data-testid="spotlight"]'));
  await still(page);
  const sizes = (await boxes(page)).map(({ width }) => width);
  assert.ok(sizes[1] > 3 * sizes[0], `the pinned one is large: ${sizes}`);
  assert.equal(await page.evaluate(() => window.kept.isConnected && !window.kept.paused), true);
  await pin.click();
  await until(page, 'the grid', () => document.querySelector('[data-testid="grid"]'));
  assert.equal(await page.evaluate(() => window.kept.isConnected && !window.kept.paused), true);
});

test('who speaks on another page is announced there and comes to the first page', async (t) => {
  const names = Array.from({ length: 22 }, (_, i) => `Person ${i + 1}`);
  const { page, others, prepared: server } = await inRoom(t, { names, prepare: prompter });
  await until(page, 'two pages', () => document.querySelector('[data-testid="pager"]')?.textContent.includes('1/2'));
  // The server tells who speaks as well: this test's own microphone must not be in its list.
  await click(page, 'toggle-mic');
  await until(page, 'nobody speaks', () => document.querySelector('[data-testid="toggle-mic"]').getAttribute('aria-pressed') === 'false');
  await page.waitForTimeout(1000);
  const last = others.at(-1).id;
  const shown = () => page.evaluate((id) => document.querySelector(`[data-participant="${id}"][data-testid="tile"]`) !== null, last);
  assert.equal(await shown(), false);
  server.say('producer:added', { participantId: last, producer: { id: 'pr_voice', kind: 'audio', source: 'microphone', paused: false } });
  const speak = () => server.say('speakers', { speakers: [{ participantId: last, producerId: 'pr_voice', level: -25 }] });
  speak();
  await until(page, 'the hint', () => document.querySelector('[data-testid="speaks-elsewhere"]')?.textContent.includes('Someone on another page speaks'));
  await until(page, 'the speaker is on the first page', (id) => document.querySelector(`[data-participant="${id}"][data-speaking="true"]`), last, 5_000);
  await until(page, 'the hint is gone', () => !document.querySelector('[data-testid="speaks-elsewhere"]'), undefined, 5_000);

  // Who leafs through the others is told, and nobody moves under their eyes.
  await click(page, 'page-next');
  await until(page, 'the second page', () => document.querySelector('[data-testid="pager"]').textContent.includes('2/2'));
  const before = await page.evaluate(() => [...document.querySelectorAll('[data-testid="tile"]')].map((each) => each.dataset.tile));
  speak();
  await until(page, 'the hint', () => document.querySelector('[data-testid="speaks-elsewhere"]'), undefined, 5_000);
  await page.waitForTimeout(1500);
  assert.deepEqual(await page.evaluate(() => [...document.querySelectorAll('[data-testid="tile"]')].map((each) => each.dataset.tile)), before);
});

test('initials stay clear of the name, on the smallest tiles too', async (t) => {
  for (const viewport of [{ width: 1280, height: 800 }, { width: 390, height: 844 }]) {
    const { page } = await inRoom(t, { options: { viewport }, names: ['Ben', 'Cyd', 'Dan', 'Eve'] });
    await waitTiles(page, 5);
    await page.locator('[data-testid="tile-pin"]').nth(1).click();
    await until(page, 'small tiles', () => document.querySelector('[data-testid="tile"][data-small="true"]'));
    await still(page);
    const over = await page.evaluate(() => [...document.querySelectorAll('[data-testid="tile"]')].flatMap((tile) => {
      const initials = tile.querySelector('[data-testid="tile-initials"]')?.getBoundingClientRect();
      const name = tile.querySelector('[data-testid="tile-name"]').parentElement.getBoundingClientRect();
      return initials !== undefined && initials.bottom > name.top ? [`${initials.bottom} > ${name.top}`] : [];
    }));
    assert.deepEqual(over, [], `at ${viewport.width} px`);
  }
});

test('messages come one at a time and stand above the pictures, not over faces', async (t) => {
  const { page, code } = await inRoom(t, { names: [] });
  await ghosts(t, server, code, ['Ben', 'Cyd', 'Dan', 'Eve']);
  await until(page, 'one message for all of them', () => document.querySelector('[data-testid="notice"]')?.textContent.replace(/[\u2068\u2069]/g, '').includes('Ben, Cyd and 2 others joined'));
  assert.equal((await boxes(page, '[data-testid="notice"]')).length, 1);
  await still(page);
  const [message] = await boxes(page, '[data-testid="notice"]');
  for (const tile of await boxes(page)) assert.ok(message.y + message.height <= tile.y, 'the message lies over a picture');
});

test('the pin shows under the pointer, with the keyboard, and on touch screens always', async (t) => {
  const opacity = (page) => page.evaluate(() => Number(getComputedStyle(document.querySelector('[data-testid="tile-pin"]')).opacity));
  const settled = async (page, wanted) => until(page, `the pin's opacity is ${wanted}`, (value) =>
    Number(getComputedStyle(document.querySelector('[data-testid="tile-pin"]')).opacity) === value, wanted, 3_000);
  const { page } = await inRoom(t);
  await page.mouse.move(2, 2);
  await settled(page, 0);
  await page.hover('[data-testid="tile"]');
  await settled(page, 1);
  await page.mouse.move(2, 2);
  await settled(page, 0);
  await page.keyboard.press('Tab');
  await page.keyboard.press('Tab');
  await until(page, 'the pin has the focus', () => document.activeElement.dataset.testid === 'tile-pin', undefined, 3_000);
  await settled(page, 1);
  const { page: touch } = await inRoom(t, { options: { hasTouch: true, isMobile: true, viewport: { width: 390, height: 844 } } });
  assert.equal(await opacity(touch), 1);
});

test('with forced colours every control and every tile keeps its edge', async (t) => {
  const { page } = await inRoom(t, { options: { forcedColors: 'active' }, names: ['Ben'] });
  await waitTiles(page, 2);
  await page.keyboard.press('c');
  await page.waitForSelector('[data-testid="chat-panel"]');
  const edgeless = await page.evaluate(() => [...document.querySelectorAll('button, [data-testid="tile"], aside, textarea, select')]
    .filter((each) => each.checkVisibility() && getComputedStyle(each).borderTopWidth === '0px')
    .map((each) => each.dataset.testid ?? each.textContent));
  assert.deepEqual(edgeless, []);
  const [on, off] = await page.evaluate(() => ['toggle-chat', 'toggle-people'].map((id) => getComputedStyle(document.querySelector(`[data-testid="${id}"]`)).backgroundColor));
  assert.notEqual(on, off, 'what is on looks as what is off');
});

test('a picture of two browsers goes on through pinning and paging', async (t) => {
  const { page, code } = await inRoom(t);
  const other = await newPage(browser);
  t.after(() => other.context().close());
  await join(other, server, code, 'Ben');
  await seesMoving(page, 1);
  await page.locator('[data-testid="tile-pin"]').last().click();
  await seesMoving(page, 1);
});
