// One's own camera, microphone and browser: which device is opened, what becomes of it, what the
// others get, and a browser that keeps nothing.
import test from 'node:test';
import assert from 'node:assert/strict';
import { launchChromium, newPage } from './lib/chromium.mjs';
import { Server } from './lib/server.mjs';
import { click, hears, join, seesMoving, snapshot, stats, until } from './lib/room.mjs';

let server;
let browser;
test.before(async () => {
  server = await Server.start();
  browser = await launchChromium({ args: ['--use-fake-device-for-media-stream=device-count=2,fps=15'] });
});
test.after(async () => {
  await browser?.close();
  await server?.stop();
});

const open = async (t) => {
  const page = await newPage(browser, { defaultCamera: true });
  t.after(() => page.context().close());
  return page;
};

// The tracks that getUserMedia gave, newest last, as window.opened.
const rememberTracks = (page) => page.addInitScript(() => {
  window.opened = [];
  const real = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  navigator.mediaDevices.getUserMedia = async (constraints) => {
    const stream = await real(constraints);
    window.opened.push(...stream.getTracks());
    return stream;
  };
});

const inUse = (page, kind) => page.evaluate((k) =>
  window.opened.findLast((track) => track.kind === k && track.readyState === 'live')?.getSettings().deviceId, kind);

test('the second camera and the second microphone are the ones that are opened', async (t) => {
  const page = await open(t);
  await rememberTracks(page);
  await join(page, server, await server.createRoom(), 'Ada');
  await click(page, 'open-settings');
  for (const [select, kind] of [['settings-camera', 'video'], ['settings-microphone', 'audio']]) {
    const wanted = await until(page, `two devices of ${kind}`, (id) =>
      [...document.querySelectorAll(`[data-testid="${id}"] option`)].at(-1)?.value, select);
    assert.notEqual(await inUse(page, kind), wanted);
    await page.selectOption(`[data-testid="${select}"]`, wanted);
    await until(page, `${kind} comes from the chosen device`, ([k, id]) =>
      window.opened.findLast((track) => track.kind === k && track.readyState === 'live')?.getSettings().deviceId === id, [kind, wanted]);
  }
});

test('a chosen camera that is gone is replaced by another, with a word about it', async (t) => {
  const page = await open(t);
  await page.addInitScript(() => {
    localStorage.setItem('confab:settings', JSON.stringify({ state: { cameraId: 'of-last-year' }, version: 1 }));
  });
  await join(page, server, await server.createRoom(), 'Ada');
  await until(page, 'the notice', () => /chosen camera could not be opened/.test(document.querySelector('[data-testid="notices"]')?.textContent));
  await until(page, 'the camera is on', () => window.__confab.snapshot().producers.some((p) => p.source === 'camera' && !p.paused));
});

test('an unplugged microphone is replaced by the other one, and the others go on hearing', async (t) => {
  const code = await server.createRoom();
  const [ada, ben] = [await open(t), await open(t)];
  await rememberTracks(ada);
  await join(ada, server, code, 'Ada');
  await join(ben, server, code, 'Ben');
  await hears(ben, 1);
  const gone = await ada.evaluate(() => {
    const track = window.opened.findLast((each) => each.kind === 'audio');
    const { deviceId, groupId } = track.getSettings();
    const list = navigator.mediaDevices.enumerateDevices.bind(navigator.mediaDevices);
    navigator.mediaDevices.enumerateDevices = async () =>
      (await list()).filter((each) => each.kind !== 'audioinput' || (each.deviceId !== deviceId && each.groupId !== groupId));
    track.stop();
    track.dispatchEvent(new Event('ended'));
    return track.id;
  });
  await until(ada, 'the notice', () => /microphone was disconnected. In use now/.test(document.querySelector('[data-testid="notices"]')?.textContent));
  await until(ada, 'another track is live', (id) =>
    window.opened.findLast((each) => each.kind === 'audio' && each.readyState === 'live')?.id !== id, gone);
  assert.equal((await snapshot(ada)).wanted.microphone, true);
  const heard = async () => (await stats(ben)).streams.find((s) => s.direction === 'recv' && s.stats?.kind === 'audio').stats.audioEnergy;
  const before = await heard();
  await new Promise((resolve) => setTimeout(resolve, 2500));
  assert.ok(await heard() > before, 'Ben still hears Ada');
});

test('a newly plugged microphone is offered, and used at a click', async (t) => {
  const page = await open(t);
  await rememberTracks(page);
  // The second one is plugged in later.
  await page.addInitScript(() => {
    const list = navigator.mediaDevices.enumerateDevices.bind(navigator.mediaDevices);
    navigator.mediaDevices.enumerateDevices = async () => {
      const all = await list();
      const last = all.findLast((each) => each.kind === 'audioinput' && each.deviceId !== 'default');
      return window.pluggedIn ? all : all.filter((each) => each !== last);
    };
  });
  await join(page, server, await server.createRoom(), 'Ada');
  const before = await until(page, 'the first is in use', () =>
    window.opened.findLast((track) => track.kind === 'audio' && track.readyState === 'live')?.getSettings().deviceId);
  await page.evaluate(() => {
    window.pluggedIn = true;
    navigator.mediaDevices.dispatchEvent(new Event('devicechange'));
  });
  await page.getByRole('button', { name: 'Use it' }).click();
  await until(page, 'the new one is in use', (was) => {
    const now = window.opened.findLast((track) => track.kind === 'audio' && track.readyState === 'live')?.getSettings().deviceId;
    return now !== undefined && now !== was;
  }, before);
});

for (const [name, change, width, height] of [
  ['the setting 640 × 360 reaches the others as 640 × 360', (page) => page.addInitScript(() =>
    localStorage.setItem('confab:settings', JSON.stringify({ state: { resolution: '360p' }, version: 1 }))), 640, 360],
  ['a VGA camera reaches the others as 640 × 480', (page) => page.addInitScript(() => {
    const real = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
    navigator.mediaDevices.getUserMedia = (constraints) => real(constraints.video
      ? { ...constraints, video: { ...constraints.video, width: { exact: 640 }, height: { exact: 480 } } } : constraints);
  }), 640, 480],
]) {
  test(name, async (t) => {
    const code = await server.createRoom();
    const [ada, ben] = [await open(t), await open(t)];
    await change(ada);
    await join(ada, server, code, 'Ada');
    await join(ben, server, code, 'Ben');
    await seesMoving(ben, 1);
    await receives(ben, width, height);
  });
}

const receives = (page, width, height) => until(page, `a picture of ${width} × ${height}`, async ([w, h]) => {
  const { streams } = await window.__confab.stats();
  const video = streams.find((s) => s.direction === 'recv' && s.stats?.kind === 'video');
  return video?.stats.width === w && video.stats.height === h;
}, [width, height]);

test('a change to 640 × 360 during the call reaches the others as 640 × 360, and back', async (t) => {
  const code = await server.createRoom();
  const [ada, ben] = [await open(t), await open(t)];
  await join(ada, server, code, 'Ada');
  await join(ben, server, code, 'Ben');
  await seesMoving(ben, 1);
  await receives(ben, 1280, 720);
  await click(ada, 'open-settings');
  await ada.selectOption('#settings-resolution', '360p');
  await receives(ben, 640, 360);
  await ada.selectOption('#settings-resolution', '720p');
  await receives(ben, 1280, 720);
});

test('a browser that refuses all storage joins and is seen', async (t) => {
  const code = await server.createRoom();
  const [ada, ben] = [await open(t), await open(t)];
  await ada.addInitScript(() => {
    for (const name of ['sessionStorage', 'localStorage']) {
      Object.defineProperty(window, name, { get() { throw new DOMException('Access is denied for this document.', 'SecurityError'); } });
    }
  });
  await join(ada, server, code, 'Ada');
  await join(ben, server, code, 'Ben');
  await seesMoving(ben, 1);
  assert.deepEqual(ada.problems, []);
});

test('who made the meeting is its host after closing the tab', async (t) => {
  const page = await open(t);
  await page.goto(server.url);
  await until(page, 'the page is alive', () => !document.querySelector('[data-testid="create-meeting"]').disabled);
  await click(page, 'create-meeting');
  await page.waitForURL(/\/room\//);
  const code = page.url().split('/').at(-1);
  const tomorrow = await page.context().newPage();
  tomorrow.problems = [];
  await page.close();
  await join(tomorrow, server, code, 'Ada');
  const { participants, participantId } = await snapshot(tomorrow);
  assert.equal(participants.find((each) => each.id === participantId).role, 'host');
});
