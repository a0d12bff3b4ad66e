// What hosts do in the web app, and what it is to those it is done to: the app against the real server.
import test from 'node:test';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { violations } from './lib/axe.mjs';
import { launchChromium, newPage } from './lib/chromium.mjs';
import { ghosts } from './lib/ghost.mjs';
import { Server } from './lib/server.mjs';
import { click, join, knock, noProblems, sendChat, snapshot, until } from './lib/room.mjs';

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

async function freshPage(t) {
  const page = await newPage(browser, { reducedMotion: 'reduce' });
  t.after(() => page.context().close());
  return page;
}

const shows = (page, testId, timeoutMs = 10_000) => until(page, `there is ${testId}`, (id) => {
  const found = document.querySelector(`[data-testid="${id}"]`);
  return found !== null && !found.disabled;
}, testId, timeoutMs);
const roleIs = (page, role) => until(page, `the role is ${role}`, (wanted) => {
  const { phase, participantId, participants } = window.__confab.snapshot();
  return phase === 'joined' && participants.find((each) => each.id === participantId)?.role === wanted;
}, role);
const micIs = (page, on) => until(page, `the microphone is ${on ? 'on' : 'off'}`, (wanted) => {
  const sent = window.__confab?.snapshot().producers.find((each) => each.source === 'microphone');
  return sent !== undefined && sent.paused === !wanted && document.querySelector('[data-testid="toggle-mic"]')?.getAttribute('aria-pressed') === String(wanted);
}, on);

async function hosted(t, settings) {
  const room = await server.makeRoom(settings);
  const link = `${server.url}/room/${room.code}`;
  const host = await freshPage(t);
  await knock(host, `${link}#host=${room.hostKey}`, 'Hana');
  await roleIs(host, 'host');
  return { host, link, code: room.code, hostLink: `${link}#host=${room.hostKey}` };
}

// By the menu of somebody in the People panel.
async function actOn(host, id, ...steps) {
  if ((await host.$('[data-testid="people-panel"]')) === null) await click(host, 'toggle-people');
  await host.click(`[data-testid="person"][data-participant="${id}"] [data-testid="person-menu"]`);
  for (const step of steps) {
    await shows(host, step);
    await click(host, step);
  }
}

test('the host reloads in a locked room with a lobby and is host, and so is their second device', async (t) => {
  const { host, code, hostLink } = await hosted(t, { lobby: true, locked: true, password: 'sesame' });
  assert.equal(new URL(host.url()).hash, '', 'the key is not left in the address bar');
  await shows(host, 'is-locked');
  await host.reload();
  await roleIs(host, 'host');
  await shows(host, 'host-menu');
  const second = await freshPage(t);
  await knock(second, hostLink, 'Hana at home');
  await roleIs(second, 'host');
  const stranger = await freshPage(t);
  await knock(stranger, `${server.url}/room/${code}`, 'Mallory');
  await shows(stranger, 'phase-failed');
  assert.match(await stranger.textContent('[data-testid="phase-failed"]'), /locked/);
  [host, second, stranger].forEach((each) => noProblems(each));
});

test('who waits reads what hosts write, waits on over a reload, and is let in by one click', async (t) => {
  const { host, link } = await hosted(t, { lobby: true, title: 'Board' });
  const guest = await freshPage(t);
  await knock(guest, link, 'Ben');
  await shows(guest, 'phase-lobby');
  assert.match(await guest.textContent('[data-testid="phase-lobby"]'), /Board/);
  const place = await until(host, 'the knock is told', () =>
    document.querySelector('[data-testid="notice"]')?.textContent.includes('Ben') && document.querySelector('[data-testid="waiting-badge"]')?.textContent);
  assert.match(place, /^1/);
  await guest.reload();
  await shows(guest, 'phase-lobby');
  await click(host, 'toggle-people');
  await shows(host, 'lobby-input');
  assert.equal(await host.locator('[data-testid="waiting-person"]').count(), 1, 'the same place, not a second one');
  await host.fill('[data-testid="lobby-input"]', 'five minutes');
  await click(host, 'lobby-send');
  await until(guest, 'the line of the host', () => document.querySelector('[data-testid="lobby-message"]')?.textContent.includes('five minutes'));
  await click(host, 'admit');
  await until(guest, 'Ben is in', () => window.__confab.snapshot().phase === 'joined');
  await until(host, 'nobody waits', () => document.querySelector('[data-testid="lobby"]') === null);
  [host, guest].forEach((each) => noProblems(each));
});

test('the muted stay muted over a reload, and asked to unmute they choose', async (t) => {
  const { host, code } = await hosted(t);
  const guest = await freshPage(t);
  const ben = await join(guest, server, code, 'Ben');
  await micIs(guest, true);
  await actOn(host, ben, 'mute');
  await micIs(guest, false);
  await until(guest, 'who did it is said', () => document.querySelector('[data-testid="notice"]')?.textContent.includes('Hana'));
  await guest.reload();
  await until(guest, 'Ben is back', () => window.__confab?.snapshot().phase === 'joined');
  await until(host, 'Ben is heard of as muted', (id) => window.__confab.snapshot().participants.find((each) => each.id === id)?.connection === 'connected', ben);
  await actOn(host, ben, 'ask-unmute');
  await shows(guest, 'unmute-asked');
  assert.deepEqual((await snapshot(guest)).producers.filter((each) => each.source === 'microphone' && !each.paused), []);
  await click(guest, 'unmute-yes');
  await micIs(guest, true);
  [host, guest].forEach((each) => noProblems(each));
});

test('a removed person stays out with the same link', async (t) => {
  const { host, link, code } = await hosted(t);
  const guest = await freshPage(t);
  const ben = await join(guest, server, code, 'Ben');
  await actOn(host, ben, 'remove', 'confirm-yes');
  await shows(guest, 'phase-removed');
  assert.match(await guest.textContent('[data-testid="phase-removed"]'), /Hana/);
  await knock(guest, link, '');
  await shows(guest, 'phase-failed');
  assert.match(await guest.textContent('[data-testid="phase-failed"]'), /removed/);
  await until(host, 'Ben is gone', (id) => document.querySelector(`[data-participant="${id}"]`) === null, ben);
  [host, guest].forEach((each) => noProblems(each));
});

const { 'produce:audio': { rtpParameters } } = JSON.parse(readFileSync(new URL('../fixtures/gold-chrome-324.json', import.meta.url), 'utf8'));

test('a viewer has no microphone, hears why, and can not publish even with a changed client', async (t) => {
  const { host, code } = await hosted(t);
  const guest = await freshPage(t);
  const ben = await join(guest, server, code, 'Ben');
  await micIs(guest, true);
  // Whatever its page shows or hides: it asks the server for everything.
  const [changed] = await ghosts(t, server, code, ['Mallory']);
  for (const id of [ben, changed.id]) {
    await actOn(host, id, 'make-viewer');
    await until(host, 'a viewer', (who) => window.__confab.snapshot().participants.find((each) => each.id === who)?.role === 'viewer', id);
  }
  await shows(guest, 'viewer-note');
  assert.equal(await guest.$('[data-testid="toggle-mic"], [data-testid="toggle-camera"]'), null);
  await until(guest, 'nothing is sent', () => window.__confab.snapshot().producers.length === 0);
  const { id: transportId } = await changed.ask('transport:create', { direction: 'send' });
  await assert.rejects(changed.ask('produce', { transportId, kind: 'audio', source: 'microphone', rtpParameters }), /may not/);
  for (const [event, payload] of [['participant:role', { participantId: changed.id, role: 'host' }], ['meeting:mute-all', {}], ['room:lock', { locked: true }], ['meeting:end', {}]]) {
    await assert.rejects(changed.ask(event, payload), /may not/, event);
  }
  const [shown] = (await snapshot(host)).participants.filter((each) => each.id === changed.id);
  assert.deepEqual(shown.producers, []);
  [host, guest].forEach((each) => noProblems(each));
});

test('a host deletes a line of the chat by keyboard, and it is gone for everyone, for good', async (t) => {
  const { host, code } = await hosted(t);
  const guest = await freshPage(t);
  await join(guest, server, code, 'Ben');
  for (const text of ['an insult', 'a greeting']) await sendChat(guest, text);
  const linesAre = (page, ...wanted) => until(page, `the chat is ${wanted}`, (all) => {
    const shown = [...document.querySelectorAll('[data-testid="chat-message"]')].map((each) => each.querySelector('p[dir], [data-testid="message-deleted"]')?.textContent);
    return JSON.stringify(shown) === JSON.stringify(all);
  }, wanted);
  assert.equal(await guest.$('[data-testid="delete-message"]'), null, 'who wrote it can not');
  await click(host, 'toggle-chat');
  await linesAre(host, 'an insult', 'a greeting');
  const focusIs = (wanted) => until(host, `the focus is on ${wanted}`, (id) => document.activeElement?.dataset.testid === id, wanted, 5_000);
  await focusIs('chat-input');
  while (await host.evaluate(() => document.activeElement?.dataset.testid !== 'delete-message')) await host.keyboard.press('Shift+Tab');
  await host.keyboard.press('ArrowUp');
  await host.keyboard.press('Enter');
  await focusIs('delete-yes');
  const found = await violations(host, 'asked whether to delete');
  await host.keyboard.press('Enter');
  for (const page of [host, guest]) await linesAre(page, 'Deleted by a host', 'a greeting');
  await focusIs('chat-messages');
  await until(guest, 'its writer is told', () => [...document.querySelectorAll('[data-testid="notice"]')].some((each) => each.textContent.includes('deleted a message of yours')));
  found.push(...await violations(guest, 'a deleted line'));
  assert.deepEqual(found, []);
  await guest.reload();
  await until(guest, 'Ben is back', () => window.__confab?.snapshot().phase === 'joined');
  await click(guest, 'toggle-chat');
  await linesAre(guest, 'a greeting');
  [host, guest].forEach((each) => noProblems(each));
});

test('a host does it all by keyboard, and what ends the meeting is asked once more', async (t) => {
  const { host } = await hosted(t);
  const focusIs = (wanted) => until(host, `the focus is on ${wanted}`, (id) => document.activeElement?.dataset.testid === id, wanted, 5_000);
  await host.focus('[data-testid="host-menu"]');
  await host.keyboard.press('Enter');
  await focusIs('mute-all');
  await host.keyboard.press('ArrowDown');
  await focusIs('lower-hands');
  await host.keyboard.press('ArrowDown');
  await focusIs('lock');
  await host.keyboard.press('Enter');
  await focusIs('host-menu');
  await shows(host, 'is-locked');
  await until(host, 'it is said', () => [...document.querySelectorAll('[data-testid="notice"]')].some((each) => each.textContent.includes('locked') && each.getAttribute('role') === 'status'));
  await host.keyboard.press('Enter');
  await focusIs('mute-all');
  await host.keyboard.press('Escape');
  await focusIs('host-menu');
  await host.keyboard.press('Enter');
  await focusIs('mute-all');
  await host.keyboard.press('End');
  await focusIs('end-for-all');
  await host.keyboard.press('Enter');
  await shows(host, 'confirm');
  await host.keyboard.press('Escape');
  await focusIs('host-menu');
  assert.equal((await snapshot(host)).phase, 'joined');
  noProblems(host);
});

test('axe finds nothing in what hosts see, and before the door', async (t) => {
  const { host, link, code } = await hosted(t, { lobby: true });
  const guest = await freshPage(t);
  await knock(guest, link, 'Ben');
  await shows(guest, 'phase-lobby');
  await shows(host, 'waiting-badge');
  await click(host, 'toggle-people');
  await shows(host, 'lobby');
  const found = await violations(host, 'People with somebody who waits');
  found.push(...await violations(guest, 'waiting'));
  await host.focus('[data-testid="room-code"]');
  await click(host, 'host-menu');
  await shows(host, 'host-actions');
  await click(host, 'room-settings');
  await shows(host, 'room-dialog');
  found.push(...await violations(host, 'the room’s settings'));
  await host.fill('[data-testid="room-password"]', 'sesame');
  await click(host, 'set-password');
  await shows(host, 'drop-password');
  const other = await freshPage(t);
  await knock(other, link, 'Cyd');
  await shows(other, 'phase-password');
  found.push(...await violations(other, 'the password'));
  assert.deepEqual(found, []);
});
