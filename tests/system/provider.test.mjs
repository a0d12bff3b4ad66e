// Signing in by a provider of OpenID Connect: what it may say, and what is made of it.
import test from 'node:test';
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import * as jose from 'jose';
import { binary, Server } from '../browser/lib/server.mjs';
import { until } from './lib/access.mjs';
import { Browser, linkIn, password } from './lib/accounts.mjs';
import { openDatabase } from './lib/database.mjs';
import { Provider } from './lib/provider.mjs';

async function start(t, { mode = 'open' } = {}) {
  const provider = await Provider.start(t);
  const server = await Server.start({
    args: ['--accounts', mode, '--auth-oidc-issuer', provider.issuer, '--auth-oidc-client-id', provider.client.id,
      '--auth-public-url', 'http://127.0.0.1:1', '--auth-oidc-name', 'the office'],
    env: { CONFAB_AUTH_OIDC_CLIENT_SECRET: provider.client.secret },
  });
  t.after(() => server.stop());
  return { provider, server, browser: () => new Visitor(server) };
}

// A browser that follows redirects, and keeps more than one cookie.
class Visitor extends Browser {
  jar = new Map();

  get headers() {
    const cookies = [...this.jar].map(([name, value]) => `${name}=${value}`).join('; ');
    return { ...this.page, ...(cookies ? { cookie: cookies } : {}) };
  }

  async get(url) {
    const response = await fetch(url, { redirect: 'manual', headers: url.startsWith(this.base) ? this.headers : {} });
    for (const set of response.headers.getSetCookie()) {
      const [pair] = set.split(';');
      const at = pair.indexOf('=');
      if (/Max-Age=0/.test(set)) this.jar.delete(pair.slice(0, at));
      else this.jar.set(pair.slice(0, at), pair.slice(at + 1));
    }
    // What is said of public_url is this server by another name.
    return { status: response.status, location: response.headers.get('location')?.replace('http://127.0.0.1:1/', `${this.base}/`), headers: response.headers };
  }

  // Where the browser ends up.
  async visit(next = '/', { onWay = async () => undefined } = {}) {
    const away = await this.get(`${this.base}/api/auth/provider?next=${encodeURIComponent(next)}`);
    if (!away.location.startsWith('http')) return away.location;
    const back = await this.get(away.location);
    await onWay(back.location);
    return (await this.get(back.location)).location;
  }
}

test('who comes by the provider is signed in, as the same person each time', async (t) => {
  const { browser, provider } = await start(t);
  const ada = browser();
  assert.equal((await ada.ask('GET', '/api/config')).body.accounts.provider, 'the office');
  assert.equal(await ada.visit('/room/abc-defg-hij'), '/room/abc-defg-hij');
  const account = await ada.me();
  assert.deepEqual([account.email, account.name, account.hasPassword], ['ada@example.org', 'Ada', false]);
  provider.person = { ...provider.person, email: 'another@example.org', name: 'Ada L' };
  await provider.rotate();
  const again = browser();
  assert.equal(await again.visit(), '/');
  assert.equal((await again.me()).id, account.id, 'known by issuer and sub, also with a new key and address');
});

test('who comes by the provider again has one session in that browser, not two', async (t) => {
  const { browser } = await start(t);
  const ada = browser();
  await ada.visit();
  const before = browser();
  before.jar = new Map(ada.jar);
  assert.ok(await before.me());
  // As a browser comes from another site: it says of no page of ours that it asks.
  const { page } = ada;
  await ada.visit('/', { onWay: () => { ada.page = { 'sec-fetch-site': 'cross-site' }; } });
  ada.page = page;
  assert.ok(await ada.me());
  assert.equal(await before.me(), null);
});

test('nothing that the provider says wrongly signs anybody in', async (t) => {
  const { browser, provider } = await start(t);
  const other = await jose.generateKeyPair('ES256');
  for (const [what, wrong] of Object.entries({
    'another key': { key: other }, 'another audience': { claims: { aud: 'them' } }, 'another issuer': { claims: { iss: 'https://evil.example' } },
    'another nonce': { claims: { nonce: 'x' } }, 'an old token': { claims: { exp: Math.floor(Date.now() / 1000) - 120 } },
    'no address of theirs': { claims: { email_verified: false } },
  })) {
    provider.wrong = wrong;
    const eve = browser();
    assert.match(await eve.visit(), /^\/account\?problem=(provider|no-account)$/, what);
    assert.equal(await eve.me(), null, what);
  }
});

test('a provider that calls itself by another name, or leads elsewhere, is not asked', async (t) => {
  const { browser, provider } = await start(t);
  for (const discovery of [{ issuer: 'https://evil.example' }, { token_endpoint: 'http://example.org/token' }]) {
    provider.wrong = { discovery };
    assert.equal(await browser().visit(), '/account?problem=provider');
  }
  assert.ok(!provider.asked.includes('/token'));
});

test('an answer that this browser did not ask for is not taken', async (t) => {
  const { browser, provider } = await start(t);
  const [ada, eve] = [browser(), browser()];
  let stolen;
  await ada.visit('/', { onWay: async (back) => { stolen = back; } });
  assert.equal((await eve.get(stolen)).location, '/account?problem=expired', 'without having begun');
  await eve.get(`${eve.base}/api/auth/provider`);
  assert.equal((await eve.get(stolen)).location, '/account?problem=expired', 'with a state of another');
  assert.equal(await eve.me(), null);
  assert.equal((await ada.get(stolen)).location, '/account?problem=expired', 'a second time');
  assert.ok(provider.codes.size <= 1);
});

test('after signing in nobody is sent to another site', async (t) => {
  const { browser } = await start(t);
  for (const next of ['https://evil.example', '//evil.example', '/\\evil.example', '/\t/evil.example', 'javascript:alert(1)']) {
    assert.equal(await browser().visit(next), '/', next);
  }
});

test('an account whose address an operator knows, and that has a password, is not given to who comes with it', async (t) => {
  const { browser, server } = await start(t);
  const made = JSON.parse(execFileSync(binary, ['account', 'create', 'ada@example.org', '--data', server.dataDir, '--json'], { encoding: 'utf8' }));
  const before = new Browser(server);
  assert.equal((await before.post('/api/auth/link', { link: linkIn(made), password })).status, 200);
  const ada = browser();
  assert.equal(await ada.visit(), '/account?problem=taken');
  assert.equal(await ada.me(), null);
  assert.ok(await before.me());
});

test('who signed up with an address of somebody else neither bars them from coming by the provider, nor is in their account then', async (t) => {
  const { browser, server } = await start(t);
  const clients = [];
  t.after(() => clients.forEach((client) => client.close()));
  const squatter = new Browser(server, clients);
  const { id } = await squatter.signUp('ada@example.org', 'Somebody before');
  const { code } = await squatter.makeRoom();
  const seat = await squatter.join(code);
  assert.equal(seat.role, 'host');
  const ada = browser();
  assert.equal(await ada.visit(), '/');
  const { id: own, hasPassword, name } = await ada.me();
  assert.deepEqual([own, hasPassword, name], [id, false, 'Ada']);
  assert.equal(await squatter.me(), null);
  assert.equal((await squatter.signIn()).status, 401, 'nor by the password that they chose');
  await seat.client.event('removed', () => true, 60_000);
  const again = browser();
  assert.equal(await again.visit(), '/');
  assert.equal((await again.me()).id, id);
});

test('who has no password deletes their account when they have just signed in', async (t) => {
  const { browser, server } = await start(t);
  const ada = browser();
  await ada.visit();
  const db = openDatabase(server);
  db.exec('UPDATE sessions SET created_at_ms = created_at_ms - 601000');
  assert.equal((await ada.post('/api/auth/delete', {})).status, 403);
  db.exec('UPDATE sessions SET created_at_ms = created_at_ms + 601000');
  db.close();
  assert.equal((await ada.post('/api/auth/delete', {})).status, 200);
  assert.equal(await ada.me(), null);
});

test('who was given an address that somebody else had there is not given their account', async (t) => {
  const { browser, provider } = await start(t);
  const ada = browser();
  await ada.visit();
  const { id } = await ada.me();
  provider.person = { ...provider.person, sub: '8', name: 'Ada, who came later' };
  const later = browser();
  assert.equal(await later.visit(), '/account?problem=taken');
  assert.equal(await later.me(), null);
  provider.person = { ...provider.person, sub: '7' };
  const again = browser();
  await again.visit();
  assert.equal((await again.me()).id, id);
});

test('one address comes back only so often, and the provider is not asked for more', async (t) => {
  const { browser, provider } = await start(t);
  const eve = browser();
  const away = await eve.get(`${eve.base}/api/auth/provider`);
  const state = new URL(away.location).searchParams.get('state');
  const tries = await Promise.all(Array.from({ length: 60 }, (_, i) =>
    fetch(`${eve.base}/api/auth/callback?state=${state}&code=guess${i}`, { redirect: 'manual', headers: eve.headers })));
  const busy = tries.filter(({ headers }) => headers.get('location') === '/account?problem=busy').length;
  assert.ok(busy >= 30, `${busy} of 60`);
  assert.ok(provider.asked.filter((path) => path === '/token').length <= 60 - busy);
});

test('where accounts are by invitation, the provider opens those that the operator made, and no other', async (t) => {
  const { browser, server, provider } = await start(t, { mode: 'invite' });
  const confab = (...words) => execFileSync(binary, ['account', ...words, '--data', server.dataDir, '--json']);
  assert.equal(await browser().visit(), '/account?problem=no-account');
  confab('create', 'ada@example.org');
  const ada = browser();
  assert.equal(await ada.visit(), '/');
  confab('disable', 'ada@example.org');
  assert.equal(await ada.me(), null);
  assert.equal(await ada.visit(), '/account?problem=no-account');
  assert.ok(provider.asked.includes('/token'));
});

test('neither code, token nor secret of the provider stand in the log', async (t) => {
  const { browser, provider, server } = await start(t);
  let code;
  await browser().visit('/', { onWay: async (back) => { code = new URL(back).searchParams.get('code'); } });
  provider.wrong = { claims: { aud: 'them' } };
  await browser().visit();
  // The line comes by a pipe, and may be later than the answer.
  await until(() => server.log.join('').includes('provider_sign_in_failed'));
  const log = server.log.join('');
  for (const secret of [code, provider.client.secret, 'ada@example.org']) assert.ok(!log.includes(secret), secret);
});
