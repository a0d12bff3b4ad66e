// What people see and hear behind a link that carries little, and whose rate changes.
import test from 'node:test';
import assert from 'node:assert/strict';
import { launchChromium, newPage } from './lib/chromium.mjs';
import { FarLink, kNear } from './lib/far.mjs';
import { Server } from './lib/server.mjs';
import { click, hears, join, seesMoving, stats } from './lib/room.mjs';

const kOpen = { delay: 10, queue: 300 };
// That the link is the reason. A small camera has two layers: the sender sends no more.
const kOfLink = ['estimate', 'draining', 'probe_wait', 'server_limit', 'paused_estimate'];
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

// Ada shows and speaks from beside the server, Ben looks and listens from afar.
async function call(t) {
  const link = await FarLink.open(kOpen);
  t.after(() => link.close());
  const server = await Server.start({ mediaAddress: kNear, httpAddress: kNear });
  t.after(() => server.stop());
  const origin = `http://${kNear}:${server.httpPort}`;
  const trust = [`--unsafely-treat-insecure-origin-as-secure=${origin}`];
  const near = await launchChromium({ loopback: false, args: trust });
  t.after(() => near.close());
  const far = await link.browser(trust);
  t.after(() => far.close());
  const code = await server.createRoom();
  const ada = await newPage(near);
  const ben = await newPage(far);
  await join(ada, server, code, 'Ada', { origin });
  await join(ben, server, code, 'Ben', { origin });
  await seesMoving(ben, 1);
  await hears(ben, 1);
  return { link, ada, ben, server };
}

// Of what Ben receives, by the browser: counters.
const received = (page) => page.evaluate(async () => {
  const { streams } = await window.__confab.stats();
  const video = streams.find((each) => each.direction === 'recv' && each.source === 'camera');
  return { frames: video?.stats?.framesDecoded ?? 0, width: video?.stats?.width ?? 0, served: video?.served };
});
async function eventually(what, look, fits, withinMs = 60_000) {
  let seen;
  for (const end = Date.now() + withinMs; Date.now() < end; await pause(250)) {
    seen = await look();
    if (fits(seen)) return seen;
  }
  return assert.fail(`${what}: ${JSON.stringify(seen)}`);
}

test('behind a weak link the picture becomes smaller and says why, then sound goes on alone, and all comes back', async (t) => {
  const { link, ben } = await call(t);
  const look = () => received(ben);
  await eventually('the link is open', look, ({ width }) => width >= 640, 90_000);

  link.set({ ...kOpen, 'ab.rate': 300_000 });
  await eventually('a smaller picture', look, ({ width, served }) => width <= 320 && kOfLink.includes(served?.reason));
  await ben.locator('[data-testid=tile-quality][aria-label^="Your connection is weak"]').first().waitFor({ state: 'attached', timeout: 30_000 });
  const before = await look();
  await pause(5000);
  const frames = (await look()).frames - before.frames;
  // How many depends on what the computer can encode beside all else.
  assert.ok(frames >= 5, `${frames} frames in 5 s: it goes on moving`);

  link.set({ ...kOpen, 'ab.rate': 75_000 });
  await eventually('paused with its reason', look, ({ served }) => served?.reason === 'paused_estimate');
  await ben.getByText('Paused: your connection is weak').waitFor({ timeout: 20_000 });
  const energy = async () => (await stats(ben)).streams.find((each) => each.direction === 'recv' && each.source === 'microphone')?.stats?.audioEnergy ?? 0;
  const heard = await energy();
  await eventually('sound goes on', energy, (now) => now > heard, 20_000);

  link.set(kOpen);
  await eventually('the large picture again', look, ({ width, served }) => width >= 640 && !kOfLink.includes(served?.reason), 90_000);
  await ben.getByText('Paused: your connection is weak').waitFor({ state: 'detached', timeout: 20_000 });
  assert.ok((await stats(ben)).link.targetBps > 300_000);
  const late = link.tooLate(0);
  if (late !== null) t.diagnostic(`the emulator itself was up to ${late.toFixed(1)} ms late`);
});

// A page of text that somebody scrolls, in place of a screen: headless browsers have none that moves.
const scrollInsteadOfScreen = () => {
  navigator.mediaDevices.getDisplayMedia = async () => {
    const canvas = Object.assign(document.createElement('canvas'), { width: 1280, height: 720 });
    const context = canvas.getContext('2d');
    let line = 0;
    setInterval(() => {
      context.fillStyle = 'white';
      context.fillRect(0, 0, 1280, 720);
      context.fillStyle = 'black';
      context.font = '20px sans-serif';
      for (let i = 0; i < 30; ++i) context.fillText(`Line ${line + i} of what everybody came to read, with words that differ: ${(line + i) ** 2}`, 20, 24 * (i + 1));
      line += 1;
    }, 66);
    return canvas.captureStream(30);
  };
};

test('a screen goes out in full size at few and at more frames, and a weak link is sent the few', async (t) => {
  const { link, ada, ben } = await call(t);
  await ada.evaluate(scrollInsteadOfScreen);
  await click(ada, 'toggle-screen');
  const layersSent = () => ada.evaluate(async () => {
    const { streams } = await window.__confab.stats();
    return (streams.find((each) => each.direction === 'send' && each.source === 'screen')?.stats?.layers ?? []).filter((each) => each.fps > 0 && each.height === 720);
  });
  await eventually('both layers go out in full size', layersSent, (layers) => layers.length === 2, 90_000);

  link.set({ ...kOpen, 'ab.rate': 900_000 });
  const look = () => ben.evaluate(async () => {
    const { streams } = await window.__confab.stats();
    const screen = streams.find((each) => each.direction === 'recv' && each.source === 'screen');
    return { width: screen?.stats?.width ?? 0, layer: screen?.served?.spatialLayer };
  });
  await eventually('the layer with fewer frames, in full size', look, ({ layer, width }) => layer === 0 && width === 1280);
});
