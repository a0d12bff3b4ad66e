// /check: what stands between a browser and a meeting, each line with its remedy.
import test from 'node:test';
import assert from 'node:assert/strict';
import { violations } from './lib/axe.mjs';
import { launchChromium, newPage } from './lib/chromium.mjs';
import { freePorts, Server } from './lib/server.mjs';

let browser;
test.before(async () => { browser = await launchChromium(); });
test.after(() => browser?.close());

async function started(t, options = {}) {
  const server = await Server.start(options);
  t.after(() => server.stop());
  return server;
}

async function open(t, server, at = '/check', before = () => undefined) {
  const page = await newPage(browser, { reducedMotion: 'reduce' });
  t.after(() => page.context().close());
  await page.addInitScript(before);
  await page.goto(server.url + at);
  await page.waitForSelector('[data-testid="check-start"]:enabled');
  return page;
}

// As people do where a machine is busy: once more, if not all came through the first time.
async function runUntil(page, isEnough, times = 3) {
  let result;
  for (let n = 0; n < times && !(result && isEnough(result)); ++n) result = await run(page);
  return result;
}

// { id: { verdict, text } } when all has been looked at.
async function run(page) {
  await page.click('[data-testid="check-start"]');
  await page.waitForSelector('[data-testid="check-summary"][data-stage="done"]', { timeout: 90_000 });
  const lines = await page.locator('[data-testid="check-line"]').evaluateAll((all) =>
    all.map((each) => [each.dataset.check, { verdict: each.dataset.verdict, text: each.innerText }]));
  return { lines: Object.fromEntries(lines), summary: await page.innerText('[data-testid="check-summary"]') };
}
const verdicts = ({ lines }) => Object.fromEntries(Object.entries(lines).map(([id, { verdict }]) => [id, verdict]));

test('where all is well each line says so, and axe finds nothing at any width', async (t) => {
  const server = await started(t);
  const page = await open(t, server);
  const found = await violations(page, 'before the check');
  const result = await runUntil(page, ({ summary }) => /All is well/.test(summary));
  assert.deepEqual(verdicts(result), { microphone: 'ok', camera: 'ok', websocket: 'ok', clock: 'ok', udp: 'ok', tcp: 'ok', turn: 'skipped' });
  assert.match(result.summary, /All is well/);
  found.push(...await violations(page, 'after the check'));
  assert.deepEqual(found, []);
  // Nobody stays behind in the room that was made for it.
  await server.untilGauge('confab_participants', 0);
});

test('a proxy that passes no WebSocket on is named with its remedy, and the rest is looked at all the same', async (t) => {
  const server = await started(t);
  const page = await open(t, server, '/check', () => {
    window.WebSocket = class { constructor() { setTimeout(() => this.onerror?.(new Event('error')), 0); } close() {} };
  });
  const result = await runUntil(page, ({ lines }) => lines.udp?.verdict === 'ok');
  assert.equal(result.lines.websocket.verdict, 'warning');
  assert.match(result.lines.websocket.text, /Upgrade and Connection/);
  assert.equal(result.lines.udp.verdict, 'ok');
  assert.match(result.summary, /could be better/);
});

test('a TURN server that does not answer, and media that nothing comes back from', async (t) => {
  const port = await freePorts(1, '127.0.0.1');
  const server = await started(t, { env: { CONFAB_ICE_URL: `turn:127.0.0.1:${port}?transport=tcp`, CONFAB_TURN_SECRET: 'x'.repeat(32) } });
  // As behind a firewall: the browser asks an address at which nobody is (RFC 5737).
  const page = await open(t, server, '/check', () => {
    const { setRemoteDescription } = RTCPeerConnection.prototype;
    RTCPeerConnection.prototype.setRemoteDescription = function set({ type, sdp }) {
      return setRemoteDescription.call(this, { type, sdp: sdp.replaceAll('127.0.0.1', '203.0.113.7') });
    };
  });
  const result = await run(page);
  assert.equal(result.lines.udp.verdict, 'wrong');
  assert.match(result.lines.udp.text, /media\.port/);
  assert.equal(result.lines.tcp.verdict, 'wrong');
  assert.match(result.summary, /2 things are wrong/);
  assert.deepEqual(await violations(page, 'what is wrong'), []);
});

test('where no room may be made it says by which address to come', async (t) => {
  const server = await started(t);
  const page = await open(t, server);
  await page.route('**/api/rooms', (route) => route.fulfill({ status: 401, contentType: 'application/json', body: '{"error":{"code":"unauthenticated","message":"show a token"}}' }));
  const refused = await run(page);
  assert.equal(refused.lines.room.verdict, 'skipped');
  assert.match(refused.lines.room.text, /\/check\?room=/);
  assert.match(refused.summary, /not known/);
  const invited = await open(t, server, `/check?room=${await server.createRoom()}`);
  assert.equal((await runUntil(invited, ({ lines }) => lines.udp?.verdict === 'ok')).lines.udp.verdict, 'ok');
});
