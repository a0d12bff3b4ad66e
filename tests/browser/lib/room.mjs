// A participant in the web app, whatever browser drives it: playwright's pages and puppeteer's both
// have goto, click, type and evaluate. What the page knows comes from window.__confab (ui/README.md);
// what it shows, from the elements themselves.
import assert from 'node:assert/strict';

const byTestId = (id) => `[data-testid="${id}"]`;

// Asks the page until `probe` gives something truthy, or what `isEnough` takes; throws with the last
// answer and what the page itself complained about.
export async function until(page, what, probe, argument, timeoutMs = 30_000, isEnough = Boolean) {
  const end = Date.now() + timeoutMs;
  let last;
  while (Date.now() < end) {
    try {
      last = await page.evaluate(probe, argument);
      if (isEnough(last)) return last;
    } catch (error) {
      last = error.message; // the page is being replaced
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const snapshot = await page.evaluate(() => JSON.stringify(window.__confab?.snapshot() ?? null)).catch(() => '');
  throw new Error(`${what}: not within ${timeoutMs} ms; last ${JSON.stringify(last)}\n${snapshot}\n${page.problems.join('\n')}`);
}

export const click = (page, testId) => page.click(byTestId(testId));

async function waitFor(page, testId) {
  await until(page, `there is ${testId}`, (selector) => {
    const element = document.querySelector(selector);
    return element !== null && !element.disabled;
  }, byTestId(testId));
}

// Opens the address, names the participant and asks to come in, whatever the answer.
export async function knock(page, address, name) {
  await page.goto(address);
  await waitFor(page, 'name-input');
  await page.focus(byTestId('name-input'));
  await page.keyboard.type(name);
  await waitFor(page, 'join');
  await click(page, 'join');
}

// Opens /room/<code>, names the participant and joins. `query`: diagnostic settings, as "codec=vp9".
export async function join(page, server, code, name, { query = '', origin = server.url } = {}) {
  await knock(page, `${origin}/room/${code}${query ? `?${query}` : ''}`, name);
  await until(page, `${name} is in the meeting`, () => window.__confab?.snapshot().phase === 'joined');
  return await page.evaluate(() => window.__confab.snapshot().participantId);
}

export const snapshot = (page) => page.evaluate(() => window.__confab.snapshot());
export const stats = (page) => page.evaluate(() => window.__confab.stats());

// { tile key: frames shown } of the others' pictures, counted by requestVideoFrameCallback from the
// first call on: Firefox counts no getVideoPlaybackQuality() for streams.
const remoteFrames = () => {
  const framesOf = (video) => {
    if (video.framesShown === undefined) {
      video.framesShown = 0;
      const count = () => {
        video.framesShown += 1;
        video.requestVideoFrameCallback(count);
      };
      video.requestVideoFrameCallback(count);
    }
    return video.framesShown;
  };
  const self = window.__confab.snapshot().participantId;
  return Object.fromEntries([...document.querySelectorAll('[data-testid="tile"]')]
    .filter((tile) => tile.dataset.participant !== self && tile.querySelector('video'))
    .map((tile) => [tile.dataset.tile, framesOf(tile.querySelector('video'))]));
};

// Every one of `count` remote pictures moves: its decoded frames rise by `frames`.
export async function seesMoving(page, count, frames = 10) {
  const before = await until(page, `${count} remote pictures`, remoteFrames, undefined, 45_000, (seen) =>
    Object.keys(seen).length === count && Object.values(seen).every((f) => f > 0));
  await until(page, `${count} remote pictures move`, remoteFrames, undefined, 45_000, (seen) =>
    Object.keys(before).every((key) => seen[key] >= before[key] + frames));
}

// Sound of `count` others arrives with energy in it.
export async function hears(page, count) {
  const energies = async () => {
    const { streams } = await stats(page);
    return streams.filter((s) => s.direction === 'recv' && s.stats?.kind === 'audio').map((s) => s.stats.audioEnergy ?? 0);
  };
  const end = Date.now() + 30_000;
  let last = [];
  while (Date.now() < end) {
    last = await energies();
    if (last.length === count && last.every((energy) => energy > 0)) return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  assert.fail(`${count} sounds with energy: ${JSON.stringify(last)}`);
}

export const tiles = (page) => page.evaluate(() =>
  [...document.querySelectorAll('[data-testid="tile"]')].map((tile) => ({ ...tile.dataset })));

export const waitTiles = (page, count) => until(page, `${count} tiles`, (n) =>
  document.querySelectorAll('[data-testid="tile"]').length === n, count);

export async function sendChat(page, text, toParticipant) {
  if (!(await page.$(byTestId('chat-panel')))) await click(page, 'toggle-chat');
  await waitFor(page, 'chat-input');
  if (toParticipant) {
    if (page.select) await page.select(byTestId('chat-to'), toParticipant);
    else await page.selectOption(byTestId('chat-to'), toParticipant);
  }
  await page.focus(byTestId('chat-input'));
  await page.keyboard.type(text);
  await click(page, 'chat-send');
}

// Nothing the page should not have said. Network errors are expected where a test cuts the network.
export function noProblems(page, { networkCut = false } = {}) {
  const real = page.problems.filter((p) => !(networkCut && /WebSocket|net::ERR|Failed to load resource|NetworkError/.test(p)));
  assert.deepEqual(real, []);
}
