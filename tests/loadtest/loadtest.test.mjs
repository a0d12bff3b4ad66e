// What `confab loadtest` says of a server that is known to work.
import test from 'node:test';
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { root, Server } from '../browser/lib/server.mjs';

const binary = process.env.CONFAB_BINARY ?? path.join(root, 'build/release/confab');

async function loadtest(...args) {
  const child = spawn(binary, ['loadtest', '--quiet', ...args.map(String)], { stdio: ['ignore', 'pipe', 'pipe'] });
  let out = '';
  let err = '';
  child.stdout.on('data', (text) => (out += text));
  child.stderr.on('data', (text) => (err += text));
  const code = await new Promise((resolve) => child.on('exit', resolve));
  return { code, err, report: out ? JSON.parse(out) : undefined };
}

async function start(t, options) {
  const server = await Server.start(options);
  t.after(() => server.stop());
  return server;
}

const nothingWentWrong = ({ media, packets_lost: lost }) => {
  assert.equal(lost, 0);
  assert.equal(media.drop_srtp + media.drop_malformed + media.drop_unstamped + media.drop_no_room, 0);
};

test('a meeting: everybody joins, and each gets what all the others send', async (t) => {
  const server = await start(t);
  // Each transport asks for consent after 6 s at the latest, which measures the round trip.
  const { code, err, report } = await loadtest('--url', server.url, '--participants', 4, '--duration', 7,
    '--server-pid', server.child.pid, '--json', '-');
  assert.equal(code, 0, err);
  assert.equal(report.joins.ready, 4);
  nothingWentWrong(report);
  // Each packet goes to the three others; what is under way at either end of the measurement aside.
  const { packets_sent: sent, packets_received: received, packets_verified: verified } = report.media;
  assert.ok(Math.abs(received - 3 * sent) <= 0.05 * received, `${sent} sent, ${received} received`);
  assert.equal(verified, received);
  // 4 people, 50 audio packets and 30 frames of 6 packets a second; a machine that is too busy for
  // that sends less, never more.
  const rate = sent / report.measured_seconds;
  assert.ok(rate > 100 && rate < 1.1 * 4 * 230, `${rate} sent each second`);
  for (const delay of [report.audio_delay, report.video_delay, report.round_trip, report.joins.media]) {
    assert.ok(delay.count > 0);
    assert.ok(delay.p50_ms > 0 && delay.p50_ms <= delay.p99_ms && delay.p99_ms <= delay.max_ms);
  }
  assert.ok(report.server.cpu_us_per_packet > 0);
  assert.ok(report.server.resident_bytes > 1e6);
  // What the server says of itself, of a sample: no longer than what the packets took from end to end.
  const samples = await server.samples();
  const value = (name) => samples.filter((s) => s.name === name).reduce((sum, s) => sum + s.value, 0);
  const counted = value('confab_forwarding_delay_seconds_count');
  assert.ok(counted > 50, `${counted} messages sampled`);
  const mean = (1000 * value('confab_forwarding_delay_seconds_sum')) / counted;
  assert.ok(mean > 0 && mean < report.video_delay.max_ms, `${mean} ms on average`);
});

test('a broadcast over several threads counts everything while it decrypts little', async (t) => {
  const server = await start(t);
  const { code, err, report } = await loadtest('--url', server.url, '--rooms', 2, '--participants', 6, '--publishers', 1,
    '--subscribers', 5, '--simulcast', '--threads', 2, '--verify-one-in', 8, '--duration', 3, '--json', '-');
  assert.equal(code, 0, err);
  assert.equal(report.joins.ready, 12);
  nothingWentWrong(report);
  const { packets_received: received, packets_verified: verified } = report.media;
  assert.ok(received > 1000, `${received} received`);
  assert.ok(Math.abs(verified - received / 8) < 50, `${verified} of ${received} verified`);
});

test('a meeting over two shards: nobody misses anything, and each packet crosses once', async (t) => {
  const server = await start(t, { env: { CONFAB_MEDIA_SHARDS: '2', CONFAB_MEDIA_SPREAD_TRANSPORTS: '2' } });
  const { code, err, report } = await loadtest('--url', server.url, '--participants', 10, '--duration', 4, '--json', '-');
  assert.equal(code, 0, err);
  assert.equal(report.joins.ready, 10);
  nothingWentWrong(report);
  const { packets_sent: sent, packets_received: received, packets_verified: verified } = report.media;
  assert.ok(Math.abs(received - 9 * sent) <= 0.05 * received, `${sent} sent, ${received} received`);
  assert.equal(verified, received);

  const samples = await server.samples();
  const count = (name, label = '') => samples
    .filter((s) => s.name === name && s.labels.includes(label))
    .reduce((sum, s) => sum + s.value, 0);
  const dropped = (reason) => count('confab_media_drops_total', `reason="${reason}"`);
  for (const shard of ['0', '1']) assert.ok(count('confab_rtp_packets_received_total', `shard="${shard}"`) > 0);
  // Five receivers on the other shard get one copy. What came before the first of them is not carried.
  const taken = count('confab_rtp_packets_received_total');
  const crossed = count('confab_pipe_packets_sent_total');
  assert.ok(crossed <= taken && crossed > 0.9 * taken, `${crossed} of ${taken} crossed`);
  assert.equal(count('confab_pipe_packets_received_total') + dropped('pipe_unknown_producer'), crossed);
  assert.equal(dropped('pipe_full'), 0);
  for (const name of ['routers', 'transports', 'producers', 'consumers', 'piped_producers', 'pipe_outlets']) {
    assert.equal(count(`confab_${name}`), 0, name);
  }
});

test('the server is empty afterwards, without waiting for anybody to come back', async (t) => {
  const server = await start(t);
  const { code } = await loadtest('--url', server.url, '--participants', 3, '--no-video', '--duration', 1);
  assert.equal(code, 0);
  const metrics = await (await fetch(`${server.adminUrl}/metrics`)).text();
  const transports = [...metrics.matchAll(/^confab_transports\{.*\} (\d+)/gm)];
  assert.ok(transports.length > 0);
  assert.deepEqual(transports.map(([, n]) => n), transports.map(() => '0'));
});

test('a full room is told, and those inside are measured', async (t) => {
  const server = await start(t, { env: { CONFAB_CALL_PARTICIPANTS_MAX: '2' } });
  const { code, report } = await loadtest('--url', server.url, '--participants', 3, '--duration', 1, '--json', '-');
  assert.equal(code, 0);
  assert.equal(report.joins.ready, 2);
  assert.equal(report.joins.failed, 1);
  assert.match(report.joins.failures[0], /full/);
});

test('when the server goes while it measures, who was in is lost, and nobody is to come', async (t) => {
  const server = await start(t);
  const child = spawn(binary, ['loadtest', '--url', server.url, '--participants', '3', '--duration', '5'],
    { stdio: ['ignore', 'pipe', 'pipe'] });
  let progress = '';
  let table = '';
  child.stderr.on('data', (text) => {
    if (!progress.includes('measuring') && String(text).includes('measuring')) server.child.kill('SIGKILL');
    progress += text;
  });
  child.stdout.on('data', (text) => (table += text));
  const [code] = await once(child, 'close');
  assert.equal(code, 0, progress);
  assert.match(progress, /measuring, \d s left: 0 in, 3 lost;/);
  assert.doesNotMatch(progress, /measuring.*(to come|failed)/);
  assert.match(table, /joined +3 of 3 at [\d.]+\/s, 3 lost\n/);
});

test('without a server it says so', async () => {
  const { code, err } = await loadtest('--url', 'http://127.0.0.1:1');
  assert.equal(code, 1);
  assert.match(err, /127\.0\.0\.1:1.*refused/i);
});

test('a public address is not loaded without a word', async () => {
  const { code, err } = await loadtest('--url', 'http://192.0.2.1');
  assert.equal(code, 1);
  assert.match(err, /--i-own-this-server/);
});

test('flags that make no sense are named', async () => {
  for (const [flags, name] of [[['--publishers', 11], '--publishers'], [['--url', 'here'], 'http'],
    [['--no-audio', '--no-video'], '--no-audio'], [['--fps', 0], '--fps']]) {
    const { code, err } = await loadtest(...flags);
    assert.equal(code, 2, err);
    assert.ok(err.includes(name), err);
  }
});
