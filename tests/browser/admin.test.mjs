// /admin: what an operator sees of a call that goes on, of nodes, of joins and of what was done.
import test from 'node:test';
import assert from 'node:assert/strict';
import { start, until as untilTrue } from '../system/lib/access.mjs';
import { connectOwn } from '../system/lib/client.mjs';
import { violations } from './lib/axe.mjs';
import { launchChromium, newPage } from './lib/chromium.mjs';
import { click, join, seesMoving, until } from './lib/room.mjs';

const byId = (id) => `[data-testid="${id}"]`;

let browser, server, rest, ops, room, caller;
test.before(async () => {
  let after;
  ({ server, rest, make: after } = await start({ after: () => undefined }));
  ops = after('ops');
  await untilTrue(async () => (await rest('GET', '/api/stats', { as: ops })).status === 200);
  room = await server.makeRoom({ title: 'Board' });
  browser = await launchChromium();
  const pages = [];
  for (const name of ['Ada', 'Ben']) {
    const page = await newPage(browser);
    await join(page, server, room.code, name);
    pages.push(page);
  }
  [caller] = pages;
  await seesMoving(caller, 1);
});
test.after(async () => {
  await browser?.close();
  await server?.stop();
});

async function open(t, at = '/admin', options = {}) {
  const page = await newPage(browser, { reducedMotion: 'reduce', ...options });
  t.after(() => page.context().close());
  await page.goto(server.url + at);
  await page.waitForSelector(byId('key-id'));
  return page;
}

// By the keyboard alone.
async function signIn(page, { id, secret } = ops) {
  await page.focus(byId('key-id'));
  await page.keyboard.type(id);
  await page.focus(byId('key-secret'));
  await page.keyboard.type(secret);
  await page.keyboard.press('Enter');
}

async function signedIn(t, at, options) {
  const page = await open(t, at, options);
  await signIn(page);
  await page.waitForSelector(byId('overview'));
  return page;
}

const textOf = (page, id, wanted) => until(page, `${id} says ${wanted}`, ([selector, word]) =>
  [...document.querySelectorAll(selector)].some((each) => each.textContent.includes(word)), [byId(id), wanted]);

test('only a key with the scope ops comes in, its secret stays in the tab, and what it may do no more ends', async (t) => {
  const page = await open(t);
  const found = await violations(page, 'signing in');
  await signIn(page, { id: 'AKnobody', secret: 'x' });
  await textOf(page, 'sign-in-error', 'does not know');
  found.push(...await violations(page, 'a wrong key'));
  await page.reload();
  const rooms = JSON.parse(JSON.stringify((await rest('POST', '/api/keys', { body: { name: 'x', scopes: ['rooms'] } })).body));
  await signIn(page, rooms);
  await textOf(page, 'sign-in-error', 'ops');
  assert.deepEqual(found, []);
  await page.reload();
  const brief = (await rest('POST', '/api/keys', { body: { name: 'brief', scopes: ['ops'] } })).body;
  await signIn(page, brief);
  await page.waitForSelector(byId('overview'));
  await page.reload();
  await page.waitForSelector(byId('overview'));
  assert.equal(await page.evaluate(() => Object.keys(localStorage).some((key) => key.includes('admin'))), false);
  const other = await page.context().newPage();
  await other.goto(`${server.url}/admin`);
  await other.waitForSelector(byId('key-id'));
  await rest('DELETE', `/api/keys/${brief.id}`);
  await textOf(page, 'sign-in-error', 'not taken any more');
  assert.equal(await page.evaluate(() => sessionStorage.length), 0);
});

test('a call is seen as it is: its people, what each receives at which rate and why it is not more', async (t) => {
  const page = await signedIn(t, '/admin');
  await textOf(page, 'figure-people', '2');
  await textOf(page, 'meeting', 'Board');
  const found = await violations(page, 'the meetings');
  await page.focus(byId('meeting'));
  await page.keyboard.press('Enter');
  await page.waitForSelector(byId('meeting-view'));
  await until(page, 'both people', () => document.querySelectorAll('[data-testid="person"]').length === 2);
  const row = page.locator(byId('person'), { hasText: 'Ada' });
  await row.locator('button').focus();
  await page.keyboard.press('Enter');
  await page.waitForSelector(byId('person-media'));
  await until(page, 'what she sends and receives', () =>
    document.querySelectorAll('[data-testid="producer"]').length === 2 && document.querySelectorAll('[data-testid="consumer"]').length === 2);
  // Ben's picture, whole or with its reason in words, and a rate that is not zero.
  await until(page, 'a rate of his camera', () =>
    [...document.querySelectorAll('[data-testid="consumer"]')].some((each) => /Ben, camera/.test(each.textContent) && /layer \d/.test(each.textContent) && /[1-9]\d* [kM]bit\/s/.test(each.textContent)));
  const state = await page.locator(byId('consumer'), { hasText: 'Ben, camera' }).locator(byId('consumer-state')).innerText();
  assert.match(state, /^(All there is|As their page asked|Their connection|Trying|A queue|The sender sends no higher)/);
  await until(page, 'a line over time', () => (document.querySelector('[data-testid="chart"] path[data-line="out"]')?.getAttribute('d').match(/L/g) ?? []).length >= 2);
  found.push(...await violations(page, 'a meeting'));
  assert.deepEqual(found, []);

  // Ada switches her camera off: Ben's row says so.
  await click(caller, 'toggle-camera');
  await row.locator('button').click();
  await page.locator(byId('person'), { hasText: 'Ben' }).locator('button').click();
  await until(page, 'why Ben does not see her', () =>
    [...document.querySelectorAll('[data-testid="consumer"]')].some((each) => /Ada, camera/.test(each.textContent) && /Switched off by the sender/.test(each.textContent))
    || ![...document.querySelectorAll('[data-testid="consumer"]')].some((each) => /Ada, camera/.test(each.textContent)));
  await click(caller, 'toggle-camera');
  await page.goBack();
  await page.waitForSelector(byId('meetings'));
});

test('what does not come any more is shown as old, and asked for no more while nobody looks', async (t) => {
  const page = await signedIn(t, '/admin');
  await page.waitForSelector(byId('meetings'));
  let asked = 0;
  await page.route('**/api/stats**', (route) => { asked += 1; return route.abort(); });
  await until(page, 'old', () => document.querySelector('[data-testid="freshness"]')?.dataset.stale === 'true');
  await textOf(page, 'freshness', 'old');
  assert.equal(await page.locator(byId('meeting')).count(), 1, 'what was known stays');
  const found = await violations(page, 'what is old');
  assert.deepEqual(found, []);
  await page.evaluate(() => {
    Object.defineProperty(document, 'hidden', { configurable: true, get: () => true });
    document.dispatchEvent(new Event('visibilitychange'));
  });
  await new Promise((resolve) => setTimeout(resolve, 500));
  asked = 0;
  await new Promise((resolve) => setTimeout(resolve, 7000));
  assert.equal(asked, 0);
  await page.unroute('**/api/stats**');
  await page.evaluate(() => {
    delete document.hidden;
    document.dispatchEvent(new Event('visibilitychange'));
  });
  await until(page, 'new', () => document.querySelector('[data-testid="freshness"]')?.dataset.stale === 'false');
});

test('a node is drained after a question, taken back, and both stand in the audit log', async (t) => {
  const page = await signedIn(t, '/admin#nodes');
  await textOf(page, 'node-state', 'Takes meetings');
  const found = await violations(page, 'nodes');
  await page.focus(byId('drain'));
  await page.keyboard.press('Enter');
  await page.waitForSelector(byId('confirm'));
  found.push(...await violations(page, 'the question'));
  await page.keyboard.press('Escape');
  await textOf(page, 'node-state', 'Takes meetings');
  assert.equal((await rest('GET', '/api/nodes')).body.nodes[0].draining, false, 'nothing was done');
  await page.click(byId('drain'));
  await page.click(byId('confirm-yes'));
  await textOf(page, 'node-state', 'Drained');
  assert.equal((await rest('POST', '/api/rooms')).status, 503);
  await page.click(byId('undrain'));
  await textOf(page, 'node-state', 'Takes meetings');
  await page.click(byId('tab-audit'));
  await textOf(page, 'audit-entry', 'node.undrain');
  await page.fill(byId('audit-filter'), 'node.drain');
  await until(page, 'what fits', () => {
    const entries = [...document.querySelectorAll('[data-testid="audit-entry"]')];
    return entries.length > 0 && entries.every((each) => each.textContent.includes('node.drain'));
  });
  found.push(...await violations(page, 'the audit log'));
  await page.fill(byId('audit-filter'), 'nothing says this');
  await page.waitForSelector(byId('no-entries'));
  assert.deepEqual(found, []);
});

test('a join that failed is there with its reason', async (t) => {
  const page = await signedIn(t, '/admin#joins');
  const client = await connectOwn(server);
  t.after(() => client.close());
  assert.equal((await client.ask('join', { room: 'zzz-zzzz-zzz', name: 'Eve' })).error.code, 'not_found');
  await textOf(page, 'refused', 'There is no such room');
  await textOf(page, 'last-refused', 'not_found');
  assert.deepEqual(await violations(page, 'joins'), []);
});
