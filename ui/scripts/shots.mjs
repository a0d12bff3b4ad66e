// Every page and state of the app as pictures, at the width of a phone and of a desktop, each with
// axe-core's judgement. `npm run build && npm run shots`; pictures land in ui/shots/.
import { mkdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { launch } from './lib/browser.mjs';
import { playMeeting, serveFiles } from './lib/stage-server.mjs';

const dir = fileURLToPath(new URL('../shots/', import.meta.url));
const axeSource = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const only = process.argv[2];
const kRoom = '/room/kfp-wqzt-bna';
const kWidths = [
  { name: 'phone', viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, hasTouch: true },
  { name: 'desktop', viewport: { width: 1280, height: 800 } },
];

const now = Date.now();
const producer = (id, source, paused = false) => ({ id, source, paused, kind: source === 'camera' || source === 'screen' ? 'video' : 'audio' });
const person = (n, name, extra = {}) => ({
  id: `pt_${n}`, name, role: 'member', joinedAt: now - 1e6 + n, hand: null, connection: 'connected',
  producers: [producer(`pr_m${n}`, 'microphone', n % 3 === 0)], ...extra,
});
const kFew = [
  person(1, 'Grace Hopper'),
  person(2, 'Ben Okafor', { hand: now - 5000 }),
  person(3, 'Margarethe von Hohenstein-Oppersdorf'),
  person(4, 'Li Wei', { connection: 'reconnecting' }),
];
const kNames = ['Amara', 'Bjørn', 'Chloé', 'Dmitri', 'Esther', 'Farid', 'Giulia', 'Hiro', 'Ingrid', 'Jonas', 'Kwame', 'Lena', 'Mateo', 'Nadia', 'Omar', 'Priya', 'Quentin', 'Rosa', 'Stefan', 'Tala', 'Uma', 'Viktor', 'Wen', 'Ximena', 'Yusuf', 'Zoë'];
const kMany = kNames.map((name, index) => person(index + 1, name));
const kSharing = [person(1, 'Grace Hopper', { producers: [producer('pr_m1', 'microphone'), producer('pr_s1', 'screen')] }), ...kFew.slice(1)];
const kChat = [
  { id: 'm1', from: { id: 'pt_1', name: 'Grace Hopper' }, to: null, text: 'Good morning! The agenda is at https://example.org/agenda, have a look.', sentAt: now - 600_000 },
  { id: 'm2', from: { id: 'pt_1', name: 'Grace Hopper' }, to: null, text: 'We start in two minutes.', sentAt: now - 590_000 },
  { id: 'm3', from: { id: 'pt_self', name: 'Ada Lovelace' }, to: null, text: 'Thanks. Coffee first.', sentAt: now - 300_000 },
  { id: 'm4', from: { id: 'pt_2', name: 'Ben Okafor' }, to: { id: 'pt_self', name: 'Ada Lovelace' }, text: 'Can you hear me well? My microphone is new.', sentAt: now - 60_000 },
  { id: 'm5', from: { id: 'pt_self', name: 'Ada Lovelace' }, to: { id: 'pt_2', name: 'Ben Okafor' }, text: 'Loud and clear', sentAt: now - 30_000 },
];
const kSpeakers = [{ participantId: 'pt_1', producerId: 'pr_m1', level: -30 }];

const press = (key) => (page) => page.keyboard.press(key);
const click = (id) => async (page) => page.getByTestId(id).click();
const menu = (id) => async (page) => {
  await page.getByTestId('more').click();
  await page.getByTestId(id).click();
};

/** name → how to get there. */
const kStates = {
  landing: { path: '/' },
  'landing-error': { path: '/', act: async (page) => { await page.getByTestId('room-input').fill('a/b'); await page.getByTestId('join-by-code').click(); } },
  'not-found': { path: '/nothing' },
  'no-such-room': { path: '/room/none' },
  prejoin: { path: kRoom, settle: 1500 },
  'prejoin-devices': { path: kRoom, settle: 1000, act: async (page) => page.getByTestId('devices').locator('summary').click() },
  'prejoin-denied': { path: kRoom, denied: true },
  alone: { meeting: {} },
  few: { meeting: { participants: kFew, speakers: kSpeakers, chat: kChat } },
  many: { meeting: { participants: kMany, speakers: kSpeakers } },
  sharing: { meeting: { participants: kSharing, speakers: kSpeakers } },
  chat: { meeting: { participants: kFew, chat: kChat }, act: press('c') },
  people: { meeting: { participants: kMany }, act: press('p') },
  'people-few': { meeting: { participants: kFew }, act: press('p') },
  stats: { meeting: { participants: kFew }, act: press('t'), settle: 2200 },
  help: { meeting: { participants: kFew }, act: press('?') },
  settings: { meeting: { participants: kFew }, act: async (page, phone) => (phone ? menu('menu-settings')(page) : click('open-settings')(page)), settle: 900 },
  more: { meeting: { participants: kFew }, act: click('more') },
  pinned: { meeting: { participants: kFew }, act: async (page) => page.getByTestId('tile-pin').nth(1).click() },
  reconnecting: { meeting: { participants: kFew }, act: async (_page, _phone, play) => play.cut(), settle: 3300 },
  left: { meeting: { participants: kFew }, act: click('leave') },
};

await mkdir(dir, { recursive: true });
const server = await serveFiles();
const browser = await launch();
// Without the flag that answers yes to every question, a headless browser answers no.
const refusing = await launch([], ['--use-fake-ui-for-media-stream']);
let violations = 0;
let seen = 0;
for (const [name, state] of Object.entries(kStates)) {
  if (only !== undefined && !name.startsWith(only)) continue;
  for (const { name: width, ...options } of kWidths) {
    const context = await (state.denied ? refusing : browser).newContext(options);
    const page = await context.newPage();
    const problems = [];
    page.on('pageerror', (error) => problems.push(error.message));
    page.on('console', (message) => message.type() === 'error' && !/WebSocket|status of 404/.test(message.text()) && problems.push(message.text()));
    await page.addInitScript(() => {
      localStorage.setItem('confab:settings', JSON.stringify({ state: { name: 'Ada Lovelace' }, version: 1 }));
    });
    const play = await playMeeting(page, state.meeting ?? {});
    await page.goto(server.url + (state.path ?? kRoom));
    if (state.meeting !== undefined) {
      await page.getByTestId('preview-video').waitFor();
      await page.getByTestId('join').click();
      await page.getByTestId('room').waitFor();
      await page.waitForTimeout(500);
    } else {
      await page.waitForTimeout(600);
    }
    await state.act?.(page, width === 'phone', play);
    await page.waitForTimeout(state.settle ?? 500);
    await page.screenshot({ path: `${dir}${name}-${width}.png` });
    await page.evaluate(axeSource);
    const found = await page.evaluate(async () => {
      const result = await window.axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] });
      return result.violations.map(({ id, nodes }) => `${id}: ${nodes.map((each) => each.target.join(' ')).slice(0, 3).join(' | ')}`);
    });
    // Nothing that can be clicked may lie outside the screen or be too small for a thumb.
    const reach = await page.evaluate(() => {
      const bad = [];
      for (const element of document.querySelectorAll('[role="toolbar"] button')) {
        const box = element.getBoundingClientRect();
        if (box.width === 0) continue;
        if (box.left < 0 || box.right > innerWidth || box.bottom > innerHeight) bad.push(`outside: ${element.getAttribute('aria-label')}`);
        if (box.width < 44 || box.height < 44) bad.push(`small: ${element.getAttribute('aria-label')}`);
      }
      if (document.documentElement.scrollWidth > innerWidth) bad.push('the page scrolls sideways');
      return bad;
    });
    seen++;
    violations += found.length + reach.length + problems.length;
    console.log(`${name}-${width}: ${[...found, ...reach, ...problems].join('\n    ') || 'ok'}`);
    await context.close();
  }
}
await Promise.all([browser.close(), refusing.close()]);
server.close();
console.log(`${seen} pictures, ${violations} violations`);
process.exitCode = violations === 0 ? 0 : 1;
