// A server with an API key, and tokens that are signed with it as npm's jose does.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import * as jose from 'jose';
import { io } from 'socket.io-client';
import { binary, Server } from '../../browser/lib/server.mjs';
import { sleep } from './client.mjs';

export const now = () => Math.floor(Date.now() / 1000);
const bytes = (text) => new TextEncoder().encode(text);

export { binary, sleep };

// A server with one API key for everything, made as an operator makes the first one.
export async function start(t, args = [], env = {}) {
  const server = await Server.start({ args, env });
  t.after(() => server.stop());
  let secret = '';
  // With the secret of the key below, once there is one.
  const confab = (...words) => JSON.parse(execFileSync(binary, [...words, '--json'],
    { encoding: 'utf8', env: { ...process.env, CONFAB_API_SECRET: secret } }));
  const make = (...scopes) => confab('key', 'create', '--data', server.dataDir, '--name', 'test',
    ...scopes.flatMap((scope) => ['--scope', scope]));
  const key = make('join', 'rooms', 'tokens', 'webhooks', 'keys', 'ops');
  secret = key.secret;
  const base = `http://127.0.0.1:${server.httpPort}`;
  const rest = async (method, path, { body, as = key, authorization } = {}) => {
    const basic = `Basic ${Buffer.from(`${as?.id}:${as?.secret}`).toString('base64')}`;
    const response = await fetch(base + path, {
      method,
      headers: as || authorization ? { authorization: authorization ?? basic } : {},
      body: body && JSON.stringify(body),
    });
    return { status: response.status, headers: response.headers, body: await response.json() };
  };
  await until(async () => (await rest('GET', '/api/keys')).status === 200);
  const made = await fetch(`${base}/api/rooms`, { method: 'POST' });
  const room = made.ok ? (await made.json()).code : undefined;
  return { server, base, confab, make, key, rest, room };
}

export async function until(holds, ms = 8000) {
  for (const end = Date.now() + ms; ; await sleep(300)) {
    if (await holds()) return;
    assert.ok(Date.now() < end, `not within ${ms} ms: ${holds}`);
  }
}

// The reason for which CONNECT was refused, or what the join answered.
export async function join(base, token, room, payload = { name: 'Ada' }) {
  const socket = io(base, { auth: { protocol: 1, token }, forceNew: true, reconnection: false });
  try {
    const refused = await new Promise((resolve) => {
      socket.on('connect', () => resolve(null));
      socket.on('connect_error', resolve);
    });
    if (refused) return { refused: refused.data?.error?.reason ?? refused.message };
    // Whose token is revoked meanwhile is put out before there is an answer.
    const answer = await socket.timeout(10000).emitWithAck('join', { room, attempt: 'a'.repeat(22), ...payload })
      .catch((error) => ({ error: { code: error.message } }));
    return answer.error ? { error: answer.error.code } : { name: answer.self?.name ?? answer.participants, answer };
  } finally {
    socket.close();
  }
}

export const letIn = (result) => assert.ok(result.answer?.participantId, JSON.stringify(result));

// Signed as jose does, by an API key.
export function sign(key, claims, header = { alg: 'HS256', typ: 'JWT' }) {
  const jwt = new jose.SignJWT({ video: { roomJoin: true }, ...claims }).setProtectedHeader(header);
  if (claims.iss === undefined) jwt.setIssuer(key.id);
  if (claims.exp === undefined) jwt.setExpirationTime('10m');
  return jwt.sign(bytes(key.secret));
}
