// Public and private words.
import test from 'node:test';
import assert from 'node:assert/strict';
import { launchChromium, newPage } from './lib/chromium.mjs';
import { Server } from './lib/server.mjs';
import { click, join, sendChat, snapshot, until } from './lib/room.mjs';

const texts = (page) => page.evaluate(() => [...document.querySelectorAll('[data-testid="chat-message"]')].map((m) => ({
  text: m.textContent, secret: m.dataset.private === 'true' })));

test('public chat reaches all, private chat the two alone', async (t) => {
  const server = await Server.start();
  t.after(() => server.stop());
  const browser = await launchChromium();
  t.after(() => browser.close());
  const code = await server.createRoom();
  const pages = [];
  for (const name of ['Ada', 'Ben', 'Cyd']) {
    const page = await newPage(browser);
    await join(page, server, code, name);
    pages.push(page);
  }
  const [ada, ben, cyd] = pages;
  const benId = (await snapshot(ben)).participantId;

  await sendChat(ada, 'hello everyone <b>&amp;');
  await sendChat(ada, 'only for Ben', benId);
  await until(ben, 'the unread badge counts two', () => document.querySelector('[data-testid="unread-badge"]')?.textContent.includes('2'));
  await until(cyd, 'the unread badge counts one', () => document.querySelector('[data-testid="unread-badge"]')?.textContent.includes('1'));
  for (const page of [ben, cyd]) await click(page, 'toggle-chat');

  await until(ben, 'both messages', () => document.querySelectorAll('[data-testid="chat-message"]').length === 2);
  const seenByBen = await texts(ben);
  assert.match(seenByBen[0].text, /hello everyone <b>&amp;/);
  assert.match(seenByBen[1].text, /only for Ben/);
  assert.deepEqual(seenByBen.map((m) => m.secret), [false, true]);
  const seenByCyd = await texts(cyd);
  assert.equal(seenByCyd.length, 1);
  assert.doesNotMatch(seenByCyd[0].text, /only for Ben/);
});
