// A call as people have it: two, three and five of them; who comes late; who mutes, shares, leaves.
import test from 'node:test';
import assert from 'node:assert/strict';
import { launchChromium, newPage } from './lib/chromium.mjs';
import { Server } from './lib/server.mjs';
import { click, hears, join, noProblems, seesMoving, snapshot, stats, until, waitTiles } from './lib/room.mjs';

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

async function meeting(t, count, { query, ...options } = {}) {
  const code = await server.createRoom();
  const pages = [];
  t.after(() => Promise.all(pages.map((page) => page.context().close())));
  for (let i = 0; i < count; ++i) {
    const page = await newPage(browser, options);
    pages.push(page);
    await join(page, server, code, `Person ${i + 1}`, { query });
  }
  return { code, pages };
}

for (const [count, options] of [[2, { defaultCamera: true }], [3, {}], [5, { query: 'simulcast=0' }]]) {
  test(`${count} participants see and hear each other`, async (t) => {
    const { pages } = await meeting(t, count, options);
    for (const page of pages) {
      await waitTiles(page, count);
      await seesMoving(page, count - 1);
      await hears(page, count - 1);
      noProblems(page);
    }
  });
}

test('media is encrypted with AES-128-GCM over DTLS 1.2, as measured', async (t) => {
  const { pages } = await meeting(t, 2);
  await seesMoving(pages[0], 1);
  const { transports } = await stats(pages[0]);
  for (const transport of [transports.send, transports.recv]) {
    assert.equal(transport.dtlsState, 'connected');
    assert.match(transport.srtpCipher, /AEAD_AES_128_GCM/);
  }
  // Both send something on both: media, or reports on it (docs/decisions/0007).
  assert.ok((await server.metrics()).confab_transports >= 4);
  await server.untilGauge('confab_dtls_ssl_objects', 0);
});

test('who comes late gets pictures, mute states and the chat', async (t) => {
  const { code, pages: [ada] } = await meeting(t, 1);
  await click(ada, 'toggle-mic');
  await until(ada, 'the microphone is muted', () => window.__confab.snapshot().producers.some((p) => p.source === 'microphone' && p.paused));
  await click(ada, 'toggle-chat');
  await until(ada, 'chat is open', () => document.querySelector('[data-testid="chat-input"]'));
  await ada.focus('[data-testid="chat-input"]');
  await ada.keyboard.type('before you came');
  await click(ada, 'chat-send');
  await until(ada, 'the message is there', () => document.querySelectorAll('[data-testid="chat-message"]').length === 1);

  const ben = await newPage(browser);
  t.after(() => ben.context().close());
  await join(ben, server, code, 'Ben');
  await seesMoving(ben, 1);
  await until(ben, 'Ada is shown muted', () => {
    const self = window.__confab.snapshot().participantId;
    return document.querySelector(`[data-testid="tile"]:not([data-participant="${self}"])`)?.dataset.mic === 'off';
  });
  await click(ben, 'toggle-chat');
  await until(ben, 'the history', () => document.querySelector('[data-testid="chat-message"]')?.textContent.includes('before you came'));
  noProblems(ben);
});

test('mute, unmute, camera off and on reach the others', async (t) => {
  const { pages: [ada, ben] } = await meeting(t, 2);
  await seesMoving(ben, 1);
  await hears(ben, 1);
  const adaId = (await snapshot(ada)).participantId;
  const shows = (key, value) => until(ben, `Ada's ${key} is ${value}`, ([id, k, v]) =>
    document.querySelector(`[data-testid="tile"][data-participant="${id}"]`)?.dataset[k] === v, [adaId, key, value]);

  await click(ada, 'toggle-mic');
  await shows('mic', 'off');
  await click(ada, 'toggle-mic');
  await shows('mic', 'on');
  await click(ada, 'toggle-camera');
  await shows('video', 'off');
  await click(ada, 'toggle-camera');
  await shows('video', 'on');
  await seesMoving(ben, 1);
  await hears(ben, 1);
});

test('a shared screen is a tile of its own, beside the camera', async (t) => {
  const { pages: [ada, ben] } = await meeting(t, 2);
  await seesMoving(ben, 1);
  await click(ada, 'toggle-screen');
  await seesMoving(ben, 2);
  await until(ben, 'the screen has its tile', () => document.querySelector('[data-testid="tile"][data-kind="screen"] video')?.videoWidth > 640);
  await click(ada, 'toggle-screen');
  await until(ben, 'the screen is gone', () => !document.querySelector('[data-testid="tile"][data-kind="screen"]'));
  await seesMoving(ben, 1);
});

test('who leaves is gone for the others, and can come back', async (t) => {
  const { pages: [ada, ben] } = await meeting(t, 2);
  await seesMoving(ada, 1);
  await click(ben, 'leave');
  await waitTiles(ada, 1);
  assert.equal((await snapshot(ada)).participants.length, 1);
  noProblems(ada);
});
