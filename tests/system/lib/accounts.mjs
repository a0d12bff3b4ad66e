// A browser as far as accounts go: what it keeps for the server, and what it says of its page.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { binary, Server } from '../../browser/lib/server.mjs';
import { until } from './access.mjs';
import { connectOwn } from './client.mjs';

export const password = 'correct horse';

// Of a server that has every route: people sign up, and by a provider, whether or not one is there.
export const everyWayIn = (issuer = 'http://127.0.0.1:9') => ['--accounts', 'open', '--auth-oidc-issuer', issuer,
  '--auth-oidc-client-id', 'confab', '--auth-oidc-client-secret', 'a secret & more', '--auth-public-url', 'http://localhost'];

export class Browser {
  constructor(server, clients = []) {
    this.server = server;
    this.clients = clients;
    this.base = `http://127.0.0.1:${server.httpPort}`;
    this.page = { origin: this.base };
    this.cookie = undefined;
  }

  get headers() { return { ...this.page, ...(this.cookie ? { cookie: this.cookie } : {}) }; }

  async ask(method, path, body, headers = {}) {
    const response = await fetch(this.base + path, {
      method,
      headers: { ...this.headers, ...(body ? { 'content-type': 'application/json' } : {}), ...headers },
      body: body && JSON.stringify(body),
    });
    const [set] = response.headers.getSetCookie();
    if (set) this.cookie = /Max-Age=0/.test(set) ? undefined : set.split(';')[0];
    return { status: response.status, body: await response.json().catch(() => null), set, headers: response.headers };
  }
  post(path, body, headers) { return this.ask('POST', path, body, headers); }

  async signUp(email = 'ada@example.org', name = 'Ada') {
    const answer = await this.post('/api/auth/sign-up', { email, name, password });
    assert.equal(answer.status, 201, JSON.stringify(answer.body));
    return answer.body.account;
  }
  signIn(email = 'ada@example.org', secret = password) { return this.post('/api/auth/sign-in', { email, password: secret }); }
  async me() { return (await this.ask('GET', '/api/auth/me')).body.account; }

  async makeRoom(settings) {
    const { status, body } = await this.ask('POST', '/api/rooms', settings ?? {});
    assert.equal(status, 201, JSON.stringify(body));
    return body;
  }

  // What a join by this browser is answered.
  async join(room, { headers = {}, auth = {}, ...payload } = {}) {
    const client = await connectOwn(this.server, { auth: { protocol: 1, ...auth }, extraHeaders: { ...this.headers, ...headers } });
    this.clients.push(client);
    const answer = await client.ask('join', { room, name: 'Somebody', ...payload });
    return { client, answer, role: answer.self?.role, error: answer.error?.code, waits: answer.waiting !== undefined };
  }
}

export async function startWithAccounts(t, mode = 'open', args = [], env = {}) {
  const server = await Server.start({ args: ['--accounts', mode, ...args], env });
  const clients = [];
  t.after(async () => {
    for (const client of clients) client.close();
    await server.stop();
  });
  const confab = (...words) => JSON.parse(execFileSync(binary, [...words, '--data', server.dataDir, '--json'], { encoding: 'utf8' }));
  return { server, confab, browser: () => new Browser(server, clients) };
}

// As an operator does who knows whose the address is; signed in again by then.
export async function promote(confab, who, email = 'ada@example.org') {
  const link = linkIn(confab('account', 'reset', email));
  assert.equal((await who.post('/api/auth/link', { link, password })).status, 200);
  confab('account', 'promote', email);
  assert.equal((await who.signIn(email)).status, 200);
}

export const linkIn = ({ link }) => new URL(link).hash.replace('#link=', '');

// When the server has taken note of a key: what it is shown by.
export async function known(browser, key) {
  const authorization = `Basic ${Buffer.from(`${key.id}:${key.secret}`).toString('base64')}`;
  await until(async () => (await browser.ask('GET', '/api/keys', undefined, { authorization })).status === 403);
  return authorization;
}
