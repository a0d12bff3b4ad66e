// `confab logs` beside the processes that write: what an operator finds, and who may look.
import test from 'node:test';
import assert from 'node:assert/strict';
import { createWriteStream } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, stat, writeFile, appendFile, truncate } from 'node:fs/promises';
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { once } from 'node:events';
import path from 'node:path';
import { binary, Server } from '../browser/lib/server.mjs';
import { join, makeTransport } from './lib/client.mjs';
import { Gateway } from './lib/gateway.mjs';
import { LogViewer } from './lib/logs.mjs';
import { until } from './lib/apart.mjs';
import { request } from './lib/raw.mjs';

const token = 'b'.repeat(64);

async function folder(t) {
  const made = await mkdtemp(path.join(tmpdir(), 'confab-logs-'));
  t.after(() => rm(made, { recursive: true, force: true }));
  return made;
}

async function serve(t, dir, args = []) {
  const server = await Server.start({ args: ['--log-dir', dir, '--log-level', 'debug', ...args] });
  t.after(() => server.stop());
  return server;
}

async function people(t, server, room, names) {
  const all = [];
  for (const name of names) all.push(await join(server, room, name));
  t.after(() => { for (const one of all) one.close(); });
  return all;
}

const everyLine = async (dir) => {
  const texts = await Promise.all((await readdir(dir)).map((name) => readFile(path.join(dir, name), 'utf8')));
  return texts.flatMap((text) => text.split('\n')).filter(Boolean);
};

test('a participant is followed over all that they did, page by page and filtered', async (t) => {
  const dir = await folder(t);
  const server = await serve(t, dir, ['--node', '7']);
  const room = await server.createRoom();
  const [ada] = await people(t, server, room, ['Ada', 'Bob']);
  await makeTransport(ada, 'send');
  const viewer = await LogViewer.start(t, dir);
  await until('both have joined', async () => (await viewer.page({ text: 'participant_joined' })).lines.length === 2);
  const everything = await viewer.all({ limit: '3' });
  assert.deepEqual(everything.map((line) => line.text).sort(), (await everyLine(dir)).sort(), 'each line once');
  for (const line of everything) {
    assert.equal(line.service, 'confab');
    assert.equal(line.node, 7);
    assert.equal(line.file, 'confab-7.log');
    for (const name of ['time', 'level', 'event']) assert.ok(line[name], name);
  }
  const joined = everything.filter((line) => line.event === 'participant_joined');
  const hers = await viewer.all({ participant: joined[0].participant });
  assert.ok(hers.length >= 1 && hers.every((line) => line.participant === joined[0].participant));
  assert.deepEqual(hers.map((line) => line.text), everything.filter((line) => line.participant === joined[0].participant).map((line) => line.text));
  assert.ok((await viewer.all({ trace: joined[0].trace })).some((line) => line.event === 'participant_joined'));
  const meeting = await viewer.all({ room: joined[0].meeting });
  assert.ok(meeting.some((line) => line.event === 'meeting_open') && meeting.some((line) => line.event === 'participant_joined'));
  assert.deepEqual(await viewer.all({ level: 'error' }), []);
  assert.deepEqual(await viewer.all({ service: 'media' }), []);
  assert.deepEqual((await viewer.all({ text: 'PARTICIPANT_joined' })).map((line) => line.participant), joined.map((line) => line.participant));
  assert.deepEqual(await viewer.all({ to: '2001-01-01T00:00:00Z' }), []);
  assert.equal((await viewer.all({ from: '2001-01-01T00:00:00Z' })).length, everything.length);
  for (const query of ['level=loud', 'older=x', 'limit=0', 'from=noon']) {
    const { status, body } = await request(viewer.process, 'GET', `/api/logs?${query}`);
    assert.equal(status, 400, query);
    assert.match(body, /invalid_argument/);
  }
  const download = await viewer.fetch('/api/logs/download?text=participant_joined');
  assert.match(download.headers.get('content-disposition'), /attachment; filename="confab-logs-.*\.jsonl"/);
  assert.deepEqual((await download.text()).trim().split('\n'), joined.map((line) => line.text));
});

test('the live tail goes on while files are moved aside, cut and begun, and tells each line once', async (t) => {
  const dir = await folder(t);
  const server = await serve(t, dir, ['--log-file-bytes-max', '1500', '--log-files-max', '1000']);
  const viewer = await LogViewer.start(t, dir);
  const page = await viewer.page();
  const tail = await viewer.live(t, { newer: page.newer });
  assert.equal(tail.status, 200);
  assert.match(tail.type, /^text\/event-stream/);
  const filtered = await viewer.live(t, { text: 'participant_joined' });
  for (let round = 0; round < 5; ++round) {
    const room = await server.createRoom();
    const clients = await people(t, server, room, ['Ada', 'Bob']);
    for (const one of clients) one.close();
    if (round === 2) server.child.kill('SIGHUP');
  }
  await until('a file was moved aside', async () => (await readdir(dir)).length > 3);
  // Two may say the same in the same millisecond: they are counted, not only looked for.
  const told = () => [...page.lines, ...tail.lines].map((line) => line.text).sort();
  await until('each line has come once', async () => JSON.stringify(told()) === JSON.stringify((await everyLine(dir)).sort()));
  assert.deepEqual(tail.lost, []);
  await until('the filtered tail has its lines', async () => filtered.lines.length === 10);
  assert.ok(filtered.lines.every((line) => line.event === 'participant_joined'));
  // Another program begins a file, and another cuts its own.
  await writeFile(path.join(dir, 'nginx.log'), `{"time":"${new Date().toISOString()}","event":"first"}\n`);
  await until('a new file is seen', async () => tail.lines.some((line) => line.event === 'first'));
  await truncate(path.join(dir, 'nginx.log'), 0);
  await appendFile(path.join(dir, 'nginx.log'), `{"time":"${new Date().toISOString()}","event":"x"}\n`);
  await until('what follows a cut is seen', async () => tail.lines.some((line) => line.event === 'x'));
  // A browser whose connection went sends the last id, and goes on from there.
  tail.close();
  await server.createRoom();
  const again = await viewer.live(t, {}, { 'Last-Event-ID': tail.id });
  await until('what was missed has come', async () => again.lines.some((line) => line.event === 'room_created'));
  assert.ok(!again.lines.some((line) => line.event === 'first'));
});

test('a reader who takes nothing is brought to the end, and told what they did not see', async (t) => {
  const dir = await folder(t);
  const file = path.join(dir, 'busy-1.log');
  const line = (n) => `{"time":"${new Date(1.7e12 + n).toISOString()}","level":"info","service":"busy","node":1,"event":"e","n":${n},"more":"${'x'.repeat(900)}"}\n`;
  await writeFile(file, line(0));
  const viewer = await LogViewer.start(t, dir);
  const { newer } = await viewer.page();
  for (let i = 0; i < 70; ++i) await appendFile(file, Array.from({ length: 1000 }, (_, n) => line(i * 1000 + n)).join(''));
  const tail = await viewer.live(t, { newer });
  await until('it is told', async () => tail.lost.length === 1);
  assert.ok(tail.lost[0].bytes > 64e6, JSON.stringify(tail.lost));
  await appendFile(file, line(99_999_999));
  await until('it is live again', async () => tail.lines.some((one) => one.n === 99_999_999));
});

test('on another address it wants a token, and shows nothing without it', async (t) => {
  const dir = await folder(t);
  const refused = spawnSync(binary, ['logs', '--http', '0.0.0.0:9000', '--logs-dir', dir], { encoding: 'utf8' });
  assert.equal(refused.status, 2);
  assert.match(refused.stderr, /logs\.token is needed.*openssl rand -hex 32/);
  await writeFile(path.join(dir, 'a-1.log'), `{"time":"${new Date().toISOString()}","event":"secret_event"}\n`);
  const viewer = await LogViewer.start(t, dir, [], { CONFAB_LOGS_TOKEN: token });
  for (const at of ['/api/logs', '/api/logs/live', '/api/logs/download']) {
    const response = await viewer.fetch(at);
    assert.equal(response.status, 401, at);
    assert.doesNotMatch(await response.text(), /secret_event/);
  }
  assert.deepEqual(await (await viewer.fetch('/api/logs/session')).json(), { asks: true, signedIn: false });
  assert.equal((await viewer.page({}, { Authorization: `Bearer ${token}` })).lines.length, 1);
  const signIn = (value) => fetch(`${viewer.url}/api/logs/session`, { method: 'POST', body: JSON.stringify({ token: value }) });
  const signedIn = await signIn(token);
  assert.equal(signedIn.status, 200);
  const cookie = signedIn.headers.get('set-cookie');
  assert.match(cookie, /; HttpOnly; SameSite=Strict; /);
  const headers = { Cookie: cookie.split(';')[0] };
  assert.equal((await viewer.page({}, headers)).lines.length, 1);
  const tail = await viewer.live(t, {}, headers);
  assert.equal(tail.status, 200);
  await fetch(`${viewer.url}/api/logs/session`, { method: 'DELETE', headers });
  await until('the tail ends with the session', async () => tail.ended);
  assert.equal((await viewer.fetch('/api/logs', headers)).status, 401);
  for (let i = 0; i < 5; ++i) assert.equal((await signIn('guess')).status, 401);
  for (let i = 0; i < 3; ++i) assert.equal((await signIn(token)).status, 429, 'nobody learns whether the sixth was right');
  await until('the wrong ones are logged', async () => (viewer.process.logText.match(/logs_sign_in_refused/g) ?? []).length === 5);
  assert.doesNotMatch(viewer.process.logText, new RegExp(token));
});

test('a page of another site reaches it neither by its own name nor by posting', async (t) => {
  const dir = await folder(t);
  // The origins that may call the API of rooms have no say here.
  const viewer = await LogViewer.start(t, dir, ['--logs-host', 'logs.example.org', '--cors-origin', '*']);
  const asked = async (headers, method = 'GET', at = '/api/logs') => (await request(viewer.process, method, at, { headers })).status;
  assert.equal(await asked({ Host: 'evil.example' }), 403);
  assert.equal(await asked({ Host: 'logs.example.org' }), 200);
  assert.equal(await asked({ Host: `127.0.0.1:${viewer.process.httpPort}` }), 200);
  assert.equal(await asked({ Host: 'localhost', Origin: 'https://evil.example' }, 'POST', '/api/logs/session'), 403);
  const { head } = await request(viewer.process, 'GET', '/api/logs', { headers: { Host: 'localhost', Origin: 'https://evil.example' } });
  assert.doesNotMatch(head, /access-control-allow-origin/i);
});

test('it is up, ready, measured and drained as every role, and the page is there', async (t) => {
  const dir = await folder(t);
  const viewer = await LogViewer.start(t, dir);
  const { process } = viewer;
  for (const url of [process.url, process.adminUrl]) {
    for (const at of ['/livez', '/readyz', '/health']) assert.equal((await fetch(url + at)).status, 200, url + at);
  }
  assert.equal((await fetch(`${process.url}/`, { redirect: 'manual' })).headers.get('location'), '/logs');
  assert.match(await (await viewer.fetch('/logs')).text(), /<title>Logs/);
  for (const at of ['/room/abc-defg-hij', '/index.html', '/api/rooms', '/metrics']) assert.equal((await viewer.fetch(at)).status, 404, at);
  const tail = await viewer.live(t);
  assert.equal(await process.metric('confab_logs_readers'), 1);
  await rm(dir, { recursive: true });
  await process.until(async () => (await fetch(`${process.adminUrl}/readyz`)).status === 503);
  assert.equal((await fetch(`${process.adminUrl}/livez`)).status, 200);
  assert.equal((await viewer.fetch('/api/logs')).status, 503);
  process.child.kill('SIGTERM');
  assert.equal(await process.exited, 0);
  await until('the tail has ended', async () => tail.ended);
  const effective = spawnSync(binary, ['logs', '--logs-dir', dir, '--logs-token', token, '--print-effective'], { encoding: 'utf8' });
  assert.match(effective.stdout, /token: \(secret\)/);
  assert.doesNotMatch(effective.stdout, new RegExp(token));
});

test('the roles that everybody reaches have neither the page nor the lines', async (t) => {
  const dir = await folder(t);
  const server = await serve(t, dir);
  const gateway = await Gateway.start(t, [[1, server.httpPort]]);
  for (const { url } of [server, gateway]) {
    for (const at of ['/logs', '/logs.html', '/logs.txt', '/api/logs', '/api/logs/live', '/api/logs/download']) {
      assert.equal((await fetch(url + at)).status, 404, url + at);
    }
  }
});

test('nothing that opens a door or was said is in the logs, at any level', async (t) => {
  const dir = await folder(t);
  const turnSecret = 't'.repeat(40);
  const server = await serve(t, dir, ['--ice-url', 'turn:turn.invalid:3478', '--turn-secret', turnSecret]);
  const response = await (await fetch(`http://127.0.0.1:${server.httpPort}/api/rooms`, { method: 'POST' })).json();
  const [ada, bob] = await people(t, server, response.code, ['Ada Lovelace', 'Bob Babbage']);
  await ada.get('chat:send', { text: 'the password is swordfish' });
  await bob.event('chat:message');
  const created = await ada.get('transport:create', { direction: 'send' });
  ada.drop();
  await until('it is logged', async () => (await everyLine(dir)).some((line) => line.includes('socket_closed')));
  const text = (await everyLine(dir)).join('\n');
  const secrets = { code: response.code, hostKey: response.hostKey, name: 'Lovelace', chat: 'swordfish', turnSecret, ufrag: created.iceParameters.usernameFragment,
    pwd: created.iceParameters.password, resume: ada.joined.resumeToken,
    address: '127.0.0.1', credential: ada.joined.iceServers[0]?.credential };
  for (const [name, secret] of Object.entries(secrets)) {
    assert.ok(typeof secret === 'string' && secret.length > 3, `${name} is known to the test`);
    assert.ok(!text.includes(secret), `${name} is in the log`);
  }
});

test('a million lines: pages, a search and a moment, in little memory', async (t) => {
  const dir = await folder(t);
  const begun = Date.UTC(2025, 0, 31);
  const services = ['signaling', 'media', 'gateway'];
  const total = 1_000_000;
  const files = services.map((service) => createWriteStream(path.join(dir, `${service}-1.log`)));
  for (let n = 0; n < total; n += 1000) {
    const texts = services.map(() => '');
    for (let i = n; i < n + 1000; ++i) {
      texts[i % 3] += `{"time":"${new Date(begun + i * 60).toISOString()}","level":"${i % 1000 ? 'info' : 'warn'}","service":"${services[i % 3]}","node":1,` +
        `"event":"transport_state","meeting":"me_${String(i % 500).padStart(26, '0')}","participant":"pa_${String(i % 5000).padStart(26, '0')}",` +
        `"from":"connecting","to":"connected","why":"keys agreed"${i === 12_345 ? ',"trace":"4bf92f3577b34da6a3ce929d0e0e4736"' : ''}}\n`;
    }
    for (const [at, file] of files.entries()) if (!file.write(texts[at])) await once(file, 'drain');
  }
  for (const file of files) { file.end(); await once(file, 'close'); }
  const bytes = (await Promise.all(services.map(async (service) => (await stat(path.join(dir, `${service}-1.log`))).size))).reduce((a, b) => a + b);
  const viewer = await LogViewer.start(t, dir);
  const timed = async (what, work) => {
    const before = performance.now();
    const result = await work();
    t.diagnostic(`${what}: ${(performance.now() - before).toFixed(0)} ms`);
    return result;
  };
  t.diagnostic(`${(bytes / 1e6).toFixed(0)} MB in ${total} lines`);
  const last = await timed('the last page', () => viewer.page());
  assert.equal(last.lines.length, 200);
  assert.equal(last.lines.at(-1).time, new Date(begun + (total - 1) * 60).toISOString());
  const before = await timed('the page before', () => viewer.page({ older: last.older }));
  assert.equal(Date.parse(last.lines[0].time) - Date.parse(before.lines.at(-1).time), 60);
  const found = await timed('one line by its trace, near the beginning', async () => {
    for (let older = ''; ;) {
      const page = await viewer.page({ trace: '4bf92f3577b34da6a3ce929d0e0e4736', older });
      if (page.lines.length > 0 || page.isEnd) return page;
      older = page.older;
    }
  });
  assert.equal(found.lines.length, 1);
  const text = await timed('no line with a text, through all', async () => {
    for (let older = ''; ;) {
      const page = await viewer.page({ text: 'No Such Word', older });
      if (page.isEnd) return page;
      older = page.older;
    }
  });
  assert.equal(text.lines.length, 0);
  const noon = new Date(begun + 30_000_000);
  const moment = await timed('ten seconds in the middle', () => viewer.page({ from: noon.toISOString(), to: String(noon.getTime() + 10_000) }));
  assert.equal(moment.lines.length, 167);
  assert.ok(moment.bytesRead < 2e6, `${moment.bytesRead} bytes`);
  await timed('a participant, one page', () => viewer.page({ participant: `pa_${'1'.padStart(26, '0')}` }));
  // While somebody searches, others are answered.
  const search = viewer.page({ text: 'No Such Word' });
  await timed('/livez during a search', () => viewer.fetch('/livez'));
  await search;
  await timed('a download of all warnings', async () => {
    const lines = (await (await viewer.fetch('/api/logs/download?level=warn')).text()).trim().split('\n');
    assert.equal(lines.length, total / 1000);
  });
  const status = await readFile(`/proc/${viewer.process.child.pid}/status`, 'utf8');
  const peak = Number(/VmHWM:\s+(\d+)/.exec(status)[1]) / 1024;
  t.diagnostic(`at most ${peak.toFixed(0)} MB of memory`);
  assert.ok(peak < 100, `${peak} MB`);
});
