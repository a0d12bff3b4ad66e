// Every page and state of the app as pictures, at the width of a desktop and of three phones, each
// with axe-core's judgement. `npm run build && npm run shots [state [width]]`; pictures land in ui/shots/.
import { mkdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { launch } from './lib/browser.mjs';
import { playMeeting, serveFiles } from './lib/stage-server.mjs';

const dir = fileURLToPath(new URL('../shots/', import.meta.url));
const axeSource = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const [, , only, onlyWidth] = process.argv;
const kRoom = '/room/kfp-wqzt-bna';
const phone = (width, height) => ({ name: String(width), viewport: { width, height }, deviceScaleFactor: 1.5, hasTouch: true, isMobile: true });
// 320 is what is left of 1280 at a zoom of 400 % (WCAG 1.4.10).
const kWidths = [{ name: '1280', viewport: { width: 1280, height: 800 } }, phone(390, 844), phone(360, 640), phone(320, 568)];

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

const kPair = [kFew[0]];
const kAlike = [person(1, 'Ada'), person(2, 'Ada'), person(3, 'Аda'), person(4, 'Ben Okafor')];

const kRights = {
  settings: { title: '', lobby: false, locked: false, hasPassword: false, permissions: { unmute: true, share: true, chat: true } },
  permits: { sources: ['camera', 'microphone', 'screen', 'screen-audio'], subscribe: true, chat: true, unmute: true },
};
const kWaiting = ['Eve Moneypenny', 'Farid Ansari-Kowalczyk of the other department', 'Gus'].map((name, at) => ({ id: `wt_${at}`, name, since: now }));
const kHost = {
  participants: [{ ...kFew[0], role: 'cohost', hand: now }, { ...kFew[1], role: 'viewer' }, ...kFew.slice(2)],
  rights: { ...kRights, lobby: kWaiting, settings: { ...kRights.settings, locked: true, lobby: true, hasPassword: true, title: 'Quarterly review' } },
};
const kViewer = { participants: kFew, role: 'viewer', rights: { ...kRights, permits: { sources: [], subscribe: true, chat: false, unmute: true } } };
const kPlace = { waiting: kWaiting[0], knock: 'k', room: 'kfp-wqzt-bna', title: 'Quarterly review', message: { text: 'We are five minutes late. Sorry!', from: { id: 'pt_1', name: 'Grace Hopper' }, sentAt: now } };

const press = (key) => (page) => page.keyboard.press(key);
const click = (id) => async (page) => page.getByTestId(id).click();
const fillIn = (fields) => async (page) => {
  for (const [id, text] of Object.entries(fields)) await page.getByTestId(id).fill(text);
  await page.keyboard.press('Enter');
};
const menu = (id) => async (page) => {
  await page.getByTestId('more').click();
  await page.getByTestId(id).click();
};

/** name → how to get there. */
const kStates = {
  landing: { path: '/' },
  'landing-error': { path: '/', act: async (page) => { await page.getByTestId('room-input').fill('a/b'); await page.getByTestId('join-by-code').click(); } },
  'landing-options': { path: '/', act: async (page) => page.getByTestId('room-options').locator('summary').click() },
  'landing-guest': { path: '/', stage: 'guest' },
  'landing-members': { path: '/', stage: 'guest-members' },
  'landing-tokens': { path: '/', stage: 'tokens' },
  'landing-account': { path: '/', stage: 'somebody', act: click('account-menu') },
  'landing-rooms': { path: '/', stage: 'somebody', act: async (page) => { await page.getByTestId('own-rooms').scrollIntoViewIfNeeded(); await page.getByTestId('copy-own-room').first().click(); } },
  'landing-no-rooms': { path: '/', stage: 'somebody-new' },
  'sign-in': { path: '/account', stage: 'guest' },
  'sign-in-closed': { path: '/account', stage: 'guest-closed' },
  'sign-in-taken': { path: '/account?problem=taken', stage: 'guest' },
  'sign-in-empty': { path: '/account', stage: 'guest', act: click('sign-in-submit') },
  'sign-in-wrong': { path: '/account', stage: 'guest', act: fillIn({ email: 'ada@example.org', password: 'not it at all' }) },
  'sign-in-often': { path: '/account', stage: 'guest-often', act: fillIn({ email: 'ada@example.org', password: 'not it at all' }) },
  'sign-up': { path: '/account', stage: 'guest', act: click('to-sign-up') },
  'sign-up-taken': { path: '/account', stage: 'guest', act: async (page) => { await page.getByTestId('to-sign-up').click(); await fillIn({ name: 'Ada', email: 'ada@example.org', password: 'correct horse' })(page); } },
  'password-link': { path: '/account#link=x', stage: 'guest', act: async (page) => { await page.getByTestId('password').fill('correct horse battery'); await page.getByTestId('show-password').click(); } },
  'password-link-short': { path: '/account#link=x', stage: 'guest', act: fillIn({ password: 'short' }) },
  'password-link-over': { path: '/account#link=x', stage: 'guest', act: fillIn({ password: 'correct horse' }) },
  account: { path: '/account', stage: 'somebody' },
  'account-wrong': { path: '/account', stage: 'somebody-wrong', act: fillIn({ 'current-password': 'not it at all', 'new-password': 'correct horse' }) },
  'account-changed': { path: '/account', stage: 'somebody', act: fillIn({ 'current-password': 'correct horse', 'new-password': 'battery staple' }) },
  'account-provider': { path: '/account', stage: 'somebody-provider' },
  'no-accounts': { path: '/account', stage: 'off' },
  'sign-in-first': { path: kRoom, stage: 'guest-members' },
  'not-for-guests': { path: kRoom, stage: 'tokens' },
  'prejoin-guest': { path: kRoom, stage: 'guest', settle: 1500 },
  'prejoin-account': { path: kRoom, stage: 'somebody', settle: 1500 },
  'not-found': { path: '/nothing' },
  'no-such-room': { path: '/room/none' },
  prejoin: { path: kRoom, settle: 1500 },
  'prejoin-devices': { path: kRoom, settle: 1000, act: async (page) => page.getByTestId('devices').locator('summary').click() },
  'prejoin-denied': { path: kRoom, denied: true },
  alone: { meeting: {} },
  two: { meeting: { participants: kPair, speakers: kSpeakers } },
  few: { meeting: { participants: kFew, speakers: kSpeakers, chat: kChat } },
  many: { meeting: { participants: kMany, speakers: [{ participantId: 'pt_26', producerId: 'pr_m26', level: -30 }] }, settle: 100 },
  sharing: { meeting: { participants: kSharing, speakers: kSpeakers } },
  'i-share': { meeting: { participants: kFew }, act: press('s'), settle: 1500 },
  chat: { meeting: { participants: kFew, chat: kChat }, act: press('c') },
  private: {
    meeting: { participants: kAlike, chat: kChat },
    act: async (page) => { await page.keyboard.press('c'); await page.getByTestId('chat-to').selectOption('pt_2'); await page.keyboard.press('Tab'); },
  },
  people: { meeting: { participants: kMany }, act: press('p') },
  'people-few': { meeting: { participants: kFew }, act: press('p') },
  alike: { meeting: { participants: kAlike }, act: press('p') },
  stats: { meeting: { participants: kFew }, act: press('t'), settle: 2200 },
  help: { meeting: { participants: kFew }, act: press('?') },
  settings: { meeting: { participants: kFew }, act: async (page, narrow) => (narrow ? menu('menu-settings')(page) : click('open-settings')(page)), settle: 900 },
  'settings-camera-off': {
    meeting: { participants: kFew },
    act: async (page, narrow) => { await page.keyboard.press('v'); await (narrow ? menu('menu-settings')(page) : click('open-settings')(page)); await page.getByTestId('settings-preview').scrollIntoViewIfNeeded(); },
    settle: 900,
  },
  more: { meeting: { participants: kFew }, act: click('more') },
  devices: { meeting: { participants: kFew }, act: async (page, narrow) => (page.viewportSize().width < 360 ? click('more')(page) : click('microphone-devices')(page)), settle: 700 },
  pinned: { meeting: { participants: kFew }, act: async (page) => page.getByTestId('tile-pin').nth(1).click() },
  'pinned-many': { meeting: { participants: kMany }, act: async (page) => page.getByTestId('tile-pin').nth(1).click() },
  unread: { meeting: { participants: kFew }, act: async (_page, _narrow, play) => play.say('chat:message', { message: kChat[0] }) },
  news: {
    meeting: { participants: kFew },
    act: async (page, _narrow, play) => {
      kMany.slice(10, 14).forEach((participant) => play.say('participant:joined', { participant }));
      play.say('server:restarting', { reconnectInMs: 1000 });
      await page.waitForTimeout(100);
    },
  },
  reconnecting: { meeting: { participants: kFew }, act: async (_page, _narrow, play) => play.cut(), settle: 3300 },
  'host-people': { meeting: kHost, act: press('p') },
  'host-person': { meeting: kHost, act: async (page) => { await page.keyboard.press('p'); await page.getByTestId('people-panel').getByTestId('person-menu').first().click(); } },
  'host-tile': { meeting: kHost, act: async (page) => { await page.getByTestId('tile').nth(1).hover(); await page.getByTestId('tile').nth(1).getByTestId('person-menu').click(); } },
  'host-menu': { meeting: kHost, act: async (page) => (page.viewportSize().width < 640 ? click('more')(page) : click('host-menu')(page)) },
  'host-room': { meeting: kHost, act: async (page) => { await (page.viewportSize().width < 640 ? menu('menu-host')(page) : click('host-menu')(page)); if (page.viewportSize().width >= 640) await page.getByTestId('room-settings').click(); } },
  'host-remove': { meeting: kHost, act: async (page) => { await page.keyboard.press('p'); await page.getByTestId('people-panel').getByTestId('person-menu').first().click(); await page.getByTestId('remove').click(); } },
  'host-knock': { meeting: { ...kHost, rights: { ...kHost.rights, lobby: [] } }, act: async (_page, _narrow, play) => play.say('lobby:knocked', { waiting: kWaiting[0] }) },
  'host-chat': { meeting: { ...kHost, chat: kChat }, act: async (page) => { await page.keyboard.press('c'); await page.getByTestId('delete-message').nth(1).hover(); } },
  'host-chat-delete': { meeting: { ...kHost, chat: kChat }, act: async (page, _narrow, play) => { await page.keyboard.press('c'); play.say('chat:deleted', { messageId: 'm2' }); await page.getByTestId('delete-message').last().click(); } },
  viewer: { meeting: kViewer, act: press('c') },
  'member-closed': { meeting: { ...kViewer, role: 'member', participants: kHost.participants, rights: { ...kRights, permits: { ...kRights.permits, chat: false, unmute: false } } }, act: press('c') },
  asked: { meeting: { participants: kFew, role: 'member', rights: kRights }, act: async (page, _narrow, play) => { await page.keyboard.press('m'); play.say('unmute:asked', { source: 'microphone', by: { id: 'pt_1', name: 'Grace Hopper' } }); } },
  waiting: { meeting: { place: kPlace }, reaches: 'phase-lobby' },
  password: { meeting: { refusal: { error: { code: 'unauthenticated', message: 'this room has a password' } } }, reaches: 'phase-password' },
  refused: { meeting: { refusal: { error: { code: 'forbidden', message: 'the room is locked; ask a host to open it' } } }, reaches: 'phase-failed' },
  denied: { meeting: { place: kPlace }, reaches: 'phase-lobby', act: async (_page, _narrow, play) => play.say('lobby:denied', {}) },
  removed: { meeting: kViewer, act: async (_page, _narrow, play) => play.say('removed', { banned: true, by: { id: 'pt_1', name: 'Grace Hopper' } }) },
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
    if (onlyWidth !== undefined && onlyWidth !== width) continue;
    const context = await (state.denied ? refusing : browser).newContext(options);
    if (state.stage) await context.addCookies([{ name: 'stage', value: state.stage, url: server.url }]);
    const page = await context.newPage();
    const problems = [];
    page.on('pageerror', (error) => problems.push(error.message));
    page.on('console', (message) => message.type() === 'error' && !/WebSocket|status of (401|403|404|409|429)/.test(message.text()) && problems.push(message.text()));
    await page.addInitScript(() => {
      localStorage.setItem('confab:settings', JSON.stringify({ state: { name: 'Ada Lovelace' }, version: 1 }));
    });
    const play = await playMeeting(page, state.meeting ?? {});
    await page.goto(server.url + (state.path ?? kRoom));
    if (state.meeting !== undefined) {
      await page.getByTestId('preview-video').waitFor();
      await page.getByTestId('join').click();
      await page.getByTestId(state.reaches ?? 'room').waitFor();
      await page.waitForTimeout(500);
    } else {
      await page.waitForTimeout(600);
    }
    await state.act?.(page, width !== '1280', play);
    await page.waitForTimeout(state.settle ?? 500);
    await page.screenshot({ path: `${dir}${name}-${width}.png` });
    await page.evaluate(axeSource);
    const found = await page.evaluate(async () => {
      const result = await window.axe.run(document, {
        runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
        rules: { 'label-content-name-mismatch': { enabled: true } },
      });
      return result.violations.map(({ id, nodes }) => `${id}: ${nodes.map((each) => each.target.join(' ')).slice(0, 3).join(' | ')}`);
    });
    // Nothing that can be clicked may lie outside the screen or be too small for a thumb.
    const reach = await page.evaluate(() => {
      const bad = [];
      for (const element of document.querySelectorAll('[role="toolbar"] button')) {
        const box = element.getBoundingClientRect();
        if (box.width === 0) continue;
        if (box.left < 0 || box.right > innerWidth || box.bottom > innerHeight) bad.push(`outside: ${element.dataset.testid}`);
        // The narrow half of a button is not the only way to what it opens.
        const least = element.getAttribute('aria-haspopup') === 'menu' && element.dataset.testid !== 'more' ? 24 : 44;
        if (box.width < least || box.height < 44) bad.push(`small: ${element.dataset.testid}`);
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
