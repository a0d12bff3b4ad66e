// What people see of their connections, and what they need not receive.
import test from 'node:test';
import assert from 'node:assert/strict';
import { violations } from './lib/axe.mjs';
import { launchChromium, newPage } from './lib/chromium.mjs';
import { Server } from './lib/server.mjs';
import { click, hears, join, seesMoving, snapshot, stats, until } from './lib/room.mjs';

// Keeps the page's connections within reach, so that a test may stop what a browser sends.
const keepConnections = () => {
  const Original = window.RTCPeerConnection;
  window.connections = [];
  window.RTCPeerConnection = class extends Original {
    constructor(...args) {
      super(...args);
      window.connections.push(this);
    }
  };
};

// As when nothing of the picture gets through on the way to the server.
const sendPicture = (page, active) => page.evaluate(async (on) => {
  for (const sender of window.connections.flatMap((each) => each.getSenders()).filter((each) => each.track?.kind === 'video')) {
    const parameters = sender.getParameters();
    parameters.encodings.forEach((each) => { each.active = on; });
    await sender.setParameters(parameters);
  }
}, active);

async function people(t, names, options = {}) {
  const server = await Server.start();
  t.after(() => server.stop());
  const browser = await launchChromium();
  t.after(() => browser.close());
  const code = await server.createRoom();
  const pages = [];
  for (const name of names) {
    const page = await newPage(browser, options);
    await page.addInitScript(keepConnections);
    await join(page, server, code, name);
    pages.push(page);
  }
  return Object.assign(pages, { server });
}

const widthOf = async (page) => (await stats(page)).streams.find((each) => each.direction === 'recv' && each.source === 'camera')?.stats?.width ?? 0;

async function untilWidth(page, what, fits) {
  let width;
  for (const end = Date.now() + 90_000; Date.now() < end; await new Promise((resolve) => setTimeout(resolve, 200))) {
    width = await widthOf(page);
    if (fits(width)) return width;
  }
  assert.fail(`${what}: ${width} pixels wide`);
}

test('a small place gets a small picture, and a large one a large picture again', async (t) => {
  const pages = await people(t, ['Ada', 'Ben'], { defaultCamera: true });
  const [ada] = pages;
  await seesMoving(ada, 1);
  // How large depends on what a busy computer sends, and on what it takes for the link.
  await untilWidth(ada, 'in half a window', (width) => width > 320);
  await ada.setViewportSize({ width: 400, height: 300 });
  await untilWidth(ada, 'in a small window', (width) => width > 0 && width <= 320);
  await ada.setViewportSize({ width: 1280, height: 800 });
  // A computer that is busy may leave out the largest meanwhile.
  await untilWidth(ada, 'in half a window again', (width) => width > 320);
  const heard = await pages.server.metrics();
  assert.ok(heard.confab_layers_allocations_received_total > 0, 'Chromium says what its layers are made of');
  assert.equal(heard.confab_layers_allocations_refused_total, 0);
});

test('who saves data receives small pictures, or sound alone', async (t) => {
  const [ada, ben] = await people(t, ['Ada', 'Ben'], { defaultCamera: true });
  await seesMoving(ada, 1);
  const choose = async (value) => {
    await click(ada, 'open-settings');
    await ada.selectOption('[data-testid="settings-receive"]', value);
    await ada.keyboard.press('Escape');
  };
  await choose('saver');
  await untilWidth(ada, 'with small pictures', (width) => width > 0 && width <= 320);
  await choose('sound');
  await until(ada, 'there is no picture', () => document.querySelectorAll('[data-testid="tile"]:not([data-self]) video').length === 0);
  await until(ada, 'it is said', () => document.querySelector('[data-testid="sound-only"]') !== null);
  assert.deepEqual(await violations(ada, 'sound only'), []);
  await hears(ada, 1);
  const decoded = async () => (await stats(ada)).streams.find((each) => each.direction === 'recv' && each.source === 'camera').stats.framesDecoded;
  // What was on its way is decoded still; then no more.
  let [before, now] = [-1, await decoded()];
  for (const end = Date.now() + 15_000; now !== before && Date.now() < end; now = await decoded()) {
    before = now;
    await hears(ada, 1);
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
  assert.equal(now, before);
  await seesMoving(ben, 1);
  await click(ada, 'receive-pictures');
  await seesMoving(ada, 1);
  assert.equal((await snapshot(ada)).phase, 'joined');
});

test('a picture that stands still is kept and says so, and the bars by the name go down', async (t) => {
  const [ada, ben, cyd] = await people(t, ['Ada', 'Ben', 'Cyd']);
  await seesMoving(ada, 2);
  const benId = (await snapshot(ben)).participantId;
  await until(ada, 'there are bars', (id) =>
    document.querySelector(`[data-testid="tile"][data-participant="${id}"] [data-testid="tile-quality"]`) !== null, benId);
  await sendPicture(ben, false);
  await until(ada, 'it says that it stands still', (id) =>
    document.querySelector(`[data-testid="tile"][data-participant="${id}"] [data-testid="tile-stalled"]`) !== null, benId);
  await until(ada, 'the bars are low, and say why', (id) => {
    const bars = document.querySelector(`[data-testid="tile"][data-participant="${id}"] [data-testid="tile-quality"]`);
    return bars?.dataset.grade === 'poor' && /connection is weak: the picture stands still$/.test(bars.title);
  }, benId);
  assert.ok(await ada.evaluate((id) => document.querySelector(`[data-testid="tile"][data-participant="${id}"] video`).videoWidth > 0, benId), 'the last picture is kept');
  assert.deepEqual(await violations(ada, 'a picture that stands still'), []);
  const cydId = (await snapshot(cyd)).participantId;
  await until(ada, 'Cyd’s picture goes on', (id) =>
    document.querySelector(`[data-testid="tile"][data-participant="${id}"]`).dataset.stalled === undefined, cydId);
  await sendPicture(ben, true);
  await until(ada, 'it moves again', (id) =>
    document.querySelector(`[data-testid="tile"][data-participant="${id}"] [data-testid="tile-stalled"]`) === null, benId);
});
