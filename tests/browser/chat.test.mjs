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

test('what is sent while the message before it is still on its way goes next, to the same people', async (t) => {
  const server = await Server.start();
  t.after(() => server.stop());
  const browser = await launchChromium();
  t.after(() => browser.close());
  const code = await server.createRoom();
  const [ada, ben, cyd] = [await newPage(browser), await newPage(browser), await newPage(browser)];
  // Acknowledgements of chat lines take a while: 43<id>[{"message":…
  await ada.routeWebSocket(/socket\.io/, (socket) => {
    const far = socket.connectToServer();
    far.onMessage((message) => {
      if (/^43\d+\[\{"message"/.test(message)) setTimeout(() => socket.send(message), 1_500);
      else socket.send(message);
    });
  });
  for (const [page, name] of [[ada, 'Ada'], [ben, 'Ben'], [cyd, 'Cyd']]) await join(page, server, code, name);
  const benId = (await snapshot(ben)).participantId;
  await click(ada, 'toggle-chat');
  await ada.selectOption('[data-testid="chat-to"]', benId);
  await ada.focus('[data-testid="chat-input"]');
  for (const words of ['first', 'second']) {
    await ada.keyboard.type(words);
    await ada.keyboard.press('Enter');
  }
  await until(ada, 'both are said', () => document.querySelectorAll('[data-testid="chat-message"]').length === 2);
  assert.deepEqual((await texts(ada)).map((m) => m.secret), [true, true]);
  assert.match((await texts(ada))[1].text, /second/);
  await until(ada, 'the next goes to everyone', () => document.querySelector('[data-testid="chat-to"]').value === '');
  await click(cyd, 'toggle-chat');
  assert.deepEqual(await texts(cyd), []);
});
