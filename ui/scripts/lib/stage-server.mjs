// For looking at the pages without a confab server: the built files, a made-up room, and a made-up
// meeting spoken over an intercepted WebSocket. Development only; nothing of it is in the build.
import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import { readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const kOut = fileURLToPath(new URL('../../out/', import.meta.url));
const kTypes = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml', '.txt': 'text/plain', '.json': 'application/json', '.woff2': 'font/woff2' };

const kAda = { id: 'ac_1', email: 'ada.lovelace@example.org', name: 'Ada Lovelace', hasPassword: true };
const kTitles = ['Quarterly review', '', 'A title that somebody wrote without thinking of narrow screens', 'Weekly', 'Interviews'];
const refuse = (status, code, message, headers = {}) => ({ status, headers, body: { error: { code, message } } });

/**
 * What the pages ask of accounts. The cookie `stage` says how things stand: words of `guest` (accounts
 * are, and nobody is signed in), `somebody`, `members` (guests may nothing), `tokens`, `closed` (no
 * sign-up, no provider), and how what is sent is answered: `wrong`, `often`, `taken`, `over`.
 */
const kApi = {
  '/api/config': (is) => {
    const guests = !is('members') && !is('tokens');
    const open = !is('closed');
    return { body: { protocol: 1, build: 'b', accounts: { signIn: is('guest') || is('somebody'), signUp: open, guestsCreate: guests, guestsJoin: guests, ...(open ? { provider: 'the office' } : {}) } } };
  },
  '/api/auth/me': (is) => ({ body: { account: is('somebody') ? { ...kAda, hasPassword: !is('provider') } : null } }),
  '/api/auth/rooms': (is) => ({
    body: { rooms: is('new') ? [] : kTitles.map((title, at) => ({ code: `kfp-wqzt-bn${'abcde'[at]}`, title, createdAt: Date.UTC(2026, 8, 1 + at) })) },
  }),
  '/api/auth/sign-in': (is) => (is('often')
    ? refuse(429, 'rate_limited', 'too many wrong passwords; wait a few minutes', { 'retry-after': '40' })
    : refuse(401, 'unauthenticated', 'this address and password do not belong together')),
  '/api/auth/sign-up': () => refuse(409, 'conflict', 'there is an account with this address: sign in'),
  '/api/auth/link': () => refuse(404, 'not_found', 'this link was used already or is too old'),
  '/api/auth/password': (is) => (is('wrong') ? refuse(403, 'forbidden', 'this is not your password') : { body: { account: kAda } }),
};

/** The policy that confab sends (src/platform/http/content_security.cpp): what it forbids must show here. */
function policy(html) {
  const scripts = [...html.matchAll(/<script(?![^>]*\ssrc=)[^>]*>([\s\S]+?)<\/script>/g)];
  const hashes = scripts.map(([, body]) => `'sha256-${createHash('sha256').update(body).digest('base64')}'`);
  return `default-src 'self'; script-src 'self' ${hashes.join(' ')}; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; `
    + "media-src 'self' blob: mediastream:; font-src 'self'; connect-src 'self' ws: wss:; worker-src 'self' blob:; object-src 'none'; "
    + "base-uri 'none'; form-action 'self'; frame-ancestors 'none'";
}

export function serveFiles() {
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://x');
    const api = /^\/api\/rooms\/([\w-]+)$/.exec(pathname);
    if (api !== null) {
      const found = api[1] !== 'none';
      const body = found ? { roomId: api[1], code: api[1], createdAt: 0, participants: 3 } : { error: { code: 'not_found', message: 'There is no such room.' } };
      response.writeHead(found ? 200 : 404, { 'content-type': 'application/json' }).end(JSON.stringify(body));
      return;
    }
    if (pathname in kApi) {
      const stage = /stage=([\w-]*)/.exec(request.headers.cookie ?? '')?.[1].split('-') ?? [];
      const { status = 200, headers = {}, body } = kApi[pathname]((word) => stage.includes(word));
      response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
      return;
    }
    const file = pathname === '/' ? 'index.html' : /^\/room\/[^/]+$/.test(pathname) ? 'room.html' : pathname === '/account' ? 'account.html' : pathname.slice(1);
    try {
      const bytes = await readFile(join(kOut, file));
      const headers = { 'content-type': kTypes[extname(file)] ?? 'application/octet-stream' };
      if (extname(file) === '.html') headers['content-security-policy'] = policy(String(bytes));
      response.writeHead(200, headers).end(bytes);
    } catch {
      response.writeHead(404, { 'content-type': 'text/html' }).end(await readFile(join(kOut, '404.html')));
    }
  });
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve({ url: `http://127.0.0.1:${server.address().port}`, close: () => server.close() }));
  });
}

const kCapabilities = {
  codecs: [
    { kind: 'audio', mimeType: 'audio/opus', preferredPayloadType: 100, clockRate: 48000, channels: 2, parameters: {}, rtcpFeedback: [] },
    { kind: 'video', mimeType: 'video/VP8', preferredPayloadType: 101, clockRate: 90000, parameters: {}, rtcpFeedback: [] },
  ],
  headerExtensions: ['sdes:mid', 'sdes:rtp-stream-id', 'sdes:repaired-rtp-stream-id'].map((name, index) => ({
    kind: 'video', uri: `urn:ietf:params:rtp-hdrext:${name}`, preferredId: index + 1, preferredEncrypt: false, direction: index === 0 ? 'sendrecv' : 'recvonly',
  })),
};

const transport = (id) => ({
  id,
  iceParameters: { usernameFragment: 'u'.repeat(16), password: 'p'.repeat(24), iceLite: true },
  iceCandidates: [{ foundation: '1', priority: 1, address: '127.0.0.1', ip: '127.0.0.1', protocol: 'udp', port: 9, type: 'host' }],
  dtlsParameters: { role: 'auto', fingerprints: [{ algorithm: 'sha-256', value: Array(32).fill('AB').join(':') }] },
});

/** Answers one page's socket; `meeting` is { participants, chat, speakers, role, rights, refusal, place }: the last two are answers to a join. */
export async function playMeeting(page, meeting) {
  const sockets = [];
  await page.routeWebSocket(/\/socket\.io\//, (socket) => {
    sockets.push(socket);
    let producers = 0;
    const emit = (event, payload) => socket.send(`42${JSON.stringify([event, payload])}`);
    const now = Date.now();
    const self = { id: 'pt_self', name: 'Ada Lovelace', role: meeting.role ?? 'host', joinedAt: now, hand: null, connection: 'connected', producers: [] };
    const answers = {
      join: ({ name }) => meeting.refusal ?? meeting.place ?? ({
        participantId: self.id, resumeToken: 'r', meetingId: 'm', resumed: false, mediaKept: false,
        self: { ...self, name: name ?? self.name }, participants: meeting.participants ?? [], chat: meeting.chat ?? [], speakers: meeting.speakers ?? [],
        routerRtpCapabilities: kCapabilities, iceServers: [], transports: { send: transport('tr_s'), recv: transport('tr_r') },
        limits: { participants: 500, producersPerParticipant: 16, nameChars: 64, chatChars: 2000, chatHistory: 200, reconnectGraceMs: 30000 },
        build: 'b', serverTime: now, ...meeting.rights,
      }),
      'ban:list': () => ({ bans: [{ id: 'bn_1', name: 'Mallory', at: now }] }),
      produce: () => ({ producerId: `pr_${producers++}` }),
      consume: () => ({ error: { code: 'not_found', message: 'not in this play' } }),
      'hand:set': ({ raised }) => ({ hand: raised ? Date.now() : null }),
      'chat:send': ({ text, to }) => {
        const reader = meeting.participants?.find((each) => each.id === to);
        return { message: { id: `msg_${Date.now()}`, from: { id: self.id, name: self.name }, to: reader ? { id: reader.id, name: reader.name } : null, text, sentAt: Date.now() } };
      },
    };
    socket.onMessage((raw) => {
      const message = String(raw);
      if (message.startsWith('40')) {
        socket.send('40{"sid":"s"}');
        emit('welcome', { protocol: 1, build: 'b', serverTime: now });
        return;
      }
      const request = /^42(\d+)(\[.*)$/s.exec(message);
      if (request === null) return;
      const [event, payload] = JSON.parse(request[2]);
      socket.send(`43${request[1]}${JSON.stringify([answers[event]?.(payload) ?? {}])}`);
    });
    socket.send('0{"sid":"e","upgrades":[],"pingInterval":60000,"pingTimeout":60000,"maxPayload":1000000}');
  });
  return {
    /** As if the server told it. */
    say(event, payload) {
      sockets.at(-1)?.send(`42${JSON.stringify([event, payload])}`);
    },
    /** As if the server went away: the open socket closes, new ones stay unanswered. */
    async cut() {
      await page.routeWebSocket(/\/socket\.io\//, () => {});
      sockets.forEach((each) => each.close());
    },
  };
}
