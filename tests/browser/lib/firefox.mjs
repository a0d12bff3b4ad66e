// Stock Firefox ESR, headless, over WebDriver BiDi (puppeteer-core), with fake devices. Firefox never
// offers 127.0.0.1 as a candidate, so it needs another address: tests/browser/run makes a namespace
// with one.
import puppeteer from 'puppeteer-core';
import { setSmallCamera } from './chromium.mjs';

// options: puppeteer's, as acceptInsecureCerts.
export async function launchFirefox({ width = 1280, height = 800, ...options } = {}) {
  return await puppeteer.launch({
    ...options,
    browser: 'firefox',
    executablePath: '/usr/bin/firefox-esr',
    headless: true,
    // puppeteer's setViewport sends commands that Firefox before 141 does not know (Debian main's ESR
    // is 140): the window has the size instead.
    defaultViewport: null,
    args: [`--width=${width}`, `--height=${height}`],
    extraPrefsFirefox: {
      'media.navigator.streams.fake': true,
      'media.navigator.permission.disabled': true,
      'media.peerconnection.ice.loopback': true,
      'media.peerconnection.ice.obfuscate_host_addresses': false,
      'media.autoplay.default': 0,
      'media.getdisplaymedia.enabled': true,
      'media.gmp-manager.updateEnabled': false,
    },
  });
}

// The app's camera gives at the most so many pictures a second.
function limitPictures(frameRate) {
  const devices = navigator.mediaDevices, open = devices.getUserMedia.bind(devices);
  devices.getUserMedia = (wanted) => open(typeof wanted.video === 'object' ? { ...wanted, video: { ...wanted.video, frameRate } } : wanted);
}

// A page of a participant of its own, with its own storage; its camera is as newPage() says, with
// `frameRate` pictures a second where that is named.
export async function newFirefoxPage(browser, { defaultCamera = true, frameRate } = {}) {
  const context = await browser.createBrowserContext();
  const page = await context.newPage();
  if (!defaultCamera) await page.evaluateOnNewDocument(setSmallCamera);
  if (frameRate !== undefined) await page.evaluateOnNewDocument(limitPictures, frameRate);
  page.problems = [];
  page.on('pageerror', (error) => page.problems.push(`page error: ${error.message}`));
  return page;
}
