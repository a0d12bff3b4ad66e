// Accounts from outside: who may sign up and in, what a session is worth, and to whom a room belongs.
import test from 'node:test';
import assert from 'node:assert/strict';
import { linkIn, password, startWithAccounts } from './lib/accounts.mjs';
import { sign, until } from './lib/access.mjs';
import { openDatabase } from './lib/database.mjs';

// When the server has taken note of a key: what it is shown by.
async function known(browser, key) {
  const authorization = `Basic ${Buffer.from(`${key.id}:${key.secret}`).toString('base64')}`;
  await until(async () => (await browser.ask('GET', '/api/keys', undefined, { authorization })).status === 403);
  return authorization;
}

const anySetting = { lobby: true, locked: true, password: 'sesame' };

test('who signs up is known by their browser until they sign out', async (t) => {
  const { browser } = await startWithAccounts(t);
  const ada = browser();
  assert.equal(await ada.me(), null);
  const { set } = await ada.post('/api/auth/sign-up', { email: ' Ada@Example.org ', name: 'Ada', password });
  assert.match(set, /^confab-session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax; Max-Age=\d+$/);
  assert.deepEqual({ ...(await ada.me()), id: '' }, { id: '', email: 'ada@example.org', name: 'Ada', hasPassword: true });
  const before = ada.cookie;
  assert.equal((await ada.post('/api/auth/sign-out', {})).status, 200);
  assert.equal(ada.cookie, undefined);
  ada.cookie = before;
  assert.equal(await ada.me(), null, 'what the browser had is worth nothing');
  assert.equal((await ada.post('/api/auth/sign-out', {})).status, 401);
});

test('each sign-in is a session of its own, and the one before it in that browser ends', async (t) => {
  const { browser } = await startWithAccounts(t);
  const [desk, phone] = [browser(), browser()];
  await desk.signUp();
  assert.equal((await phone.signIn()).status, 200);
  const first = desk.cookie;
  await desk.signIn();
  assert.notEqual(desk.cookie, first);
  const old = browser();
  old.cookie = first;
  assert.equal(await old.me(), null);
  assert.ok(await phone.me());
  await desk.post('/api/auth/sign-out', { everywhere: true });
  assert.equal(await phone.me(), null);
});

test('an unknown address and a wrong password are answered alike, and only so often', async (t) => {
  const { browser } = await startWithAccounts(t);
  await browser().signUp();
  const eve = browser();
  const wrong = await eve.signIn('ada@example.org', 'not it at all');
  const unknown = await eve.signIn('nobody@example.org', 'not it at all');
  assert.equal(wrong.status, 401);
  assert.deepEqual(wrong.body, unknown.body);
});

test('guesses that come at once are no more than those one after the other, and then the right one is not looked at either', async (t) => {
  const { browser } = await startWithAccounts(t);
  await browser().signUp();
  const eve = browser();
  const answers = await Promise.all(Array.from({ length: 60 }, (_, i) => browser().signIn('ada@example.org', `guess number ${i}`)));
  const looked = answers.filter(({ status }) => status === 401).length;
  assert.ok(looked >= 10 && looked < 20, `${looked}: ten, and one in ten seconds`);
  assert.ok(answers.every(({ status }) => status === 401 || status === 429));
  const right = await Promise.all(Array.from({ length: 20 }, () => eve.signIn()));
  assert.ok(right.some(({ status, headers }) => status === 429 && headers.get('retry-after') === '10'));
});

test('no other page signs anybody in, up or out', async (t) => {
  const { browser } = await startWithAccounts(t);
  const ada = browser();
  await ada.signUp();
  const credentials = { email: 'ada@example.org', password };
  const stranger = browser();
  for (const page of [{}, { origin: 'https://evil.example' }, { origin: 'null' }, { 'sec-fetch-site': 'same-site' }, { 'sec-fetch-site': 'cross-site' }]) {
    stranger.page = page;
    stranger.cookie = ada.cookie;
    for (const path of ['sign-in', 'sign-up', 'sign-out', 'password', 'link']) {
      assert.equal((await stranger.post(`/api/auth/${path}`, credentials)).status, 403, `${path} by ${JSON.stringify(page)}`);
    }
  }
  assert.equal((await ada.post('/api/auth/sign-in', credentials, { 'content-type': 'text/plain' })).status, 400);
  assert.ok(await ada.me());
  const modern = browser();
  modern.page = { 'sec-fetch-site': 'same-origin' };
  assert.equal((await modern.signIn()).status, 200);
});

test('what is typed has limits, and each says which', async (t) => {
  const { browser } = await startWithAccounts(t);
  const ada = browser();
  const tried = async (change) => {
    const { status, body } = await ada.post('/api/auth/sign-up', { email: 'ada@example.org', name: 'Ada', password, ...change });
    return `${status} ${JSON.stringify(body).match(/email|password|name|too/)?.[0]}`;
  };
  assert.equal(await tried({ email: 'ada' }), '400 email');
  assert.equal(await tried({ email: `${'a'.repeat(250)}@example.org` }), '413 email');
  assert.equal(await tried({ password: 'short' }), '400 password');
  assert.equal(await tried({ password: 'x'.repeat(1025) }), '413 password');
  assert.equal(await tried({ name: ' ' }), '400 name');
  assert.equal(await tried({ password: undefined }), '400 password');
  assert.equal((await ada.post('/api/auth/sign-up', { email: 'ada@example.org', name: 'Ada', password: 'x'.repeat(1024) })).status, 201);
  assert.equal((await browser().post('/api/auth/sign-up', { email: 'ADA@example.org', name: 'Eve', password })).status, 409);
});

test('a new password needs the old one and ends every other session', async (t) => {
  const { browser } = await startWithAccounts(t);
  const [desk, phone] = [browser(), browser()];
  await desk.signUp();
  await phone.signIn();
  assert.equal((await desk.post('/api/auth/password', { current: 'not it at all', password: 'battery staple' })).status, 403);
  assert.ok(await phone.me());
  assert.equal((await desk.post('/api/auth/password', { current: password, password: 'battery staple' })).status, 200);
  assert.ok(await desk.me());
  assert.equal(await phone.me(), null);
  assert.equal((await phone.signIn()).status, 401);
  assert.equal((await phone.signIn('ada@example.org', 'battery staple')).status, 200);
});

test('where accounts are off there are none, and where they are by invitation the operator makes them', async (t) => {
  const off = await startWithAccounts(t, 'off');
  assert.equal((await off.browser().signIn()).status, 404);
  assert.equal((await off.browser().ask('GET', '/api/config')).body.accounts.signIn, false);
  const { browser, confab, server } = await startWithAccounts(t, 'invite');
  const ada = browser();
  const { accounts } = (await ada.ask('GET', '/api/config')).body;
  assert.deepEqual(accounts, { signIn: true, signUp: false, guestsCreate: true, guestsJoin: true });
  assert.equal((await ada.post('/api/auth/sign-up', { email: 'ada@example.org', name: 'Ada', password })).status, 403);
  const made = confab('account', 'create', 'ada@example.org', '--name', 'Ada L');
  assert.equal((await ada.signIn()).status, 401, 'it has no password yet');
  const link = linkIn(made);
  assert.equal((await ada.post('/api/auth/link', { link, password: 'short' })).status, 400);
  assert.equal((await ada.post('/api/auth/link', { link, password })).status, 200);
  assert.equal((await ada.me()).name, 'Ada L');
  assert.equal((await browser().post('/api/auth/link', { link, password })).status, 404, 'once');
  assert.ok(!server.log.join('').includes(link));
});

test('the operator resets a password and disables an account', async (t) => {
  const { browser, confab } = await startWithAccounts(t);
  const ada = browser();
  const { id } = await ada.signUp();
  const first = linkIn(confab('account', 'reset', 'ada@example.org'));
  const link = linkIn(confab('account', 'reset', 'ada@example.org'));
  assert.ok(await ada.me(), 'until the link is used');
  assert.equal((await browser().post('/api/auth/link', { link: first, password: 'battery staple' })).status, 404);
  assert.equal((await browser().post('/api/auth/link', { link, password: 'battery staple' })).status, 200);
  assert.equal(await ada.me(), null);
  assert.equal((await ada.signIn('ada@example.org', 'battery staple')).status, 200);
  confab('account', 'disable', 'ada@example.org');
  assert.equal(await ada.me(), null);
  assert.equal((await ada.signIn('ada@example.org', 'battery staple')).status, 401);
  const [listed] = confab('account', 'list');
  assert.deepEqual([listed.id, listed.email, listed.disabledAt > 0], [id, 'ada@example.org', true]);
  confab('account', 'enable', 'ada@example.org');
  assert.equal((await ada.signIn('ada@example.org', 'battery staple')).status, 200);
});

test('a session outlives the server, and not its time', async (t) => {
  const { browser, server } = await startWithAccounts(t, 'open', ['--auth-session-lifetime', '1min']);
  const ada = browser();
  await ada.signUp();
  await server.kill();
  await server.launch();
  assert.ok(await ada.me());
  const db = openDatabase(server);
  db.exec('UPDATE sessions SET created_at_ms = created_at_ms - 61000');
  db.close();
  const { body, set } = await ada.ask('GET', '/api/auth/me');
  assert.equal(body.account, null);
  assert.match(set, /Max-Age=0/, 'the browser shows it no more');
});

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
  const { browser } = await startWithAccounts(t, 'open', ['--auth-anonymous-create=false', '--auth-anonymous-join=false']);
  const [ada, guest] = [browser(), browser()];
  await ada.signUp();
  assert.equal((await guest.ask('POST', '/api/rooms', {})).status, 401);
  const { code, hostKey } = await ada.makeRoom();
  const refused = await guest.join(code);
  assert.equal(refused.error, 'unauthenticated');
  assert.match(refused.answer.error.message, /sign in/);
  assert.equal((await guest.join(code, { hostKey: `${hostKey}x` })).error, 'unauthenticated');
  assert.equal((await guest.join(code, { hostKey })).role, 'host', 'who has the key is no guest');
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
  assert.equal((await make(phone)).hostKey, room.hostKey);
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

test('who is signed out, disabled or has a new password is out of every meeting soon, and nobody else', async (t) => {
  const { browser, confab } = await startWithAccounts(t);
  const people = {};
  for (const name of ['everywhere', 'here', 'disabled', 'reset', 'stays']) {
    people[name] = browser();
    await people[name].signUp(`${name}@example.org`, name);
  }
  const { code } = await people.stays.makeRoom();
  const seats = {};
  for (const [name, who] of Object.entries(people)) seats[name] = (await who.join(code, { name })).client;
  const guest = (await browser().join(code)).client;
  await people.everywhere.post('/api/auth/sign-out', { everywhere: true });
  // A join that is refused changes nothing of the seat that there is.
  assert.ok((await seats.everywhere.ask('join', { room: code, name: 'again' })).error);
  assert.ok((await seats.everywhere.ask('join', { room: 7 })).error);
  await people.here.post('/api/auth/sign-out', {});
  confab('account', 'disable', 'disabled@example.org');
  const link = linkIn(confab('account', 'reset', 'reset@example.org'));
  await browser().post('/api/auth/link', { link, password: 'battery staple' });
  for (const name of ['everywhere', 'here', 'disabled', 'reset']) await seats[name].event('removed', () => true, 60_000);
  await seats.stays.settle();
  await guest.settle();
  assert.deepEqual([seats.stays.told('removed'), guest.told('removed')], [[], []]);
  assert.equal((await people.reset.join(code)).role, 'member', 'as a guest they come back');
});

test('what a host decides while the database is busy is in force, and kept when it is free again', async (t) => {
  const { browser, server } = await startWithAccounts(t);
  const ada = browser();
  await ada.signUp();
  const { code } = await ada.makeRoom();
  const host = (await ada.join(code)).client;
  const guest = await browser().join(code);
  const db = openDatabase(server);
  db.exec('BEGIN IMMEDIATE');
  await host.get('room:lock', { locked: true });
  await host.event('room:unkept', ({ unkept }) => unkept, 15_000);
  assert.equal((await browser().join(code)).error, 'forbidden', 'locked for whoever comes');
  db.exec('COMMIT');
  db.close();
  await host.event('room:unkept', ({ unkept }) => !unkept, 15_000);
  assert.deepEqual(guest.client.told('room:unkept'), []);
  await server.kill('SIGKILL');
  await server.launch();
  assert.equal((await ada.ask('GET', `/api/rooms/${code}`)).body.locked, true);
});

test('what was decided before the database was busy does not undo what REST changes when it is free', async (t) => {
  const { browser, server } = await startWithAccounts(t);
  const ada = browser();
  await ada.signUp();
  const { code } = await ada.makeRoom();
  const host = (await ada.join(code)).client;
  const db = openDatabase(server);
  db.exec('BEGIN IMMEDIATE');
  await host.get('room:set', { title: 'Older' });
  await host.event('room:unkept', ({ unkept }) => unkept, 15_000);
  await host.get('leave', {});
  assert.equal((await ada.ask('PATCH', `/api/rooms/${code}`, { title: 'Newer' })).status, 503);
  // Just after another attempt, of which the next comes two seconds later.
  const failed = async () => (await server.metrics()).confab_store_room_writes_failed_total;
  const before = await failed();
  await until(async () => (await failed()) > before);
  db.exec('COMMIT');
  db.close();
  const changed = await ada.ask('PATCH', `/api/rooms/${code}`, { title: 'Newer' });
  assert.equal(changed.body.settings?.title, 'Newer', JSON.stringify(changed.body));
  await server.untilGauge('confab_store_room_writes_waiting', 0);
  assert.equal((await ada.ask('GET', `/api/rooms/${code}`)).body.title, 'Newer');
});

test('what was done with accounts is in the audit log, and no secret of theirs anywhere', async (t) => {
  const { browser, confab, server } = await startWithAccounts(t);
  const ada = browser();
  const { id } = await ada.signUp();
  const { code } = await ada.makeRoom();
  await ada.ask('PATCH', `/api/rooms/${code}`, { title: 'Ours' });
  await ada.ask('DELETE', `/api/rooms/${code}`);
  await browser().signIn('ada@example.org', 'not it at all');
  await ada.post('/api/auth/sign-out', { everywhere: true });
  const key = confab('key', 'create', '--name', 'x', '--scope', 'ops');
  const authorization = await known(ada, key);
  const { entries } = (await ada.ask('GET', '/api/audit', undefined, { authorization })).body;
  const lines = entries.filter(({ target }) => target === `account:${id}`).map(({ action, outcome }) => `${action} ${outcome}`);
  assert.deepEqual(lines.reverse(), ['account.create ok', 'session.begin ok', 'session.refused unauthenticated', 'session.end-all ok']);
  const led = entries.filter(({ actor, target }) => actor === `account:${id}` && target.startsWith('room:')).map(({ action }) => action);
  assert.deepEqual(led, ['room.delete', 'room.act']);
  assert.ok(!JSON.stringify(entries).includes(code));
  const log = server.log.join('');
  assert.ok(!log.includes(password) && !log.includes('ada@example.org'));
});
