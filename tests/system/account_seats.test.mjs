// What becomes of seats and decisions when accounts end, and while the database is busy. Apart from the
// other tests of accounts, since these wait for what is looked at every half minute.
import test from 'node:test';
import assert from 'node:assert/strict';
import { linkIn, startWithAccounts } from './lib/accounts.mjs';
import { until } from './lib/access.mjs';
import { openDatabase } from './lib/database.mjs';

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
