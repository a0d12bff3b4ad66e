// Rates that two nodes share by a real Redis, and what each does by itself when that is away or slow.
import test from 'node:test';
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { binary, freePorts, Server } from '../browser/lib/server.mjs';
import { until } from '../system/lib/access.mjs';
import { openDatabase } from '../system/lib/database.mjs';
import { request } from '../system/lib/raw.mjs';

async function startRedis(t, port) {
  const child = spawn('redis-server', ['--bind', '127.0.0.1', '--port', `${port}`, '--save', '', '--requirepass', 'sesame'], { stdio: 'ignore' });
  t.after(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  });
  return child;
}

// Two nodes with one key, each of which lets 40 requests through at once, and then one a second.
async function startTwo(t, redisUrl) {
  const env = { CONFAB_REDIS_URL: redisUrl, CONFAB_HTTP_REST_BURST: '40', CONFAB_HTTP_REST_PER_SECOND: '1', CONFAB_AUTH_IDENTITY_BURST: '40', CONFAB_AUTH_IDENTITY_PER_SECOND: '1' };
  const [first, second] = [await Server.start({ env }), await Server.start({ env })];
  t.after(() => Promise.all([first.stop(), second.stop()]));
  return [first, second];
}

// Counts, and asserts that nobody waits.
async function ask(server, count, from, headers = {}, path = '/api/config') {
  const found = {};
  for (let i = 0; i < count; ++i) {
    const begun = Date.now();
    const { status } = await request(server, 'GET', path, { from, headers });
    assert.ok(Date.now() - begun < 900, 'nothing waits for Redis');
    found[status] = (found[status] ?? 0) + 1;
  }
  return found;
}
const isUp = async (server) => (await server.metrics()).confab_redis_up === 1;

test('what one node lets through counts on the other, and each is by itself while Redis is slow or away', async (t) => {
  const port = await freePorts(1, '127.0.0.1');
  const redis = await startRedis(t, port);
  const [first, second] = await startTwo(t, `redis://:sesame@127.0.0.1:${port}/1`);
  await until(async () => await isUp(first) && await isUp(second));

  assert.deepEqual(await ask(first, 40, '127.0.9.1'), { 200: 40 });
  await until(async () => (await ask(second, 1, '127.0.9.1'))[429] === 1);
  assert.deepEqual(await ask(second, 5, '127.0.9.2'), { 200: 5 }, 'other addresses are not held up');
  const { confab_shared_rates_refused_total: refused } = await second.metrics();
  assert.ok(refused > 0, 'and it says why');

  // Stopped, it takes connections and answers nothing.
  redis.kill('SIGSTOP');
  assert.deepEqual(await ask(second, 35, '127.0.9.3'), { 200: 35 });
  await until(async () => !(await isUp(second)), 10_000);
  assert.deepEqual(await ask(first, 35, '127.0.9.3'), { 200: 35 }, 'the rate of each node holds');
  const more = await ask(first, 20, '127.0.9.3');
  assert.ok(more[429] >= 10, `alone as well: ${JSON.stringify(more)}`);
  await until(async () => (await ask(second, 1, '127.0.9.1'))[200] === 1, 15_000);

  redis.kill('SIGCONT');
  await until(async () => await isUp(first) && await isUp(second), 10_000);
  assert.deepEqual(await ask(first, 40, '127.0.9.4'), { 200: 40 });
  await until(async () => (await ask(second, 1, '127.0.9.4'))[429] === 1);
  const log = first.log.join('') + second.log.join('');
  assert.match(log, /redis_away/);
  assert.ok(!log.includes('sesame'));
});

test('a key has one rate on both nodes', async (t) => {
  const port = await freePorts(1, '127.0.0.1');
  await startRedis(t, port);
  const [first, second] = await startTwo(t, `redis://:sesame@127.0.0.1:${port}`);
  const key = JSON.parse(execFileSync(binary, ['key', 'create', '--name', 'x', '--scope', 'ops', '--data', first.dataDir, '--json'], { encoding: 'utf8' }));
  // As if they had one database and one token key.
  await second.kill();
  execFileSync('cp', [`${first.dataDir}/token.key`, second.dataDir]);
  const db = openDatabase(second);
  db.exec(`ATTACH '${first.dataDir}/confab.db' AS first; INSERT INTO api_keys SELECT * FROM first.api_keys`);
  db.close();
  await second.launch();
  await until(async () => await isUp(first) && await isUp(second));
  const headers = { authorization: `Basic ${Buffer.from(`${key.id}:${key.secret}`).toString('base64')}` };
  let address = 0;
  const asked = async (server) => (await ask(server, 1, `127.0.8.${++address}`, headers, '/api/stats'))[200] === 1;
  await until(() => asked(first));
  let letThrough = 0;
  for (let i = 0; i < 60; ++i) letThrough += await asked(first) ? 1 : 0;
  assert.ok(letThrough >= 30 && letThrough < 60, `${letThrough}`);
  await until(async () => !(await asked(second)));
});

test('a server that is told to share by what is no Redis says so and does not start', async (t) => {
  const dir = await mkdtemp(path.join(tmpdir(), 'confab-redis-'));
  t.after(() => rm(dir, { recursive: true }));
  const [http, admin] = [await freePorts(1, '127.0.0.1'), await freePorts(1, '127.0.0.1')];
  for (const url of ['http://127.0.0.1', 'rediss://127.0.0.1', 'redis://']) {
    assert.throws(() => execFileSync(binary, ['serve', '--data', dir, '--http', `127.0.0.1:${http}`, '--admin', `127.0.0.1:${admin}`, '--media-address', '127.0.0.1'], { env: { ...process.env, CONFAB_REDIS_URL: url }, stdio: 'pipe' }), /redis\.url/);
  }
});
