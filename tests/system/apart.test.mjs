// Signaling and media as processes of their own: a call over both, and what becomes of it when a
// media node dies, freezes, comes back or is to go. People are those of `confab loadtest`, with real
// ICE, DTLS and SRTP.
import test from 'node:test';
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { connect as connectTls } from 'node:tls';
import { binary } from '../browser/lib/server.mjs';
import { Apart, until } from './lib/apart.mjs';
import { connectOwn, join, produce, sleep } from './lib/client.mjs';

const people = 3;
// Everybody receives two tracks of each of the others.
const directions = people * (people - 1) * 2;

// A call that goes on, and the node that it is on.
async function callOn(t, options) {
  const parts = await Apart.start(t, options);
  const call = parts.call(people, 14);
  const home = await until('the call is on a media node', async () => {
    const [one] = await parts.homes();
    return one && (await one.gauge('confab_consumers')) === directions && one;
  }, 20_000);
  await sleep(1500); // the measurement begins when all are there
  return { parts, call, home, other: parts.media.find((m) => m !== home) };
}

// When everybody had been told, by the clock of this machine.
async function openedAgain(parts) {
  const [again] = await until('the meeting is open again', () => {
    const found = parts.signaling.events('meeting_open').filter((l) => l.again);
    return found.length > 0 && found;
  });
  return Date.parse(again.time);
}

async function comesBackWithin(t, signal, bound) {
  const { parts, call, home, other } = await callOn(t);
  const begun = Date.now();
  home.signal(signal);
  const told = (await openedAgain(parts)) - begun;
  const report = await call.report();
  const { recovery } = report;
  t.diagnostic(`${signal}: everybody told after ${told} ms, media back ${recovery.max_ms.toFixed(0)} ms later at the latest`);
  assert.ok(told <= 2500, `told after ${told} ms`);
  assert.equal(recovery.count, directions, 'new packets in every direction');
  assert.ok(told + recovery.max_ms <= bound, `${told} + ${recovery.max_ms} ms`);
  assert.equal(report.joins.ready, people);
  assert.equal(report.joins.lost ?? 0, 0);
  return { parts, home, other };
}

test('a call over processes: everybody gets what all the others send', async (t) => {
  const parts = await Apart.start(t);
  const report = await parts.call(people, 3).report();
  assert.equal(report.joins.ready, people);
  assert.equal(report.packets_lost, 0);
  const { packets_sent: sent, packets_received: received } = report.media;
  assert.ok(Math.abs(received - (people - 1) * sent) <= 0.05 * received, `${sent} sent, ${received} received`);
  await until('nothing is left', async () => (await parts.homes()).length === 0);
  for (const one of parts.media) assert.equal(await one.gauge('confab_transports'), 0);
});

test('kill -9 of a media node: media is back in every direction within three seconds', async (t) => {
  const { parts, home } = await comesBackWithin(t, 'SIGKILL', 3000);
  // The same number with another boot is another node: it takes meetings like any other.
  await home.start();
  await until('it is taken up', async () => (await parts.signaling.gauge('confab_media_node_up')) === 2);
  const rooms = [];
  for (let i = 0; i < 6; ++i) rooms.push(await join(parts, await parts.createRoom(), 'Ada'));
  t.after(() => rooms.forEach((r) => r.close()));
  assert.equal((await parts.homes()).length, 2);
});

test('SIGSTOP of a media node: back within five seconds, and what thaws holds nothing', async (t) => {
  const { parts, home } = await comesBackWithin(t, 'SIGSTOP', 5000);
  home.signal('SIGCONT');
  await until('it is taken up', async () => (await parts.signaling.gauge('confab_media_node_up')) === 2);
  await until('it holds nothing', async () => (await home.gauge('confab_media_meetings')) === 0 && (await home.gauge('confab_transports')) === 0);
});

test('a media node that drains gets no new meetings, and has those it has taken elsewhere before it ends', async (t) => {
  const parts = await Apart.start(t, { mediaArgs: ['--drain', '10min'] });
  const ada = await join(parts, await parts.createRoom(), 'Ada');
  const others = [];
  t.after(() => [ada, ...others].forEach((c) => c.close()));
  await produce(ada, 'camera');
  const [home] = await parts.homes();
  home.signal('SIGTERM');
  await until('draining', async () => (await home.status('/readyz')) === 503);
  await sleep(200);
  for (let i = 0; i < 4; ++i) others.push(await join(parts, await parts.createRoom(), 'Ben'));
  assert.equal(await home.gauge('confab_media_meetings'), 1);
  assert.equal(ada.told('media:lost').length, 0);
  home.signal('SIGTERM');
  await ada.event('media:lost');
  assert.equal(await home.exited, 'exit 0');
  assert.ok((await produce(ada, 'camera')).producerId);
});

test('a request is found in the logs of both nodes by its trace: its own, or of what opened the connection', async (t) => {
  const parts = await Apart.start(t, { media: 1 });
  const [media] = parts.media;
  const traces = ['0af7651916cd43dd8448eb211c80319c', '4bf92f3577b34da6a3ce929d0e0e4736'];
  const [own, ofConnection] = traces.map((id) => `00-${id}-00f067aa0ba902b7-01`);
  const room = await parts.createRoom();
  const ada = await connectOwn(parts);
  const ben = await connectOwn(parts, { extraHeaders: { traceparent: ofConnection } });
  t.after(() => { ada.close(); ben.close(); });
  await ada.get('join', { room, name: 'Ada', transports: true, traceparent: own });
  await ben.get('join', { room, name: 'Ben', transports: true, traceparent: 'nonsense' });
  const joined = await until('both have joined', () => {
    const lines = parts.signaling.events('participant_joined');
    return lines.length === 2 && lines;
  });
  assert.deepEqual(joined.map((l) => l.trace), traces);
  assert.equal(parts.signaling.events('meeting_open')[0].trace, traces[0]);
  await ada.get('leave', {});
  await ben.get('leave', {});
  const closed = await until('their transports are gone', () => {
    const lines = media.events('transport_state').filter((l) => l.to === 'closed');
    return lines.length === 4 && lines;
  });
  assert.deepEqual([...new Set(closed.map((l) => l.trace))].sort(), traces);
});

test('with no media node left a join is refused with a word for it, and works when one is back', async (t) => {
  const parts = await Apart.start(t, { media: 1 });
  const [only] = parts.media;
  await only.stop();
  await until('not ready', async () => (await parts.signaling.status('/readyz')) === 503);
  const room = await parts.createRoom();
  const ada = await connectOwn(parts);
  t.after(() => ada.close());
  assert.equal((await ada.ask('join', { room, name: 'Ada' })).error.code, 'unavailable');
  await only.start();
  await until('ready', async () => (await parts.signaling.status('/readyz')) === 200);
  assert.ok((await ada.get('join', { room, name: 'Ada' })).resumeToken);
});

test('a signaling node without the secret is not heard, and says why', async (t) => {
  const parts = await Apart.start(t, { media: 1 });
  await parts.signaling.stop();
  parts.signaling.env = { ...parts.signaling.env, CONFAB_RPC_SECRET: 'x'.repeat(64) };
  await parts.signaling.start();
  await until('refused', () => parts.signaling.events('media_node_refuses').length > 0);
  assert.match(parts.signaling.events('media_node_refuses')[0].reason, /secret/);
  assert.equal(await parts.signaling.status('/readyz'), 503);
});

test('roles do not start without their secrets, and say which and how to make one', () => {
  for (const [role, env, wanted] of [
    ['media', {}, /rpc\.secret is needed.*openssl rand -hex 32/],
    ['signaling', { CONFAB_RPC_SECRET: 's'.repeat(64) }, /auth\.token_key is needed.*openssl rand -hex 32/],
  ]) {
    const { status, stderr } = spawnSync(binary, [role, '--check'], { env: { PATH: process.env.PATH, ...env }, encoding: 'utf8' });
    assert.equal(status, 2);
    assert.match(stderr, wanted);
  }
});

const openssl = (at, ...args) => execFileSync('openssl', args, { cwd: at, stdio: 'pipe' });

// An authority, and a certificate of its for 127.0.0.1.
function makeCertificates(at, authority) {
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  openssl(at, 'req', '-x509', ...curve, '-days', '2', '-subj', `/CN=${authority}`, '-keyout', `${authority}.ca.key`, '-out', `${authority}.ca.pem`);
  openssl(at, 'req', ...curve, '-subj', '/CN=node', '-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', `${authority}.key`, '-out', `${authority}.csr`);
  openssl(at, 'x509', '-req', '-in', `${authority}.csr`, '-CA', `${authority}.ca.pem`, '-CAkey', `${authority}.ca.key`, '-CAcreateserial', '-days', '2',
    '-copy_extensions', 'copy', '-out', `${authority}.pem`);
  return (key) => ({ authority: `${authority}.ca.pem`, certificate: `${authority}.pem`, key: `${authority}.key` })[key];
}

test('with certificates both ends prove who they are, and whom the authority does not know is not let in', async (t) => {
  const at = await mkdtemp(path.join(tmpdir(), 'confab-certificates-'));
  t.after(() => rm(at, { recursive: true, force: true }));
  const settings = (name) => {
    const file = makeCertificates(at, name);
    return Object.fromEntries(['authority', 'certificate', 'key'].map((k) => [`CONFAB_RPC_TLS_${k.toUpperCase()}`, path.join(at, file(k))]));
  };
  const ours = settings('ours');
  const parts = await Apart.start(t, { media: 1, env: ours });
  const ada = await join(parts, await parts.createRoom(), 'Ada');
  t.after(() => ada.close());
  assert.ok((await produce(ada, 'camera')).producerId);

  await parts.signaling.stop();
  parts.signaling.env = { ...parts.signaling.env, ...settings('strangers'), CONFAB_RPC_TLS_AUTHORITY: ours.CONFAB_RPC_TLS_AUTHORITY };
  await parts.signaling.start();
  await sleep(1000);
  assert.equal(await parts.signaling.gauge('confab_media_node_up'), 0);
});

// The name in the certificate that a media node shows.
async function shownName(port, at, who) {
  const read = (kind) => readFile(path.join(at, who(kind)));
  const socket = connectTls({ port, host: '127.0.0.1', ALPNProtocols: ['h2'], rejectUnauthorized: false, cert: await read('certificate'), key: await read('key') });
  await once(socket, 'secureConnect');
  const { CN } = socket.getPeerCertificate().issuer;
  socket.destroy();
  return CN;
}

test('SIGHUP renews the certificates of both ends: what goes on goes on, and a new connection meets the new ones', async (t) => {
  const at = await mkdtemp(path.join(tmpdir(), 'confab-renewal-'));
  t.after(() => rm(at, { recursive: true, force: true }));
  const [before, after, stranger] = ['before', 'after', 'stranger'].map((name) => makeCertificates(at, name));
  const kinds = ['authority', 'certificate', 'key'];
  const use = (who) => Promise.all(kinds.map((k) => copyFile(path.join(at, who(k)), path.join(at, `served.${k}`))));
  await use(before);
  const parts = await Apart.start(t, { media: 1, env: Object.fromEntries(kinds.map((k) => [`CONFAB_RPC_TLS_${k.toUpperCase()}`, path.join(at, `served.${k}`)])) });
  const [media] = parts.media;
  const ada = await join(parts, await parts.createRoom(), 'Ada');
  t.after(() => ada.close());
  assert.equal(await shownName(media.rpcPort, at, before), 'before');

  // A renewal of which only one file is there yet.
  await copyFile(path.join(at, stranger('key')), path.join(at, 'served.key'));
  media.signal('SIGHUP');
  await until('refused', () => media.events('reload_refused').length === 1);
  assert.match(media.events('reload_refused')[0].reason, /served\.certificate: its key is another one's/);
  assert.equal(await shownName(media.rpcPort, at, before), 'before');

  await use(after);
  for (const one of [media, parts.signaling]) {
    one.signal('SIGHUP');
    await until('reloaded', () => one.events('reloaded').length === 1);
  }
  assert.equal(await shownName(media.rpcPort, at, after), 'after');
  assert.ok((await produce(ada, 'camera')).producerId, 'what goes on goes on');
  assert.equal(ada.told('media:lost').length, 0);
  // And by a connection that both of them make with the new ones.
  await media.stop();
  await media.start();
  await ada.event('media:lost');
  assert.ok((await produce(ada, 'camera')).producerId);
});
