// A front end written for the reference system, unmodified, holds a call.
import test from 'node:test';
import assert from 'node:assert/strict';
import { bundle } from './lib/bundle.mjs';
import { launchChromium, newPage } from './lib/chromium.mjs';
import { Server } from './lib/server.mjs';

async function open(browser, server, script, options) {
  const page = await newPage(browser, { bypassCSP: true });
  await page.goto(`${server.url}/api/config`);
  await page.addScriptTag({ content: script });
  await page.evaluate(([url, room, o]) => window.compat.start(url, room, o), [server.url, server.room, options]);
  return page;
}

const decodedFrames = () => [...document.querySelectorAll('video')].map((v) => v.getVideoPlaybackQuality().totalVideoFrames);

test('two stock front ends see, hear and write to each other', async (t) => {
  const server = await Server.start();
  t.after(() => server.stop());
  server.room = await server.createRoom();
  const browser = await launchChromium();
  t.after(() => browser.close());
  const script = await bundle('compat/client.js');
  const ada = await open(browser, server, script);
  // One of them is built with the namespace "/socket.io".
  const ben = await open(browser, server, script, { namespace: '/socket.io' });

  // Their media starts before they have joined; it must wait, not fail.
  await ada.waitForTimeout(1000);
  const adaId = await ada.evaluate((room) => window.compat.join(room, 'Ada'), server.room);
  const benId = await ben.evaluate((room) => window.compat.join(room, 'Ben'), server.room);

  for (const page of [ada, ben]) {
    await page.waitForFunction(() => document.querySelectorAll('video').length === 1 && document.querySelectorAll('audio').length === 1);
    await page.waitForFunction(() => [...document.querySelectorAll('video')].every((v) => v.getVideoPlaybackQuality().totalVideoFrames > 10));
    assert.deepEqual(await page.evaluate(() => window.compat.state.errors), []);
  }
  assert.deepEqual(await ada.evaluate(() => Object.values(window.compat.state.participants).map((p) => p.userName)), ['Ben']);

  const before = await ben.evaluate(decodedFrames);
  await ben.waitForFunction((b) => document.querySelector('video').getVideoPlaybackQuality().totalVideoFrames > b + 10, before[0]);

  await ada.evaluate(([room, to]) => window.compat.socket.emit('sendMessage', { roomId: room, recipientId: to, message: 'hello', senderName: 'Not Ada' }), [server.room, benId]);
  await ben.waitForFunction(() => window.compat.state.messages.length === 1);
  const [message] = await ben.evaluate(() => window.compat.state.messages);
  assert.equal(message.senderName, 'Ada', 'the name is the server’s, not the message’s');
  assert.equal(message.senderId, adaId);
  assert.equal(message.isPrivate, true);

  // A connection that drops comes back as the same participant, without joining again.
  const idBefore = await ada.evaluate(() => window.compat.socket.id);
  await ada.evaluate(() => window.compat.socket.io.engine.close());
  await ada.waitForFunction(() => window.compat.socket.connected);
  assert.equal(await ada.evaluate(() => window.compat.socket.id), idBefore);
  assert.deepEqual(await ben.evaluate(() => Object.values(window.compat.state.participants).map((p) => p.userName)), ['Ada']);

  await ada.close();
});

test('an unknown room is an error that the front end sees', async (t) => {
  const server = await Server.start();
  t.after(() => server.stop());
  const browser = await launchChromium();
  t.after(() => browser.close());
  server.room = 'zzz-zzzz-zzz';
  const page = await open(browser, server, await bundle('compat/client.js'));
  await assert.rejects(page.evaluate(() => window.compat.join('zzz-zzzz-zzz', 'Ada')), /Room not found/);
});
