// What an operator's day does to a server: signals, a rotated log, a renewed certificate, a full
// disk, a reader of the log that has gone, a second server by mistake.
import test from 'node:test';
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { constants, openSync, closeSync, writeSync } from 'node:fs';
import { copyFile, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { once } from 'node:events';
import { connect as connectTls } from 'node:tls';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { freePorts, Server } from '../browser/lib/server.mjs';
import { crowd, sleep } from './lib/client.mjs';

async function start(t, options = {}) {
  const server = await Server.start(options);
  return { server, people: crowd(t, server), base: `http://127.0.0.1:${server.httpPort}` };
}

async function folder(t) {
  const made = await mkdtemp(path.join(tmpdir(), 'confab-operate-'));
  t.after(() => rm(made, { recursive: true, force: true }));
  return made;
}

async function until(what, probe, ms = 10_000) {
  let last;
  for (const end = Date.now() + ms; Date.now() < end; await sleep(50)) {
    last = await probe();
    if (last) return last;
  }
  throw new Error(`${what}: not within ${ms} ms, last ${JSON.stringify(last)}`);
}

const ready = async (base) => {
  const response = await fetch(`${base}/readyz`);
  return { status: response.status, says: (await response.json()).status };
};

// Its events in the order of the lines.
const logged = (text) => text.split('\n').filter((l) => l.startsWith('{')).map((l) => JSON.parse(l));

function makeCertificate(at, name) {
  execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '1',
    '-subj', `/CN=${name}`, '-keyout', path.join(at, `${name}.key`), '-out', path.join(at, `${name}.pem`)], { stdio: 'ignore' });
}

async function servedName(port) {
  const socket = connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false });
  await once(socket, 'secureConnect');
  const { CN } = socket.getPeerCertificate().subject;
  socket.destroy();
  return CN;
}

test('SIGHUP serves a renewed certificate, opens the log anew and takes over what may change', async (t) => {
  const at = await folder(t);
  for (const name of ['old', 'new']) makeCertificate(at, name);
  const [config, log] = [path.join(at, 'confab.yaml'), path.join(at, 'confab.jsonl')];
  const use = async (name) => {
    for (const kind of ['pem', 'key']) await copyFile(path.join(at, `${name}.${kind}`), path.join(at, `served.${kind}`));
  };
  const write = (more) => writeFile(config, `http: {tls_certificate: ${at}/served.pem, tls_key: ${at}/served.key}\nlog: {file: ${log}}\n${more}`);
  await use('old');
  await write('');
  const port = await freePorts(1, '127.0.0.1');
  const { server, people, base } = await start(t, { args: ['--config', config, '--tls', '--tls-listen', `127.0.0.1:${port}`] });
  const room = await server.createRoom();
  const ada = await people.join(room, 'Ada');
  assert.equal(await servedName(port), 'old');

  await use('new');
  await write('call: {chat_chars_max: 10}\nmedia: {consent_timeout: 60s}\n');
  await rename(log, `${log}.1`);
  server.child.kill('SIGHUP');
  await until('the new certificate', async () => (await servedName(port)) === 'new');
  const events = await until('the new log', async () => {
    const lines = logged(await readFile(log, 'utf8').catch(() => ''));
    return lines.some((l) => l.event === 'reload_needs_restart') && lines;
  });
  assert.equal(events.find((l) => l.event === 'reloaded').changed, 'call.chat_chars_max');
  assert.equal(events.find((l) => l.event === 'reload_needs_restart').unchanged, 'media.consent_timeout');
  assert.equal((await (await fetch(`${base}/api/config`)).json()).limits.chatChars, 10);
  assert.equal((await ada.ask('chat:send', { text: 'eleven chars' })).error.code, 'too_large');
  await ada.get('chat:send', { text: 'ten chars' });
  assert.equal(ada.told('server:restarting').length, 0);
  assert.ok(logged(await readFile(`${log}.1`, 'utf8')).some((l) => l.event === 'serving'));
});

test('a bad new configuration is refused with a sentence, and the old one stays', async (t) => {
  const at = await folder(t);
  for (const name of ['good', 'other']) makeCertificate(at, name);
  const config = path.join(at, 'confab.yaml');
  const good = `http: {tls_certificate: ${at}/good.pem, tls_key: ${at}/good.key}\ncall: {chat_chars_max: 20}\n`;
  await writeFile(config, good);
  const port = await freePorts(1, '127.0.0.1');
  const { server, base } = await start(t, { args: ['--config', config, '--tls', '--tls-listen', `127.0.0.1:${port}`] });
  const refusals = () => logged(server.log.join('')).filter((l) => l.event === 'reload_refused').map((l) => l.reason);
  const bad = [
    [good.replace('20', '-3'), /chat_chars_max: expected/],
    [good.replace('chat_chars_max', 'chat_chars'), /unknown; did you mean/],
    [`${good.replace('20', '30')}log: {file: /nonexistent/log}\n`, /nonexistent\/log: No such file/],
    // A renewal that has written only one of the two yet.
    [good.replace('20', '30').replace('good.key', 'other.key'), /cannot use the key .*other\.key/],
  ];
  for (const [i, [text, sentence]] of bad.entries()) {
    await writeFile(config, text);
    server.child.kill('SIGHUP');
    await until(`refusal ${i}`, () => refusals().length === i + 1);
    assert.match(refusals()[i], sentence);
    assert.equal((await (await fetch(`${base}/api/config`)).json()).limits.chatChars, 20);
    assert.equal(await servedName(port), 'good');
  }
});

test('the admin listener says whether this process is to be sent people, and who it is', async (t) => {
  const { server } = await start(t, { args: ['--node', '7'] });
  const ask = async (path) => {
    const response = await fetch(`${server.adminUrl}${path}`);
    return [response.status, await response.json()];
  };
  assert.deepEqual(await ask('/livez'), [200, { status: 'ok' }]);
  assert.deepEqual(await ask('/readyz'), [200, { status: 'ok' }]);
  const [status, health] = await ask('/health');
  assert.equal(status, 200);
  assert.deepEqual({ ...health, build: '' }, { status: 'ok', role: 'serve', node: 7, build: '' });
});

test('SIGTERM with --drain lets meetings end, and is told by readyz first', async (t) => {
  const { server, people, base } = await start(t, { args: ['--drain', '10min'] });
  const room = await server.createRoom();
  const [ada, ben] = [await people.join(room, 'Ada'), await people.join(room, 'Ben')];
  server.child.kill('SIGTERM');
  await until('not ready', async () => (await ready(base)).says === 'stopping');
  assert.equal((await fetch(`${base}/api/rooms`, { method: 'POST' })).status, 503);
  await ada.get('chat:send', { text: 'we go on' });
  await ben.event('chat:message');
  // Somebody whose network fails comes back to the meeting.
  const again = await people.join(room, 'Ben', { resumeToken: ben.joined.resumeToken });
  assert.equal(again.joined.resumed, true);
  assert.equal(ada.told('server:restarting').length, 0);
  for (const who of [ada, again]) await who.get('leave');
  assert.equal(await server.exited, 'exit 0');
});

test('a second SIGTERM does not wait for meetings: everybody is told, and the server ends', async (t) => {
  const { server, people, base } = await start(t, { args: ['--drain', '10min'] });
  const ada = await people.join(await server.createRoom(), 'Ada');
  server.child.kill('SIGTERM');
  await until('draining', async () => (await ready(base)).says === 'stopping');
  server.child.kill('SIGTERM');
  await ada.event('server:restarting');
  assert.equal(await server.exited, 'exit 0');
});

test('the end of the time to drain is the end, whoever is still there', async (t) => {
  const { server, people } = await start(t, { args: ['--drain', '1s'] });
  const ada = await people.join(await server.createRoom(), 'Ada');
  server.child.kill('SIGTERM');
  await ada.event('server:restarting');
  assert.equal(await server.exited, 'exit 0');
});

test('a second server on the same data folder says who uses it and touches nothing', async (t) => {
  const { server } = await start(t);
  const other = Object.assign(new Server(), { dataDir: server.dataDir, httpAddress: '127.0.0.1', mediaAddress: '127.0.0.1', args: [], env: process.env, log: [], stdout: 'pipe' });
  await assert.rejects(other.launchOnFreePorts(), (error) => {
    assert.match(error.message, new RegExp(`exit 1[^]*${server.dataDir}: another confab uses this folder, process ${server.child.pid} on`));
    return true;
  });
  await server.kill('SIGKILL');
  await server.launchOnFreePorts(); // a crash leaves no lock behind
});

test('the data folder and everything in it are for the owner alone', async (t) => {
  const { server, people } = await start(t, { args: ['--tls', '--tls-listen', `127.0.0.1:${await freePorts(1, '127.0.0.1')}`] });
  await (await people.join(await server.createRoom(), 'Ada')).get('chat:send', { text: 'secret' });
  const mode = async (file) => ((await stat(file)).mode & 0o777).toString(8);
  assert.equal(await mode(server.dataDir), '700');
  const names = await readdir(server.dataDir);
  for (const name of ['confab.db', 'confab.db-wal', 'confab.db-shm', 'token.key', 'dtls.pem', 'tls.key']) assert.ok(names.includes(name), name);
  for (const name of names) assert.equal(await mode(path.join(server.dataDir, name)), '600', name);
});

// No file of the process may grow: a full disk, without one.
const fillDisk = (server, bytes) => execFileSync('prlimit', ['--pid', String(server.child.pid), `--fsize=${bytes}:unlimited`]);

test('on a full disk readyz is 503 and who writes a chat line is told; both recover', async (t) => {
  const { server, people, base } = await start(t);
  const room = await server.createRoom();
  const [ada, ben] = [await people.join(room, 'Ada'), await people.join(room, 'Ben')];
  assert.deepEqual(await ready(base), { status: 200, says: 'ok' });
  fillDisk(server, 4096);
  assert.equal((await fetch(`${base}/api/rooms`, { method: 'POST' })).status, 503);
  await until('not ready', async () => (await ready(base)).says === 'store_unavailable');
  assert.equal((await ada.ask('chat:send', { text: 'lost?' })).error.code, 'unavailable');
  await ben.settle();
  assert.deepEqual(ben.told('chat:message'), []);
  fillDisk(server, 'unlimited');
  await until('ready again', async () => (await ready(base)).status === 200);
  await ada.get('chat:send', { text: 'kept' });
  assert.equal((await people.join(room, 'Cleo')).joined.chat.length, 1);
});

test('a reader of the log that goes away costs lines, which are counted, and nobody\'s meeting', async (t) => {
  const { server, people } = await start(t);
  const room = await server.createRoom();
  const ada = await people.join(room, 'Ada');
  server.child.stdout.destroy();
  server.child.stderr.destroy();
  for (let i = 0; i < 10; ++i) await server.createRoom();
  await server.untilGauge('confab_participants', 1);
  await until('lost lines are counted', async () => ((await server.metrics()).confab_log_lines_lost_total ?? 0) >= 10);
  await ada.get('chat:send', { text: 'still here' });
  await server.kill();
  assert.equal(await server.exited, 'exit 0');
});

test('a log that is open and never read holds up neither the server nor its end', async (t) => {
  const pipe = path.join(await folder(t), 'pipe');
  execFileSync('mkfifo', [pipe]);
  const stuck = openSync(pipe, constants.O_RDWR); // its reader, who never reads
  const filler = openSync(pipe, constants.O_RDWR | constants.O_NONBLOCK);
  t.after(() => { closeSync(stuck); closeSync(filler); });
  assert.throws(() => { for (;;) writeSync(filler, Buffer.alloc(4096)); }, { code: 'EAGAIN' });
  const { server, people } = await start(t, { stdout: stuck });
  await (await people.join(await server.createRoom(), 'Ada')).get('chat:send', { text: 'hello' });
  const before = Date.now();
  await server.kill();
  assert.equal(await server.exited, 'exit 0');
  assert.ok(Date.now() - before < 5000, `${Date.now() - before} ms`);
  assert.match(server.log.join(''), /\d+ log lines are lost/);
});
