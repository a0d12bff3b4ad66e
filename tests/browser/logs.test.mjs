// The page of `confab logs`, over what a real server wrote.
import test from 'node:test';
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { join } from '../system/lib/client.mjs';
import { LogViewer } from '../system/lib/logs.mjs';
import { violations } from './lib/axe.mjs';
import { launchChromium, newPage } from './lib/chromium.mjs';
import { Server } from './lib/server.mjs';

const token = 'c'.repeat(64);
let dir, server, browser, room;
test.before(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'confab-logs-page-'));
  server = await Server.start({ args: ['--log-dir', dir, '--log-level', 'debug'] });
  room = await server.createRoom();
  for (const name of ['Ada', 'Bob', 'Eve']) await come(name);
  browser = await launchChromium();
});
test.after(async () => {
  await browser?.close();
  await server?.stop();
  await rm(dir, { recursive: true, force: true });
});

// Somebody joins and leaves again, which makes lines.
async function come(name) {
  const client = await join(server, room, name);
  await client.get('leave');
  client.close();
}

async function open(t, { env = {}, at = '/logs', width = 1280 } = {}) {
  const viewer = await LogViewer.start(t, dir, [], env);
  const page = await newPage(browser, { reducedMotion: 'reduce', viewport: { width, height: 844 } });
  t.after(() => page.context().close());
  await page.goto(viewer.url + at);
  return { viewer, page };
}

const lines = (page) => page.locator('[data-testid="line"]');
const texts = (page) => page.locator('[data-testid="lines"] > li').allInnerTexts();
const untilText = (page, testId, wanted) => page.waitForFunction(([id, word]) => document.querySelector(`[data-testid="${id}"]`)?.textContent?.includes(word), [testId, wanted]);

test('axe finds nothing, signing in or looking at lines', async (t) => {
  const { page } = await open(t, { env: { CONFAB_LOGS_TOKEN: token } });
  await page.waitForSelector('[data-testid="logs-token"]');
  const found = await violations(page, 'signing in');
  await page.fill('[data-testid="logs-token"]', 'guess');
  await page.click('[data-testid="sign-in"]');
  await untilText(page, 'sign-in-error', 'token');
  found.push(...await violations(page, 'a wrong token'));
  await page.fill('[data-testid="logs-token"]', token);
  await page.keyboard.press('Enter');
  await lines(page).first().waitFor();
  found.push(...await violations(page, 'lines'));
  await page.click('[data-testid="more-filters"]');
  await lines(page).last().click();
  await page.waitForSelector('[data-testid="opened"]');
  found.push(...await violations(page, 'a line and the filters opened'));
  await page.fill('[data-testid="filter-text"]', 'nothing says this');
  await page.waitForSelector('[data-testid="no-lines"]');
  found.push(...await violations(page, 'no line'));
  assert.deepEqual(found, []);
  await page.click('[data-testid="sign-out"]');
  await page.waitForSelector('[data-testid="logs-token"]');
});

test('one looks for text and level, follows a participant by a click, and the address is a link to it', async (t) => {
  const { page, viewer } = await open(t);
  await lines(page).first().waitFor();
  await page.fill('[data-testid="filter-text"]', 'participant_joined');
  await page.waitForFunction(() => [...document.querySelectorAll('[data-testid="line"]')].length === 3);
  const follow = page.locator('[data-testid="follow-participant"]').first();
  const who = await follow.innerText();
  await page.click('[data-testid="clear"]');
  await page.locator('[data-testid="follow-participant"]', { hasText: who }).first().click();
  await page.waitForFunction((id) => {
    const all = [...document.querySelectorAll('[data-testid="lines"] > li')];
    return all.length >= 2 && all.every((line) => line.textContent.includes(id));
  }, who);
  const seen = await texts(page);
  assert.ok(seen.some((line) => line.includes('participant_joined')) && seen.some((line) => line.includes('participant_left')), seen.join('\n'));
  assert.equal(new URL(page.url()).searchParams.get('participant'), who);
  // The link, opened by somebody else.
  const other = await newPage(browser);
  t.after(() => other.context().close());
  await other.goto(`${viewer.url}/logs${new URL(page.url()).search}`);
  await lines(other).first().waitFor();
  assert.deepEqual(await texts(other), seen);
  const href = await other.getAttribute('[data-testid="download"]', 'href');
  assert.match(href, new RegExp(`participant=${who}`));
  await page.goBack();
  await page.waitForFunction(() => location.search === '');
  await page.selectOption('[data-testid="filter-level"]', 'error');
  await page.waitForSelector('[data-testid="no-lines"]');
  assert.deepEqual(page.problems, []);
});

test('what is written now comes by itself, waits while paused, and comes when one goes on', async (t) => {
  const { page } = await open(t, { at: '/logs?text=participant_joined', width: 390 });
  await untilText(page, 'tail', 'Live');
  const before = await lines(page).count();
  await come('Zoe');
  await page.waitForFunction((n) => document.querySelectorAll('[data-testid="line"]').length === n + 1, before);
  await page.click('[data-testid="pause"]');
  await untilText(page, 'tail', 'Paused');
  await come('Max');
  await new Promise((resolve) => setTimeout(resolve, 1000));
  assert.equal(await lines(page).count(), before + 1);
  await page.locator('[data-testid="line"]').last().focus();
  await page.keyboard.press('p');
  await page.waitForFunction((n) => document.querySelectorAll('[data-testid="line"]').length === n + 2, before);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  assert.equal(wide, 0, 'nothing sticks out of a phone');
});

test('it works whole by keyboard', async (t) => {
  const { page } = await open(t);
  await lines(page).first().waitFor();
  const focused = () => page.evaluate(() => document.activeElement?.getAttribute('data-line') ?? document.activeElement?.getAttribute('data-testid'));
  await lines(page).last().focus();
  const newest = Number(await focused());
  await page.keyboard.press('ArrowUp');
  const above = Number(await focused());
  assert.notEqual(above, newest);
  await page.keyboard.press('Enter');
  await page.waitForSelector('[data-testid="opened"]');
  await page.keyboard.press('Home');
  assert.equal(Number(await focused()), Number(await lines(page).first().getAttribute('data-line')));
  await page.keyboard.press('End');
  assert.equal(Number(await focused()), newest);
  // From a line into what it names, and by that to the participant.
  const joined = page.locator('li', { hasText: 'participant_joined' }).last();
  await joined.locator('[data-testid="line"]').focus();
  for (let i = 0; i < 4 && (await focused()) !== 'follow-participant'; ++i) await page.keyboard.press('Tab');
  assert.equal(await focused(), 'follow-participant');
  await page.keyboard.press('Enter');
  await page.waitForFunction(() => location.search.startsWith('?participant='));
});
