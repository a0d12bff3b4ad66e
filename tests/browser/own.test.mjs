// One's own devices, screen and figures, as the meeting shows them.
import test from 'node:test';
import assert from 'node:assert/strict';
import { launchChromium, newPage } from './lib/chromium.mjs';
import { Server } from './lib/server.mjs';
import { click, join, noProblems, until } from './lib/room.mjs';

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

async function inRoom(t) {
  const page = await newPage(browser);
  t.after(() => page.context().close());
  await join(page, server, await server.createRoom(), 'Ada');
  return { page };
}

test('beside Mic and Camera a menu names the devices, and what is chosen there is used', async (t) => {
  const { page } = await inRoom(t);
  await click(page, 'microphone-devices');
  const options = await until(page, 'microphones', () => {
    const all = [...document.querySelectorAll('[data-testid="choose-microphone"] [role="menuitemradio"]')];
    return all.length > 1 ? all.map((each) => each.textContent) : null;
  });
  const chosen = options.at(-1);
  await page.locator('[data-testid="choose-microphone"] [role="menuitemradio"]').last().click();
  await until(page, `${chosen} is remembered`, async (label) => {
    const { microphoneId } = JSON.parse(localStorage.getItem('confab:settings')).state;
    const device = (await navigator.mediaDevices.enumerateDevices()).find((each) => each.deviceId === microphoneId);
    return device?.label === label;
  }, chosen, 5_000);
  await click(page, 'camera-devices');
  await until(page, 'a camera is ticked', () => document.querySelector('[data-testid="choose-camera"] [aria-checked="true"]'));
  await page.keyboard.press('Escape');
  noProblems(page);
});

test('Settings show how one looks, also while the camera is off, and then to nobody else', async (t) => {
  const { page } = await inRoom(t);
  const preview = () => until(page, 'the preview moves', () => document.querySelector('[data-testid="settings-preview-video"]')?.videoWidth > 0);
  await click(page, 'open-settings');
  await preview();
  await page.keyboard.press('Escape');
  await click(page, 'toggle-camera');
  await until(page, 'the camera is off', () => document.querySelector('[data-testid="toggle-camera"]').getAttribute('aria-pressed') === 'false');
  await click(page, 'open-settings');
  await click(page, 'try-camera');
  await preview();
  const [sent] = await page.evaluate(() => window.__confab.snapshot().producers.filter((p) => p.source === 'camera'));
  assert.equal(sent?.paused ?? true, true, 'the camera is sent to nobody');
  await page.evaluate(() => {
    window.tried = document.querySelector('[data-testid="settings-preview-video"]').srcObject.getVideoTracks()[0];
  });
  await page.keyboard.press('Escape');
  await until(page, 'its light is out', () => window.tried.readyState === 'ended', undefined, 5_000);
});

test('who shares a screen is told so, and stops it with one click', async (t) => {
  const { page } = await inRoom(t);
  await click(page, 'toggle-screen');
  await until(page, 'the bar', () => document.querySelector('[data-testid="sharing-bar"]')?.textContent.includes('You are sharing your screen'));
  await click(page, 'stop-sharing');
  await until(page, 'the share has ended', () => !document.querySelector('[data-kind="screen"], [data-testid="sharing-bar"]'));
  await until(page, 'the focus is on a control', () => document.activeElement.dataset.testid === 'toggle-screen', undefined, 3_000);
});

test('a picture may be taken out into a window of its own', async (t) => {
  const { page } = await inRoom(t);
  assert.equal(await page.evaluate(() => [...document.querySelectorAll('video')].some((each) => each.disablePictureInPicture)), false);
});

test('the statistics are not cut off at the right, wide or narrow, and claim no estimate nobody made', async (t) => {
  const code = await server.createRoom();
  for (const viewport of [{ width: 1280, height: 800 }, { width: 390, height: 844 }]) {
    const page = await newPage(browser, { viewport });
    t.after(() => page.context().close());
    await join(page, server, code, `at ${viewport.width}`);
    await page.keyboard.press('t');
    await until(page, 'rows', () => document.querySelectorAll('[data-testid="stats-row"]').length >= 2);
    const cut = await page.evaluate(() => {
      const panel = document.querySelector('[data-testid="stats"]').getBoundingClientRect();
      return [...document.querySelectorAll('[data-testid="stats"] :is(td, th, dd, dt)')]
        .filter((each) => each.getBoundingClientRect().right > panel.right || each.scrollWidth > each.clientWidth + 1)
        .map((each) => each.textContent);
    });
    assert.deepEqual(cut, [], `at ${viewport.width} px`);
    assert.doesNotMatch(await page.textContent('[data-testid="stats"]'), /Estimate300 kbit/);
  }
});
