// Who may do what over the socket: each operation of both event sets by each standing, every cell
// asserted, and what becomes of a credential that is for another room, expired, revoked, or not what
// it says it is. An operation that has no row here fails. (REST is in rights.test.mjs.)
import test from 'node:test';
import assert from 'node:assert/strict';
import * as jose from 'jose';
import { now, sign, start } from './lib/access.mjs';
import { audioParameters, connect, crowd, dtlsParameters, rtpCapabilities } from './lib/client.mjs';

// The columns: a socket that has not joined; one that waits in the lobby; one whose person was
// removed; then those inside.
const who = ['stranger', 'waiting', 'removed', 'viewer', 'participant', 'cohost', 'host'];
//   '+' let through   '-' known, and refused (forbidden)   '0' not in the meeting (conflict)
const groups = {
  join:     '++-++++',
  leave:    '0+0++++',
  attend:   '000++++',
  publish:  '000-+++',
  moderate: '000--++',
  host:     '000---+',
};
const id = (prefix) => `${prefix}_${'0'.repeat(26)}`;
const participant = { participantId: id('pt') };
const own = {
  'join': ['join'], 'leave': ['leave'], 'state:get': ['attend'], 'stats:get': ['attend'],
  'transport:create': ['attend', { direction: 'send' }], 'transport:restart-ice': ['attend', { transportId: id('tr') }],
  'transport:connect': ['attend', { transportId: id('tr'), dtlsParameters }], 'transport:close': ['attend', { transportId: id('tr') }],
  'produce': ['publish', { transportId: id('tr'), kind: 'audio', source: 'microphone', rtpParameters: audioParameters }],
  // What one has already may be paused and closed, whatever was taken away since.
  'producer:pause': ['attend', { producerId: id('pr') }], 'producer:resume': ['attend', { producerId: id('pr') }],
  'producer:close': ['attend', { producerId: id('pr') }],
  'consume': ['attend', { transportId: id('tr'), producerId: id('pr'), rtpCapabilities }],
  'consumer:pause': ['attend', { consumerId: id('co') }], 'consumer:resume': ['attend', { consumerId: id('co') }],
  'consumer:close': ['attend', { consumerId: id('co') }],
  'consumer:layers': ['attend', { consumerId: id('co'), spatialLayer: 0, temporalLayer: 0 }],
  'chat:send': ['publish', { text: 'hello' }], 'chat:history': ['attend'], 'chat:delete': ['host', { messageId: id('msg') }],
  'hand:set': ['publish', { raised: true }], 'profile:set': ['publish', { name: 'Somebody' }], 'client:report': ['attend'],
  'participant:mute': ['moderate', participant], 'participant:ask-unmute': ['moderate', participant],
  'participant:stop': ['moderate', { ...participant, source: 'camera' }], 'hand:lower': ['moderate', participant],
  'meeting:mute-all': ['moderate'], 'meeting:lower-hands': ['moderate'],
  'participant:remove': ['moderate', participant], 'participant:ban': ['moderate', participant],
  'ban:list': ['moderate'], 'ban:lift': ['moderate', { banId: id('bn') }],
  'lobby:admit': ['moderate', { waitingId: id('wt') }], 'lobby:deny': ['moderate', { waitingId: id('wt') }],
  'lobby:admit-all': ['moderate'], 'lobby:message': ['moderate', { text: 'soon' }],
  'room:lock': ['moderate', { locked: false }], 'room:password': ['moderate', { password: null }],
  'room:set': ['host', {}], 'participant:role': ['host', { ...participant, role: 'viewer' }], 'meeting:end': ['host'],
};
// Without a lobby, and without roles but those of tokens; nobody leads by these events.
const compatibleWho = ['removed', 'viewer', 'participant', 'cohost', 'host'];
const compatibleGroups = { join: '-++++', leave: '+++++', attend: '0++++', publish: '0-+++' };
const transport = { transportId: id('tr') };
const compatible = {
  joinRoom: ['join'], leaveRoom: ['leave'], getRouterRtpCapabilities: ['attend'], getProducers: ['attend'],
  createWebRtcTransport: ['attend', { direction: 'send' }], connectWebRtcTransport: ['attend', { ...transport, dtlsParameters }],
  produce: ['publish', { ...transport, kind: 'audio', rtpParameters: audioParameters, appData: { type: 'audio' } }],
  consume: ['attend', { ...transport, producerId: id('pr'), rtpCapabilities }], resumeConsumer: ['attend', { consumerId: id('co') }],
  producerClosed: ['attend', { producerId: id('pr') }], pauseProducer: ['attend', { producerId: id('pr') }],
  resumeProducer: ['attend', { producerId: id('pr') }], sendMessage: ['publish', { message: 'hello' }],
};

function declaredEvents(server, dialect) {
  const lines = server.log.join('').split('\n').filter((line) => line.includes('"signaling.event"')).map((line) => JSON.parse(line));
  return lines.map((line) => line.fields ?? line).filter((line) => line.dialect === dialect).map((line) => line.name);
}

// A room with a lobby, its host, and a token for each role; whoever has one passes the lobby.
async function open(t, args = []) {
  const { server, key, confab } = await start(t, ['--log-level', 'debug', ...args]);
  const people = crowd(t, server);
  const room = await server.makeRoom({ lobby: true });
  const token = (claims, video = {}, as = key) =>
    sign(as, { sub: 'ada', lobby: 'bypass', ...claims, video: { roomJoin: true, room: room.code, ...video } });
  const byToken = async (claims, protocol, code = room.code) =>
    people.connect({ auth: { ...protocol, token: await token(claims, { room: code }) } });
  return { server, key, confab, people, room, token, byToken };
}

const device = 'd'.repeat(22);

// One socket for each column, in a room of their own.
async function cast({ server, people, byToken }) {
  const { code } = await server.makeRoom({ lobby: true });
  const inside = async (role) => {
    const client = await byToken({ role, sub: role }, { protocol: 1 }, code);
    await client.get('join', { room: code, name: role });
    return client;
  };
  const host = await inside('host');
  const waiting = await people.connectOwn();
  assert.ok((await waiting.get('join', { room: code, name: 'waiting' })).waiting, 'the lobby is on');
  const out = await byToken({ sub: 'out' }, { protocol: 1 }, code);
  const { participantId } = await out.get('join', { room: code, name: 'out', device });
  await host.get('participant:remove', { participantId });
  const removed = await byToken({ sub: 'out' }, { protocol: 1 }, code);
  return {
    code, stranger: await people.connectOwn(), waiting, removed, viewer: await inside('viewer'),
    participant: await inside('participant'), cohost: await inside('cohost'), host,
  };
}

const isOutside = /^(join a room first|you are not let in yet|joinRoom did not come)$/;
const ownCell = ({ error } = {}) => {
  if (error?.code === 'forbidden') return '-';
  if (error?.code === 'conflict' && isOutside.test(error.message)) return '0';
  assert.ok(!['internal', 'rate_limited', 'unauthenticated', 'unsupported'].includes(error?.code), JSON.stringify(error));
  assert.ok(error?.code !== 'invalid_argument', `the row's payload is none: ${JSON.stringify(error)}`);
  return '+';
};
const compatibleCell = ({ error } = {}) => {
  if (error === undefined) return '+';
  if (isOutside.test(error)) return '0';
  if (/may not|turned the chat off|removed|shut out/.test(error)) return '-';
  assert.ok(/no such|not there|is not (known|one)|direction|unknown/i.test(error), error);
  return '+';
};

test('every operation of both event sets has its row', async (t) => {
  const { server } = await open(t);
  assert.deepEqual(declaredEvents(server, 'own').sort(), Object.keys(own).sort());
  assert.deepEqual(declaredEvents(server, 'compatible').sort(), Object.keys(compatible).sort());
});

test('each operation by each standing is as the table says', async (t) => {
  const setting = await open(t);
  let all = await cast(setting);
  const rows = {};
  // What ends somebody's presence comes last, each with people of its own.
  const last = ['join', 'leave', 'meeting:end'];
  for (const name of [...Object.keys(own).filter((each) => !last.includes(each)), ...last]) {
    if (last.includes(name)) all = await cast(setting);
    const asked = (column) => (name !== 'join' ? own[name][1] : { room: all.code, name: column, ...(column === 'removed' && { device }) });
    rows[name] = '';
    for (const column of who) rows[name] += ownCell(await all[column].ask(name, asked(column)));
  }
  assert.deepEqual(rows, Object.fromEntries(Object.entries(own).map(([name, [group]]) => [name, groups[group]])));
});

test('each compatible operation by each standing is as the table says', async (t) => {
  const setting = await open(t);
  const { room, byToken } = setting;
  const host = await byToken({ role: 'host', sub: 'lead' }, { protocol: 1 });
  await host.get('join', { room: room.code, name: 'Lead' });
  const joining = (client) => ({ roomId: room.code, userId: client.id, userName: 'Somebody' });
  const all = {};
  for (const role of compatibleWho.slice(1)) {
    all[role] = await byToken({ role, sub: role });
    await all[role].get('joinRoom', joining(all[role]));
  }
  const out = await byToken({ sub: 'out' });
  await out.get('joinRoom', joining(out));
  const { participants } = await host.get('state:get');
  await host.get('participant:remove', { participantId: participants.at(-1).id });
  all.removed = await byToken({ sub: 'out' });
  const rows = {};
  const last = ['joinRoom', 'leaveRoom'];
  // Those of who has not joined wait for a join, and are answered together when it did not come.
  const names = Object.keys(compatible).filter((each) => !last.includes(each));
  const held = await Promise.all(names.map((name) => all.removed.ask(name, compatible[name][1], 30_000)));
  for (const [i, name] of names.entries()) {
    rows[name] = compatibleCell(held[i]);
    for (const column of compatibleWho.slice(1)) rows[name] += compatibleCell(await all[column].ask(name, compatible[name][1]));
  }
  for (const name of last) {
    rows[name] = '';
    for (const column of compatibleWho) rows[name] += compatibleCell(await all[column].ask(name, joining(all[column])));
  }
  assert.deepEqual(rows, Object.fromEntries(Object.entries(compatible).map(([name, [group]]) => [name, compatibleGroups[group]])));
});

test('a credential for another room, an old one, a revoked one and a forged one let nobody in, by either event set', async (t) => {
  const { server, key, confab, people, room, token } = await open(t, ['--auth-anonymous-join=false']);
  const other = await server.makeRoom();
  const good = await token({});
  const [header, payload, signature] = good.split('.');
  const encode = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const claims = JSON.parse(Buffer.from(payload, 'base64url'));
  const { privateKey } = await jose.generateKeyPair('ES256');
  const revoked = confab('token', 'create', '--key', key.id, '--room', room.code);
  confab('token', 'revoke', revoked.id, '--issuer', key.id, '--url', `http://127.0.0.1:${server.httpPort}`, '--key', key.id);
  //   of a CONNECT that is refused, its reason; of a join, its code
  const bad = {
    none: ['join', 'unauthenticated', undefined],
    'of another room': ['join', 'forbidden', await token({}, { room: other.code })],
    'that lets nobody join': ['join', 'forbidden', await token({}, { roomJoin: false, roomList: true })],
    expired: ['connect', 'expired', await token({ exp: now() - 40 })],
    'not yet good': ['connect', 'not_yet', await token({ nbf: now() + 500 })],
    revoked: ['connect', 'revoked', revoked.token],
    'signed by another key': ['connect', 'signature', await token({}, {}, { id: key.id, secret: 'x'.repeat(43) })],
    'of a key that is not': ['connect', 'unknown_key', await token({}, {}, { id: 'AKnobody0000', secret: key.secret })],
    'of another algorithm': ['connect', 'wrong_algorithm', await new jose.SignJWT(claims).setProtectedHeader({ alg: 'ES256' }).sign(privateKey)],
    'of no algorithm': ['connect', 'algorithm', `${encode({ alg: 'none' })}.${payload}.`],
    'with other claims': ['connect', 'signature', `${header}.${encode({ ...claims, role: 'host' })}.${signature}`],
    'that is an API key': ['connect', 'malformed', `${key.id}:${key.secret}`],
    'that is a host key': ['connect', 'malformed', room.hostKey],
    'that is no text': ['connect', 'malformed', { token: good }],
  };
  const joins = {
    own: [{ protocol: 1 }, 'join', { room: room.code, name: 'Eve' }, ({ error }) => error?.code],
    compatible: [{}, 'joinRoom', { roomId: room.code, userId: 'x', userName: 'Eve' }, ({ error }) => error && 'text'],
  };
  for (const [set, [protocol, event, asked, codeOf]] of Object.entries(joins)) {
    for (const [name, [stage, code, shown]] of Object.entries(bad)) {
      const auth = { ...protocol, ...(shown !== undefined && { token: shown }) };
      const what = `${set}: one ${name}`;
      if (stage === 'connect') {
        const refused = await connect(server, { auth, reconnection: false }).then(() => assert.fail(`${what} connects`), (error) => error);
        assert.equal(refused.data.error.reason, code, what);
        continue;
      }
      const client = await people.connect({ auth, reconnection: false });
      assert.equal(codeOf(await client.ask(event, asked)), set === 'own' ? code : 'text', what);
      if (set !== 'own') continue;
      for (const operation of Object.keys(own).filter((each) => each !== 'join')) {
        assert.equal(ownCell(await client.ask(operation, own[operation][1])), '0', `${what}: ${operation}`);
      }
    }
    const client = await people.connect({ auth: { ...protocol, token: good }, reconnection: false });
    assert.equal(codeOf(await client.ask(event, asked)), undefined, `${set}: a good one lets in`);
  }
});

test('a socket whose token is revoked while it is open joins no more', async (t) => {
  const { server, key, confab, people, room } = await open(t);
  const made = confab('token', 'create', '--key', key.id, '--room', room.code);
  const early = await people.connect({ auth: { protocol: 1, token: made.token } });
  const compatibleOne = await people.connect({ auth: { token: made.token } });
  confab('token', 'revoke', made.id, '--issuer', key.id, '--url', `http://127.0.0.1:${server.httpPort}`, '--key', key.id);
  assert.equal((await early.ask('join', { room: room.code, name: 'Ada' })).error.code, 'unauthenticated');
  assert.equal(typeof (await compatibleOne.ask('joinRoom', { roomId: room.code, userId: 'x', userName: 'Ada' })).error, 'string');
});
