// Who is who, and who reads what.
import test from 'node:test';
import assert from 'node:assert/strict';
import { launchChromium, newPage } from './lib/chromium.mjs';
import { ghosts } from './lib/ghost.mjs';
import { Server } from './lib/server.mjs';
import { click, join, sendChat, until, waitTiles } from './lib/room.mjs';

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

async function inRoom(t, names) {
  const code = await server.createRoom();
  const page = await newPage(browser);
  t.after(() => page.context().close());
  await join(page, server, code, 'Eve');
  const others = await ghosts(t, server, code, names);
  await waitTiles(page, names.length + 1);
  return { page, others };
}

test('two people of one name, or of names that look the same, are told apart wherever they are named', async (t) => {
  const { page, others } = await inRoom(t, ['Anna', 'Anna', 'Аnnа', 'Ben']); // the third is half Cyrillic
  const [one, two, three, ben] = others.map((each) => each.id);
  const tagsIn = (selector) => page.evaluate((wanted) => Object.fromEntries([...document.querySelectorAll(wanted)]
    .map((each) => [each.dataset.participant, each.querySelector('[data-testid="name-tag"]')?.textContent])), selector);
  const onTiles = await tagsIn('[data-testid="tile"]');
  const tags = [onTiles[one], onTiles[two], onTiles[three]];
  assert.equal(new Set(tags).size, 3, `three tags: ${tags}`);
  assert.ok(tags.every(Boolean));
  assert.equal(onTiles[ben], undefined);

  await page.keyboard.press('p');
  await page.waitForSelector('[data-testid="people-panel"]');
  const inPeople = await tagsIn('[data-testid="person"]');
  assert.deepEqual([inPeople[one], inPeople[two], inPeople[three]], tags);

  await page.keyboard.press('c');
  await page.waitForSelector('[data-testid="chat-to"]');
  const choices = await page.evaluate(() => Object.fromEntries([...document.querySelectorAll('[data-testid="chat-to"] option')].map((each) => [each.value, each.textContent])));
  assert.deepEqual([one, two, three, ben].map((id) => choices[id]), [...['Anna', 'Anna', 'Аnnа'].map((name, i) => `${name} · ${tags[i]} (privately)`), 'Ben (privately)']);

  await others[1].ask('chat:send', { text: 'which Anna am I?' });
  await until(page, 'the message says which', (tag) => document.querySelector('[data-testid="chat-message"] [data-testid="name-tag"]')?.textContent === tag, tags[1]);
});

test('after a private message the next one goes to everyone', async (t) => {
  const { page, others: [ben] } = await inRoom(t, ['Ben']);
  await sendChat(page, 'only you', ben.id);
  await until(page, 'it is sent', () => document.querySelectorAll('[data-testid="chat-message"]').length === 1);
  await until(page, 'Everyone is chosen', () => document.querySelector('[data-testid="chat-to"]').value === '', undefined, 5_000);
  assert.equal(await page.getAttribute('[data-testid="chat-input"]', 'aria-label'), 'Message to everyone');
  await sendChat(page, 'all of you');
  await until(page, 'both', () => document.querySelectorAll('[data-testid="chat-message"]').length === 2);
  assert.deepEqual(await page.$$eval('[data-testid="chat-message"]', (all) => all.map((each) => each.dataset.private)), ['true', 'false']);
});

test('what was begun for one who leaves does not go to everyone', async (t) => {
  const { page, others: [ben] } = await inRoom(t, ['Ben', 'Cyd']);
  await click(page, 'toggle-chat');
  await page.waitForSelector('[data-testid="chat-to"]');
  await page.selectOption('[data-testid="chat-to"]', ben.id);
  await page.fill('[data-testid="chat-input"]', 'between us');
  await ben.leave();
  await until(page, 'it says so', () => document.querySelector('[data-testid="chat-panel"] [role="alert"]').textContent.includes('Ben is no longer here'));
  await page.focus('[data-testid="chat-input"]');
  await page.keyboard.press('Enter');
  await page.waitForTimeout(300);
  assert.equal((await page.$$('[data-testid="chat-message"]')).length, 0);
  assert.equal(await page.inputValue('[data-testid="chat-input"]'), 'between us');
  await page.selectOption('[data-testid="chat-to"]', '');
  await click(page, 'chat-send');
  await until(page, 'sent by choice', () => document.querySelectorAll('[data-testid="chat-message"]').length === 1);
});

test('hello is no meeting code: the start page says so and stays', async (t) => {
  const page = await newPage(browser);
  t.after(() => page.context().close());
  await page.goto(server.url);
  await until(page, 'the page is alive', () => !document.querySelector('[data-testid="join-by-code"]').disabled);
  await page.fill('[data-testid="room-input"]', 'hello');
  await click(page, 'join-by-code');
  await until(page, 'it says so', () => document.querySelector('#room-code-error').textContent.includes('neither a meeting code nor a link'));
  assert.equal(new URL(page.url()).pathname, '/');
  const code = await server.createRoom();
  await page.fill('[data-testid="room-input"]', code.replaceAll('-', ' – ').toUpperCase());
  await click(page, 'join-by-code');
  await page.waitForURL(`**/room/${code}`);
});
