// apt's Chromium, headless, with fake devices (playwright-core).
import { chromium } from 'playwright-core';

export const flags = [
  '--no-sandbox',
  '--use-fake-ui-for-media-stream',
  '--use-fake-device-for-media-stream=fps=15',
  '--autoplay-policy=no-user-gesture-required',
  '--auto-select-desktop-capture-source=Entire screen',
  '--disable-background-timer-throttling',
  '--disable-renderer-backgrounding',
  '--disable-backgrounding-occluded-windows',
  '--mute-audio',
  '--disable-features=WebRtcHideLocalIpsWithMdns',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
];

// loopback: give the page 127.0.0.1 candidates. executablePath: a wrapper that enters a namespace.
export async function launchChromium({ loopback = true, executablePath = '/usr/bin/chromium', args = [] } = {}) {
  return await chromium.launch({
    executablePath,
    headless: true,
    args: [...flags, ...(loopback ? ['--allow-loopback-in-peer-connection'] : []), ...args],
  });
}

export function setSmallCamera() {
  try {
    localStorage.getItem('confab:settings')
      ?? localStorage.setItem('confab:settings', JSON.stringify({ state: { resolution: '360p' }, version: 1 }));
  } catch { /* the page may keep nothing */ }
}

// A page of a participant of its own (own storage), with what every test wants to know about it. Its
// camera is set to 640 × 360 unless `defaultCamera`: two cores encode and decode everybody's pictures
// in software, five of 1280 × 720 at two frames a second.
export async function newPage(browser, { defaultCamera = false, ...options } = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
  if (!defaultCamera) await context.addInitScript(setSmallCamera);
  const page = await context.newPage();
  page.problems = [];
  page.on('pageerror', (error) => page.problems.push(`page error: ${error.message}`));
  page.on('console', (message) => {
    if (message.type() === 'error') page.problems.push(`console: ${message.text()}`);
  });
  return page;
}
