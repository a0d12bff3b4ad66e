// People with accounts: signing up and in, owning a room on every device, and setting it up at once.
import test from 'node:test';
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { violations } from './lib/axe.mjs';
import { launchChromium, newPage } from './lib/chromium.mjs';
import { binary, Server } from './lib/server.mjs';
import { click, join, knock, noProblems, until } from './lib/room.mjs';

const password = 'correct horse';
let server;
let browser;
test.before(async () => {
  server = await Server.start({ args: ['--accounts', 'open'] });
  browser = await launchChromium();
});
test.after(async () => {
  await browser?.close();
  await server?.stop();
});

async function device(t) {
  const page = await newPage(browser, { reducedMotion: 'reduce' });
  t.after(() => page.context().close());
  return page;
}

const isThere = (page, testId) => until(page, `there is ${testId}`, (id) => document.querySelector(`[data-testid="${id}"]`) !== null, testId);
const says = (page, testId, words) => until(page, `${testId}: ${words}`, ([id, text]) => document.querySelector(`[data-testid="${id}"]`)?.textContent.includes(text), [testId, words]);
const focusIs = (page, testId) => until(page, `the focus is on ${testId}`, (id) => document.activeElement?.dataset.testid === id, testId, 5_000);
const role = (page) => until(page, 'a role', () => {
  const { participants, participantId } = window.__confab.snapshot();
  return participants.find((each) => each.id === participantId)?.role;
});

async function type(page, testId, text) {
  await page.focus(`[data-testid="${testId}"]`);
  await page.keyboard.type(text);
}

async function signUp(page, email, name, at = server) {
  await page.goto(`${at.url}/account`);
  await isThere(page, 'to-sign-up');
  await click(page, 'to-sign-up');
  await type(page, 'name', name);
  await type(page, 'email', email);
  await type(page, 'password', password);
  await page.keyboard.press('Enter');
  await isThere(page, 'account-menu');
}

async function signIn(page, email, secret = password) {
  await page.goto(`${server.url}/account`);
  await isThere(page, 'sign-in');
  await type(page, 'email', email);
  await type(page, 'password', secret);
  await page.keyboard.press('Enter');
  await isThere(page, 'account-menu');
}

test('the second device of the owner is host, and finds the room on the start page', async (t) => {
  const [desk, phone, guest] = [await device(t), await device(t), await device(t)];
  await signUp(desk, 'ada@example.org', 'Ada');
  await desk.locator('[data-testid="room-options"] summary').click();
  await type(desk, 'option-title', 'Weekly');
  await type(desk, 'option-password', 'sesame');
  await click(desk, 'option-lobby');
  await click(desk, 'create-meeting');
  await until(desk, 'the room', () => location.pathname.startsWith('/room/'));
  await isThere(desk, 'join');
  await click(desk, 'join');
  await until(desk, 'in the meeting', () => window.__confab?.snapshot().phase === 'joined');
  assert.equal(await role(desk), 'host');
  const code = new URL(desk.url()).pathname.split('/').at(-1);

  await signIn(phone, 'ada@example.org');
  const own = await until(phone, 'own rooms', () => document.querySelector('[data-testid="own-room"]')?.textContent);
  assert.match(own, /Weekly/);
  await click(phone, 'own-room');
  await isThere(phone, 'join');
  await click(phone, 'join');
  await until(phone, 'in the meeting', () => window.__confab?.snapshot().phase === 'joined');
  assert.equal(await role(phone), 'host', 'past password and lobby');

  await knock(guest, `${server.url}/room/${code}`, 'Ben');
  await isThere(guest, 'phase-password');
  noProblems(phone);
});

test('the host reloads in a locked room with a lobby and is host', async (t) => {
  const page = await device(t);
  await signUp(page, 'hana@example.org', 'Hana');
  const { code } = await page.evaluate(async () => {
    const response = await fetch('/api/rooms', { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ lobby: true, locked: true }) });
    return response.json();
  });
  await join(page, server, code, '');
  assert.equal(await role(page), 'host');
  await page.reload();
  await until(page, 'back in the meeting', () => window.__confab?.snapshot().phase === 'joined');
  assert.equal(await role(page), 'host');
});

test('who mistypes is told, stays where they were, and signs out again by keyboard', async (t) => {
  const page = await device(t);
  await signUp(page, 'eve@example.org', 'Eve');
  await page.focus('[data-testid="account-menu"]');
  await page.keyboard.press('Enter');
  await focusIs(page, 'menu-account');
  await page.keyboard.press('ArrowDown');
  await focusIs(page, 'menu-sign-out');
  await page.keyboard.press('Enter');
  await isThere(page, 'sign-in-link');
  await page.goto(`${server.url}/account`);
  await isThere(page, 'sign-in');
  await page.focus('[data-testid="email"]');
  await page.keyboard.press('Enter');
  await says(page, 'sign-in-error', 'Enter your email');
  await type(page, 'email', 'eve@example.org');
  await type(page, 'password', 'not it at all');
  await page.keyboard.press('Enter');
  await says(page, 'sign-in-error', 'do not belong together');
  await focusIs(page, 'password');
  assert.equal(await page.inputValue('[data-testid="email"]'), 'eve@example.org');
  await click(page, 'to-sign-up');
  await type(page, 'name', 'Eve');
  assert.equal(await page.inputValue('[data-testid="email"]'), 'eve@example.org', 'typed once');
  await type(page, 'password', password);
  await page.keyboard.press('Enter');
  await says(page, 'sign-up-error', 'an account with this address already');
  await focusIs(page, 'email');
});

test('too many tries are told with the time to wait, and the button waits as long', async (t) => {
  // What one address may try is counted over everything that it tries.
  const guessed = await Server.start({ args: ['--accounts', 'open'] });
  t.after(() => guessed.stop());
  const page = await device(t);
  await page.goto(`${guessed.url}/account`);
  await isThere(page, 'sign-in');
  await type(page, 'email', 'nobody@example.org');
  const error = () => page.textContent('[data-testid="sign-in-error"]');
  for (let tries = 0; tries < 15 && !(await error()).startsWith('Too many tries'); ++tries) {
    await page.fill('[data-testid="password"]', `guess number ${tries}`);
    const answered = page.waitForResponse('**/api/auth/sign-in');
    await page.keyboard.press('Enter');
    await answered;
    await until(page, 'the answer is shown', () => document.querySelector('[data-testid="sign-in-submit"]').getAttribute('aria-busy') === 'false');
  }
  assert.match(await error(), /^Too many tries\. Try again in (a|\d+) (second|minute)s?\.$/);
  const button = page.locator('[data-testid="sign-in-submit"]');
  assert.equal(await button.getAttribute('aria-disabled'), 'true');
  assert.match(await button.textContent(), /^Try again in \d:\d\d$/);
  await until(page, 'the button is a button again', () => document.querySelector('[data-testid="sign-in-submit"]').getAttribute('aria-disabled') === 'false', undefined, 70_000);
});

test('a link sets a password once, and says so when it is over', async (t) => {
  const { link } = JSON.parse(execFileSync(binary, ['account', 'create', 'lin@example.org', '--name', 'Lin', '--data', server.dataDir, '--json'], { encoding: 'utf8' }));
  const address = `${server.url}/account${new URL(link).hash}`;
  const [first, second] = [await device(t), await device(t)];
  await second.goto(address);
  await isThere(second, 'link');
  assert.equal(new URL(second.url()).hash, '', 'the secret is not left in the address bar');
  await first.goto(address);
  await isThere(first, 'link');
  await type(first, 'password', 'short');
  await first.keyboard.press('Enter');
  await says(first, 'link-error', 'at least 8 characters');
  await first.fill('[data-testid="password"]', password);
  await first.keyboard.press('Enter');
  await isThere(first, 'account-menu');
  await type(second, 'password', 'battery staple');
  await second.keyboard.press('Enter');
  await isThere(second, 'account-link-over');
  await click(second, 'link-to-sign-in');
  await isThere(second, 'sign-in');
});

test('a new password signs the other devices out, and so does signing out everywhere', async (t) => {
  const [desk, phone] = [await device(t), await device(t)];
  await signUp(desk, 'pia@example.org', 'Pia');
  await signIn(phone, 'pia@example.org');
  await desk.goto(`${server.url}/account`);
  await isThere(desk, 'change-password');
  await type(desk, 'current-password', 'not it at all');
  await type(desk, 'new-password', 'battery staple');
  await desk.keyboard.press('Enter');
  await says(desk, 'change-password-error', 'not your password');
  await focusIs(desk, 'current-password');
  await desk.fill('[data-testid="current-password"]', password);
  await desk.keyboard.press('Enter');
  await says(desk, 'password-changed', 'Changed');
  await phone.reload();
  await isThere(phone, 'sign-in-link');
  await signIn(phone, 'pia@example.org', 'battery staple');
  await click(desk, 'sign-out-everywhere');
  await isThere(desk, 'sign-in-link');
  await phone.reload();
  await isThere(phone, 'sign-in-link');
});

test('where guests may not join, a visitor signs in and comes back to the same room', async (t) => {
  const members = await Server.start({ args: ['--accounts', 'open', '--auth-anonymous-join=false', '--auth-anonymous-create=false'] });
  t.after(() => members.stop());
  const page = await device(t);
  await page.goto(members.url);
  await isThere(page, 'sign-in-to-start');
  await signUp(page, 'mia@example.org', 'Mia', members);
  await isThere(page, 'create-meeting');
  await click(page, 'create-meeting');
  await isThere(page, 'join');
  const room = page.url();
  const guest = await device(t);
  await guest.goto(`${room}?codec=vp8`);
  await isThere(guest, 'sign-in-first');
  const found = await violations(guest, 'a room that is not for guests');
  assert.deepEqual(found, []);
  await click(guest, 'sign-in-and-return');
  await isThere(guest, 'sign-in');
  await type(guest, 'email', 'mia@example.org');
  await type(guest, 'password', password);
  await guest.keyboard.press('Enter');
  await isThere(guest, 'join');
  assert.equal(guest.url(), `${room}?codec=vp8`);
  assert.equal(await guest.inputValue('[data-testid="name-input"]'), 'Mia');
  // The session ends while the page is open: the join says so, and asks for no password.
  await guest.evaluate(() => fetch('/api/auth/sign-out', { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' }));
  await click(guest, 'join');
  await isThere(guest, 'sign-in-first');
});

test('a guest before a meeting signs in and is host of their own room', async (t) => {
  const [desk, phone] = [await device(t), await device(t)];
  await signUp(desk, 'ola@example.org', 'Ola');
  await click(desk, 'create-meeting');
  await isThere(desk, 'join');
  await phone.goto(desk.url());
  await isThere(phone, 'prejoin-sign-in');
  await click(phone, 'prejoin-sign-in');
  await isThere(phone, 'sign-in');
  await type(phone, 'email', 'ola@example.org');
  await type(phone, 'password', password);
  await phone.keyboard.press('Enter');
  await says(phone, 'who-joins', 'Ola');
  await click(phone, 'join');
  await until(phone, 'in the meeting', () => window.__confab?.snapshot().phase === 'joined');
  assert.equal(await role(phone), 'host');
});

test('who looks after the server sees /admin without a key, and deletes their account at last', async (t) => {
  const page = await device(t);
  await signUp(page, 'oda@example.org', 'Oda');
  await page.goto(`${server.url}/admin`);
  await isThere(page, 'key-id');
  const confab = (...words) => execFileSync(binary, ['account', ...words, 'oda@example.org', '--data', server.dataDir, '--json'], { encoding: 'utf8' });
  await page.goto(JSON.parse(confab('reset')).link.replace(/^[^/]+\/\/[^/]+/, server.url));
  await isThere(page, 'link');
  await type(page, 'password', password);
  await page.keyboard.press('Enter');
  await isThere(page, 'account-menu');
  confab('promote');
  await signIn(page, 'oda@example.org');
  await page.goto(`${server.url}/account`);
  await click(page, 'to-admin');
  await isThere(page, 'overview');
  // A wrong password below is one to the browser's console.
  noProblems(page);
  await page.goto(`${server.url}/account`);
  await click(page, 'delete-account-open');
  await focusIs(page, 'current-password');
  await page.keyboard.type('not it at all');
  await page.keyboard.press('Enter');
  await says(page, 'delete-account-error', 'not your password');
  await focusIs(page, 'current-password');
  await page.keyboard.type(password);
  await page.keyboard.press('Enter');
  await until(page, 'the start page', () => location.pathname === '/');
  await page.goto(`${server.url}/admin`);
  await isThere(page, 'key-id');
});

test('axe finds nothing on the pages of accounts, at any width', async (t) => {
  const page = await device(t);
  await page.goto(`${server.url}/account`);
  await isThere(page, 'sign-in');
  const found = await violations(page, 'signing in');
  await click(page, 'sign-in-submit');
  await says(page, 'sign-in-error', 'Enter');
  found.push(...await violations(page, 'nothing was typed'));
  await click(page, 'to-sign-up');
  found.push(...await violations(page, 'signing up'));
  await signUp(page, 'wide@example.org', 'Somebody with a name that is rather long');
  await page.evaluate(() => fetch('/api/rooms', { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' }));
  await page.reload();
  await isThere(page, 'copy-own-room');
  await page.locator('[data-testid="room-options"] summary').click();
  found.push(...await violations(page, 'the start page'));
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'nothing sticks out');
  await page.goto(`${server.url}/account`);
  await isThere(page, 'change-password');
  found.push(...await violations(page, 'the account'));
  assert.deepEqual(found, []);
});
