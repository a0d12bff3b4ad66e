// What a person means, and what becomes of it: clicks while there is no connection, a page that is
// closed or loaded anew, words whose answer is lost, a screen that opens too late.
import test from 'node:test';
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { launchChromium, newPage } from './lib/chromium.mjs';
import { Server } from './lib/server.mjs';
import { click, hears, join, seesMoving, sendChat, snapshot, until, waitTiles } from './lib/room.mjs';

// Where it is not about pictures none are sent: a browser that encodes video is slow to answer.
const settings = (page, state) => page.addInitScript((values) => localStorage.setItem('confab:settings',
  JSON.stringify({ state: { startCamera: false, startMicrophone: false, resolution: '360p', ...values }, version: 1 })), state);

async function twoPeople(t, { prepare = async () => {}, startMicrophone = false } = {}) {
  const server = await Server.start();
  t.after(() => server.stop());
  const browser = await launchChromium();
  t.after(() => browser.close());
  const code = await server.createRoom();
  const [ada, ben] = [await newPage(browser), await newPage(browser)];
  await prepare(ada);
  await settings(ada, { startMicrophone });
  await settings(ben, {});
  const ids = [await join(ada, server, code, 'Ada'), await join(ben, server, code, 'Ben')];
  return { server, ada, ben, ids };
}

// What Ben's page showed of the others since then: how few people, and what was announced.
const watch = (page) => page.evaluate(() => {
  window.seen = { fewest: Infinity, texts: new Set() };
  setInterval(() => {
    window.seen.fewest = Math.min(window.seen.fewest, window.__confab.snapshot().participants.length);
    window.seen.texts.add(document.querySelector('[data-testid="live-region"]').textContent);
  }, 10);
});
const seen = (page) => page.evaluate(() => ({ fewest: window.seen.fewest, texts: [...window.seen.texts] }));

const showsOf = (page, id, key, value) => until(page, `${key} of ${id} is ${value}`, ([who, k, v]) =>
  document.querySelector(`[data-testid="tile"][data-participant="${who}"]`)?.dataset[k] === v, [id, key, value]);

// A way to the server whose answers, from hold() on, do not arrive.
async function slowAnswers(t, server) {
  let isHeld = false;
  const way = createServer((page) => {
    const onward = connect(server.httpPort, server.httpAddress);
    page.pipe(onward);
    onward.on('data', (bytes) => isHeld || page.write(bytes));
    for (const [end, other] of [[page, onward], [onward, page]]) end.on('close', () => other.destroy()).on('error', () => {});
  });
  way.listen(0, '127.0.0.1');
  await once(way, 'listening');
  t.after(() => way.close());
  return { url: `http://localhost:${way.address().port}`, hold: () => { isHeld = true; } };
}

test('a tab that is closed is seen to leave within two seconds', async (t) => {
  const { ada, ben } = await twoPeople(t);
  await waitTiles(ben, 2);
  await watch(ben);
  const closed = Date.now();
  await ada.close({ runBeforeUnload: true });
  await until(ben, 'Ada is gone', () => window.__confab.snapshot().participants.length === 1, undefined, 10_000);
  const took = Date.now() - closed;
  assert.ok(took < 2_500, `gone after ${took} ms`);
  assert.ok((await seen(ben)).texts.includes('Ada left'));
});

test('a tab that is closed while its join is on the way is seen to leave within two seconds', async (t) => {
  const { server, ben } = await twoPeople(t);
  const browser = await launchChromium();
  t.after(() => browser.close());
  const slow = await slowAnswers(t, server);
  const cleo = await newPage(browser);
  await settings(cleo, {});
  await cleo.goto(`${slow.url}/room/${(await snapshot(ben)).room}`);
  await cleo.fill('[data-testid="name-input"]', 'Cleo');
  await until(cleo, 'the door is open', () => window.__confab?.snapshot().connected);
  slow.hold();
  await click(cleo, 'join');
  await until(ben, 'Cleo is let in', () => window.__confab.snapshot().participants.length === 3);
  assert.equal((await snapshot(cleo)).phase, 'joining');
  const closed = Date.now();
  await cleo.close({ runBeforeUnload: true });
  await until(ben, 'Cleo is gone', () => window.__confab.snapshot().participants.length === 2, undefined, 10_000);
  const took = Date.now() - closed;
  assert.ok(took < 2_500, `gone after ${took} ms`);
});

test('going back to the start page is leaving, and the way forward leads in again', async (t) => {
  const { server, ada, ben, ids } = await twoPeople(t);
  await waitTiles(ben, 2);
  await ada.goto(server.url);
  await until(ben, 'Ada is gone', () => window.__confab.snapshot().participants.length === 1, undefined, 5_000);
  await ada.goBack();
  await until(ada, 'Ada is back', () => window.__confab?.snapshot().phase === 'joined');
  assert.equal((await snapshot(ada)).participantId, ids[0]);
  await waitTiles(ben, 2);
});

test('a reload is no departure: one tile all along, and nobody is told', async (t) => {
  const { ada, ben, ids } = await twoPeople(t);
  await waitTiles(ben, 2);
  await watch(ben);
  // As over a slow line: the app comes three seconds after the page.
  await ada.route(/_next\/static\/.*\.js/, async (route) => {
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    await route.continue();
  });
  await ada.reload({ waitUntil: 'commit' });
  await until(ada, 'Ada is back', () => window.__confab?.snapshot().phase === 'joined', undefined, 60_000);
  assert.equal((await snapshot(ada)).participantId, ids[0]);
  await until(ben, 'Ada is connected', (id) =>
    window.__confab.snapshot().participants.find((each) => each.id === id)?.connection === 'connected', ids[0]);
  const { fewest, texts } = await seen(ben);
  assert.equal(fewest, 2);
  assert.deepEqual(texts.filter((text) => /left|joined/.test(text)), []);
});

const isOff = () => {
  const { dataset, ariaPressed } = document.querySelector('[data-testid="toggle-mic"]');
  return dataset.pending === undefined && ariaPressed === 'false';
};

test('what is clicked while the server is away can be taken back, and holds when it is back', async (t) => {
  const { server, ada, ben, ids } = await twoPeople(t, { startMicrophone: true });
  await showsOf(ben, ids[0], 'mic', 'on');
  await click(ada, 'toggle-mic');
  await showsOf(ben, ids[0], 'mic', 'off');
  // Perhaps before the answer is with Ada.
  await server.kill('SIGKILL');
  await until(ada, 'Ada is offline', () => window.__confab.snapshot().offlineSince !== null);
  await ada.focus('body');
  await ada.keyboard.press('m');
  await until(ada, 'the microphone is pending', () => document.querySelector('[data-testid="toggle-mic"]').dataset.pending);
  await ada.keyboard.press('m');
  await until(ada, 'it is off again', isOff);
  await ada.keyboard.press('v');
  await until(ada, 'the camera is pending', () => document.querySelector('[data-testid="toggle-camera"]').dataset.pending);
  await server.launch();
  await until(ada, 'Ada is back', () => window.__confab.snapshot().offlineSince === null);
  await seesMoving(ben, 1);
  await showsOf(ben, ids[0], 'mic', 'off');
  await until(ada, 'nothing is pending', () => document.querySelector('[data-pending]') === null);
  await ada.keyboard.press('m');
  await showsOf(ben, ids[0], 'mic', 'on');
  await hears(ben, 1);
});

test('words whose answer was lost are said once', async (t) => {
  let swallow = true;
  const { ada, ben } = await twoPeople(t, { prepare: (page) => page.routeWebSocket(/socket\.io/, (socket) => {
    const server = socket.connectToServer();
    server.onMessage((message) => {
      // The acknowledgement of a chat line: 43<id>[{"message":…
      if (swallow && /^43\d+\[\{"message"/.test(message)) {
        swallow = false;
        void server.close();
        void socket.close();
        return;
      }
      socket.send(message);
    });
  }) });
  await sendChat(ada, 'only once');
  await until(ada, 'the line is there', () => document.querySelectorAll('[data-testid="chat-message"]').length === 1);
  await until(ada, 'the field is empty', () => document.querySelector('[data-testid="chat-input"]').value === '');
  assert.equal(swallow, false, 'the answer was lost');
  await sendChat(ada, 'and then this');
  await click(ben, 'toggle-chat');
  await until(ben, 'both lines', () => document.querySelectorAll('[data-testid="chat-message"]').length === 2);
});

test('a screen that opens after Leave is not captured, and not shared on the way back', async (t) => {
  const { ada, ben } = await twoPeople(t, { prepare: (page) => page.addInitScript(() => {
    const real = navigator.mediaDevices.getDisplayMedia.bind(navigator.mediaDevices);
    window.screens = [];
    navigator.mediaDevices.getDisplayMedia = async (options) => {
      const stream = await real(options);
      window.screens.push(stream);
      await new Promise((resolve) => (window.openScreen = resolve));
      return stream;
    };
  }) });
  await waitTiles(ben, 2);
  await click(ada, 'toggle-screen');
  await until(ada, 'the screen is open', () => window.openScreen !== undefined);
  await click(ada, 'leave');
  await until(ada, 'Ada has left', () => document.querySelector('[data-testid="phase-left"]'));
  await ada.evaluate(() => window.openScreen());
  await until(ada, 'the screen is let go', () => window.screens[0].getTracks().every((each) => each.readyState === 'ended'));
  await click(ada, 'rejoin');
  await until(ada, 'Ada is back', () => window.__confab.snapshot().phase === 'joined');
  await waitTiles(ben, 2);
  assert.deepEqual((await snapshot(ben)).participants.flatMap((each) => each.producers.filter((one) => one.source === 'screen')), []);
});

test('a share that ends while it is being opened leaves no tile behind', async (t) => {
  const { server, ada, ben } = await twoPeople(t, { prepare: (page) => page.addInitScript(() => {
    const real = navigator.mediaDevices.getDisplayMedia.bind(navigator.mediaDevices);
    navigator.mediaDevices.getDisplayMedia = async (options) => {
      const stream = await real(options);
      const [video] = stream.getVideoTracks();
      setTimeout(() => {
        video.stop();
        video.dispatchEvent(new Event('ended'));
      }, window.endsAfterMs);
      return stream;
    };
  }) });
  await waitTiles(ben, 2);
  for (const endsAfterMs of [0, 10, 40, 120]) {
    await ada.evaluate((ms) => (window.endsAfterMs = ms), endsAfterMs);
    await click(ada, 'toggle-screen');
    await new Promise((resolve) => setTimeout(resolve, 700));
    await until(ada, 'nothing is shared', () => !window.__confab.snapshot().producers.some((each) => each.source.startsWith('screen')));
    await waitTiles(ada, 2);
    await waitTiles(ben, 2);
  }
  await server.untilGauge('confab_signaling_producers', 0);
});
