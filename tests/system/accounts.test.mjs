// Accounts from outside: who may sign up and in, and what a session is worth.
import test from 'node:test';
import assert from 'node:assert/strict';
import { known, linkIn, password, promote, startWithAccounts } from './lib/accounts.mjs';
import { openDatabase } from './lib/database.mjs';

test('who signs up is known by their browser until they sign out', async (t) => {
  const { browser } = await startWithAccounts(t);
  const ada = browser();
  assert.equal(await ada.me(), null);
  const { set } = await ada.post('/api/auth/sign-up', { email: ' Ada@Example.org ', name: 'Ada', password });
  assert.match(set, /^confab-session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax; Max-Age=\d+$/);
  assert.deepEqual({ ...(await ada.me()), id: '' }, { id: '', email: 'ada@example.org', name: 'Ada', hasPassword: true, operator: false });
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
    for (const path of ['sign-in', 'sign-up', 'sign-out', 'password', 'delete', 'link']) {
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

test('who deletes their account is gone with their rooms, and what goes on in them ends', async (t) => {
  const { browser, confab } = await startWithAccounts(t);
  const [ada, phone, ben] = [browser(), browser(), browser()];
  const { id } = await ada.signUp();
  await phone.signIn();
  await ben.signUp('ben@example.org', 'Ben');
  const [{ code }, { code: another }] = [await ada.makeRoom(), await ben.makeRoom()];
  const [guest, elsewhere] = [await browser().join(code), await browser().join(another)];
  assert.equal((await ada.post('/api/auth/delete', {})).status, 403);
  assert.equal((await ada.post('/api/auth/delete', { password: 'not it at all' })).status, 403);
  assert.ok(await ada.me());
  assert.equal((await ada.post('/api/auth/delete', { password })).status, 200);
  await guest.client.event('meeting:ended', () => true);
  assert.equal(ada.cookie, undefined);
  assert.equal(await phone.me(), null);
  assert.equal((await ada.signIn()).status, 401);
  assert.equal((await ben.ask('GET', `/api/rooms/${code}`)).status, 404);
  assert.ok(await ben.me());
  await elsewhere.client.settle();
  assert.deepEqual(elsewhere.client.told('meeting:ended'), []);
  // By the operator, with what is there by then.
  await ada.signUp();
  const room = await ada.makeRoom();
  const { rooms } = confab('account', 'delete', 'ada@example.org');
  assert.equal(rooms, 1);
  assert.equal(await ada.me(), null);
  assert.equal((await ben.ask('GET', `/api/rooms/${room.code}`)).status, 404);
  assert.deepEqual(confab('account', 'list').map(({ email }) => email), ['ben@example.org']);
  const authorization = await known(ben, confab('key', 'create', '--name', 'x', '--scope', 'ops'));
  const { entries } = (await ben.ask('GET', '/api/audit', undefined, { authorization })).body;
  const deleted = entries.filter(({ action }) => action === 'account.delete').map(({ actor, outcome }) => `${actor} ${outcome}`);
  assert.deepEqual(deleted.reverse(), [`account:${id} unauthenticated`, `account:${id} unauthenticated`, `account:${id} ok`, 'cli ok']);
});

test('whom the operator lets look after the server does so when signed in, until that is taken back', async (t) => {
  const { browser, confab, server } = await startWithAccounts(t);
  const [ada, ben] = [browser(), browser()];
  const { id } = await ada.signUp();
  await ben.signUp('ben@example.org', 'Ben');
  const looks = async (who) => (await who.ask('GET', '/api/stats')).status;
  assert.deepEqual([await looks(ada), await looks(ben), await looks(browser())], [401, 401, 401], 'nobody by default');
  assert.throws(() => confab('account', 'promote', 'ada@example.org'), /reset comes first/, 'whoever signed up may be anybody');
  assert.equal(await looks(ada), 401);
  const before = browser();
  const link = linkIn(confab('account', 'reset', 'ada@example.org'));
  assert.equal((await before.post('/api/auth/link', { link, password })).status, 200);
  confab('account', 'promote', 'ada@example.org');
  assert.equal(await looks(before), 401, 'what was open before is not an operator\'s');
  assert.equal((await ada.signIn()).status, 200);
  assert.deepEqual([await looks(ada), await looks(ben)], [200, 401]);
  assert.equal((await ada.me()).operator, true);
  const [node] = (await ada.ask('GET', '/api/nodes')).body.nodes;
  assert.equal((await ada.post(`/api/nodes/${node.id}/drain`, {})).status, 200);
  assert.equal((await ada.ask('DELETE', `/api/nodes/${node.id}/drain`)).status, 200);
  const { entries } = (await ada.ask('GET', '/api/audit')).body;
  const done = entries.map(({ actor, action, target }) => `${actor} ${action} ${target}`);
  for (const line of [`account:${id} node.drain node:${node.id}`, `cli account.promote account:${id}`]) assert.ok(done.includes(line), done.join('\n'));
  assert.equal((await ada.ask('GET', '/api/keys')).status, 401, 'nothing else comes with it');
  const evil = browser();
  for (const [page, status] of [[{ origin: 'https://evil.example' }, 403], [{}, 401], [{ 'sec-fetch-site': 'same-site' }, 401]]) {
    Object.assign(evil, { cookie: ada.cookie, page });
    assert.equal((await evil.post(`/api/nodes/${node.id}/drain`, {})).status, status, JSON.stringify(page));
  }
  confab('account', 'demote', 'ada@example.org');
  assert.equal(await looks(ada), 401);
  await promote(confab, ada);
  assert.equal(await looks(ada), 200);
  confab('account', 'disable', 'ada@example.org');
  assert.equal(await looks(ada), 401);
  assert.ok(!server.log.join('').includes('ada@example.org'));
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
