// The limits of what is kept for keys, tokens, webhooks and accounts: each is reached, and what is
// said then. What takes long to make is put into the database beforehand.
import test from 'node:test';
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { start } from './lib/access.mjs';
import { Browser, password } from './lib/accounts.mjs';
import { binary } from '../browser/lib/server.mjs';
import { openDatabase } from './lib/database.mjs';

const count = (n, columns) => `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${n}) SELECT ${columns} FROM n`;

test('keys, revoked tokens and webhooks have a limit, which is told, and what there is goes on', async (t) => {
  const { server, rest, key } = await start(t);
  const ask = async (method, path, body) => {
    const { status, body: answer } = await rest(method, path, { body });
    return [status, answer.code, answer.detail];
  };
  await server.kill();
  const db = openDatabase(server);
  db.exec(`INSERT INTO api_keys SELECT 'AKfull' || i, 'x', 'join', '', 1, 1 FROM (${count(999, 'i')})`);
  db.exec(`INSERT INTO revocations SELECT 'nobody', 'jti' || i, 9e15, ${Date.now()} FROM (${count(100_000, 'i')})`);
  db.exec(`INSERT INTO webhooks SELECT 'wh' || i, 'https://example.org/', '', '', 1 FROM (${count(100, 'i')})`);
  db.close();
  await server.launch();
  for (const end = Date.now() + 20_000; (await rest('GET', '/api/keys')).status !== 200;) assert.ok(Date.now() < end);
  assert.deepEqual(await ask('POST', '/api/keys', { name: 'one more', scopes: ['join'] }), [503, 'full', 'there are 1000 API keys already']);
  assert.deepEqual(await ask('DELETE', '/api/tokens/one-more'), [503, 'full', '100,000 tokens are revoked already; revoke the key instead']);
  assert.deepEqual(await ask('POST', '/api/webhooks', { url: 'https://example.org/' }), [503, 'full', 'there are 100 webhooks already']);
  assert.equal((await rest('GET', '/api/keys')).body.keys.length, 1000);
  assert.throws(() => execFileSync(binary, ['key', 'create', '--name', 'x', '--scope', 'join', '--data', server.dataDir], { stdio: 'pipe' }), /1000/);
  assert.equal((await rest('POST', '/api/tokens', { body: { identity: 'ada', video: { roomJoin: true } } })).status, 201);
  assert.ok(key.id);
});

test('an account has so many sessions, an address makes so many accounts, and the start page lists so many rooms', async (t) => {
  const { server } = await start(t, ['--accounts', 'open']);
  const browsers = Array.from({ length: 11 }, () => new Browser(server));
  const signUp = (browser, i) => browser.post('/api/auth/sign-up', { email: `a${i}@example.org`, name: 'Ada', password });
  const ada = browsers[0];
  for (let i = 0; i < 10; ++i) assert.equal((await signUp(browsers[i], i)).status, 201);
  const refused = await signUp(browsers[10], 10);
  assert.deepEqual([refused.status, refused.headers.get('retry-after')], [429, '60']);
  const { id } = await ada.me();
  const db = openDatabase(server);
  db.exec(`INSERT INTO rooms (id, code, created_at_ms, used_at_ms, owner) SELECT 'rm_' || i, 'code' || i, i, ${Date.now()}, 'account:${id}' FROM (${count(120, 'i')})`);
  const { generation } = db.prepare('SELECT generation FROM accounts WHERE id = ?').get(id);
  db.exec(`INSERT INTO sessions SELECT 'hash' || i, '${id}', ${generation}, ${Date.now()}, ${Date.now()} - i FROM (${count(80, 'i')})`);
  const { rooms } = (await ada.ask('GET', '/api/auth/rooms')).body;
  assert.deepEqual([rooms.length, rooms[0].code], [100, 'code120']);
  assert.equal((await ada.signIn('a0@example.org')).status, 200);
  assert.ok(await ada.me());
  const { held } = db.prepare('SELECT count(*) AS held FROM sessions WHERE account = ?').get(id);
  db.close();
  assert.ok(held <= 50, `${held}`);
});
