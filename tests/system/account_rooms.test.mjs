// Rooms of accounts from outside: to whom they belong, and who leads them by what.
import test from 'node:test';
import assert from 'node:assert/strict';
import { known, startWithAccounts } from './lib/accounts.mjs';
import { sign } from './lib/access.mjs';
import { openDatabase } from './lib/database.mjs';

const anySetting = { lobby: true, locked: true, password: 'sesame' };

test('the owner is host on each device, whatever bars the door, and nobody else is', async (t) => {
  const { browser } = await startWithAccounts(t);
  const [desk, phone, guest, ben] = [browser(), browser(), browser(), browser()];
  await desk.signUp();
  await phone.signIn();
  await ben.signUp('ben@example.org', 'Ben');
  const { code } = await desk.makeRoom({ title: 'Weekly', ...anySetting });
  for (const device of [desk, phone]) {
    const seat = await device.join(code);
    assert.equal(seat.role, 'host', JSON.stringify(seat.answer));
  }
  for (const [who, headers] of [[guest], [ben], [desk, { origin: 'https://evil.example' }]]) {
    const outcome = await who.join(code, { headers }).catch((error) => ({ error: `${error.message}` }));
    assert.notEqual(outcome.role, 'host');
    assert.ok(outcome.error);
  }
  const listed = (await phone.ask('GET', '/api/auth/rooms')).body.rooms;
  assert.deepEqual(listed.map(({ code: each, title }) => [each, title]), [[code, 'Weekly']]);
  assert.deepEqual((await ben.ask('GET', '/api/auth/rooms')).body.rooms, []);
  assert.equal((await guest.ask('GET', '/api/auth/rooms')).status, 401);
});

test('who has signed out joins no more as the owner by a socket that is still open', async (t) => {
  const { browser } = await startWithAccounts(t);
  const ada = browser();
  await ada.signUp();
  const { code } = await ada.makeRoom();
  const seat = await ada.join(code);
  assert.equal(seat.role, 'host');
  await seat.client.get('leave', {});
  await ada.post('/api/auth/sign-out', {});
  const again = await seat.client.get('join', { room: code, name: 'Ada' });
  assert.equal(again.self.role, 'member');
});

test('who has signed out or is disabled leads a room of theirs by nothing that their browser kept', async (t) => {
  const { browser, confab, server } = await startWithAccounts(t);
  const ada = browser();
  await ada.signUp();
  const { code, hostKey } = await ada.makeRoom();
  assert.equal(hostKey, undefined);
  // As a room of before has it, when every room had a key.
  const { code: keyed, hostKey: kept } = (await browser().ask('POST', '/api/rooms', {})).body;
  assert.equal((await browser().join(keyed, { hostKey: kept })).role, 'host');
  const db = openDatabase(server);
  db.exec(`UPDATE rooms SET owner = (SELECT owner FROM rooms WHERE code = '${code}'), host_key_hash = (SELECT host_key_hash FROM rooms WHERE code = '${keyed}') WHERE code = '${code}'`);
  db.close();
  await ada.post('/api/auth/sign-out', {});
  confab('account', 'disable', 'ada@example.org');
  const guest = await browser().join(code, { hostKey: kept });
  assert.equal(guest.role, 'member');
  assert.equal((await browser().ask('PATCH', `/api/rooms/${code}`, { title: 'Mine' }, { authorization: `Bearer ${kept}` })).status, 401);
});

test('a token goes before the account, and a seat of the account comes back with it alone', async (t) => {
  const { browser, confab } = await startWithAccounts(t);
  const ada = browser();
  await ada.signUp();
  const { code } = await ada.makeRoom();
  const key = confab('key', 'create', '--name', 'x', '--scope', 'join');
  await known(ada, key);
  const guestToken = await sign(key, { sub: 'ada', role: 'viewer' });
  const asViewer = await ada.join(code, { auth: { token: guestToken } });
  assert.equal(asViewer.role, 'viewer');
  asViewer.client.close();
  const seat = await ada.join(code);
  const { participantId, resumeToken } = seat.answer;
  seat.client.drop();
  seat.client.close();
  const thief = await browser().join(code, { resumeToken });
  assert.notEqual(thief.answer.participantId, participantId);
  const back = await ada.join(code, { resumeToken });
  assert.equal(back.answer.participantId, participantId);
  assert.equal(back.role, 'host');
});

test('where guests may make and join nothing, who is signed in may', async (t) => {
  const { browser, confab } = await startWithAccounts(t, 'open', ['--auth-anonymous-create=false', '--auth-anonymous-join=false']);
  const [ada, guest] = [browser(), browser()];
  await ada.signUp();
  assert.equal((await guest.ask('POST', '/api/rooms', {})).status, 401);
  const { code } = await ada.makeRoom();
  const authorization = await known(ada, confab('key', 'create', '--name', 'x', '--scope', 'rooms'));
  const { code: another, hostKey } = (await guest.ask('POST', '/api/rooms', {}, { authorization })).body;
  const refused = await guest.join(code);
  assert.equal(refused.error, 'unauthenticated');
  assert.match(refused.answer.error.message, /sign in/);
  assert.equal((await guest.join(another, { hostKey: `${hostKey}x` })).error, 'unauthenticated');
  assert.equal((await guest.join(another, { hostKey })).role, 'host', 'who has the key is no guest');
  assert.equal((await ada.join(code)).role, 'host');
});

test('who is signed in makes a room once for each key, from whichever browser, and nobody else has its answer', async (t) => {
  const { browser } = await startWithAccounts(t);
  const [desk, phone, ben] = [browser(), browser(), browser()];
  await desk.signUp();
  await phone.signIn();
  await ben.signUp('ben@example.org', 'Ben');
  const make = async (who) => (await who.ask('POST', '/api/rooms', {}, { 'idempotency-key': 'monday' })).body;
  const room = await make(desk);
  assert.deepEqual(await make(phone), room);
  assert.notEqual((await make(ben)).code, room.code);
  assert.equal((await browser().ask('POST', '/api/rooms', {}, { 'idempotency-key': 'monday' })).status, 400, 'guests need a long one');
});

test('the owner changes and deletes the room by REST, from a page of ours alone', async (t) => {
  const { browser } = await startWithAccounts(t);
  const [ada, ben] = [browser(), browser()];
  await ada.signUp();
  await ben.signUp('ben@example.org', 'Ben');
  const { code } = await ada.makeRoom();
  assert.equal((await ben.ask('PATCH', `/api/rooms/${code}`, { title: 'Mine' })).status, 403);
  assert.equal((await ben.ask('GET', `/api/rooms/${code}`)).body.settings, undefined);
  assert.equal((await ada.ask('GET', `/api/rooms/${code}`)).body.settings.locked, false);
  assert.equal((await ada.ask('PATCH', `/api/rooms/${code}`, { title: 'Ours' })).status, 200);
  const elsewhere = browser();
  elsewhere.cookie = ada.cookie;
  elsewhere.page = {};
  assert.equal((await elsewhere.ask('DELETE', `/api/rooms/${code}`)).status, 401);
  assert.equal((await ada.ask('DELETE', `/api/rooms/${code}`)).status, 200);
});

test('the owner asks of a room by REST as often as a key may, and no oftener', async (t) => {
  const { browser } = await startWithAccounts(t, 'open', [], { CONFAB_AUTH_IDENTITY_BURST: '3', CONFAB_AUTH_IDENTITY_PER_SECOND: '1' });
  const [ada, ben] = [browser(), browser()];
  await ada.signUp();
  await ben.signUp('ben@example.org', 'Ben');
  const [{ code }, { code: another }] = [await ada.makeRoom(), await ben.makeRoom()];
  const answers = await Promise.all(Array.from({ length: 10 }, () => ada.ask('PATCH', `/api/rooms/${code}`, { title: 'Ours' })));
  assert.deepEqual([...new Set(answers.map(({ status }) => status))].sort(), [200, 429]);
  assert.ok(answers.find(({ status }) => status === 429).headers.get('retry-after'));
  assert.equal((await ben.ask('PATCH', `/api/rooms/${another}`, { title: 'Mine' })).status, 200, 'others are not held up');
});
