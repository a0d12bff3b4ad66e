// The benchmarks as ./dev bench runs them, made short.
import test from 'node:test';
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

// Runs bench/run with these words; gives what it wrote to `file`.
async function bench(t, file, ...words) {
  const out = await mkdtemp(path.join(tmpdir(), 'confab-bench-'));
  t.after(() => rm(out, { recursive: true }));
  const child = spawn(path.join(root, 'bench/run'), words, {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, CONFAB_BENCH_OUT: out },
  });
  let complaints = '';
  child.stderr.on('data', (text) => (complaints += text));
  const code = await new Promise((resolve) => child.on('exit', resolve));
  assert.equal(code, 0, complaints);
  return JSON.parse(await readFile(path.join(out, file), 'utf8'));
}

const arePositive = (row, ...names) => {
  for (const name of names) assert.ok(row[name] > 0, `${name} is ${row[name]}`);
};

test('every micro-benchmark runs', async (t) => {
  const { benchmarks } = await bench(t, 'micro.json', 'micro', '--benchmark_min_time=0.001');
  for (const row of benchmarks) {
    assert.ok(!row.error_occurred, `${row.name}: ${row.error_message}`);
    arePositive(row, 'iterations', 'real_time');
  }
  const names = benchmarks.map(({ name }) => name.split('/')[0]);
  for (const name of ['parse_rtp', 'parse_stun', 'write_packet', 'plan_queue', 'protect', 'unprotect',
    'move_timer', 'advance_wheel', 'post_and_drain', 'forward_bursts', 'forward_recorded']) {
    assert.ok(names.includes(name), `${name} is missing`);
  }
});

test('the floor sends what it was asked for', async (t) => {
  const row = await bench(t, 'floor.json', 'floor', '--publishers', '2', '--receivers', '3', '--seconds', '0.5');
  // Half a second of 30 frames of 6 packets and 50 of audio, from 2 to 3.
  assert.ok(Math.abs(row.packets - 0.5 * (30 * 6 + 50) * 2 * 3) < 100, `${row.packets} packets`);
  arePositive(row, 'packets_per_message', 'cpu_us_per_packet');
});

test('every kind of command to a media node is timed, on a quiet link and under joins', async (t) => {
  const row = await bench(t, 'rpc.json', 'rpc', '10');
  for (const part of [row.idle, row.under_joins]) {
    assert.ok(Object.keys(part).length >= 14, Object.keys(part).join());
    assert.ok(part.http_json.count === 10 && part.CreateTransport.count === 20);
    for (const times of Object.values(part)) arePositive(times, 'p50_ms', 'p99_ms');
  }
});

test('forwarding into the black hole counts every packet', async (t) => {
  const { device, rows } = await bench(t, 'blackhole.json', 'blackhole', '--quick', '--seconds', '0.2');
  assert.ok(['ifb', 'dummy'].includes(device));
  assert.ok(rows.length >= 6);
  for (const row of rows) {
    arePositive(row, 'ns_per_packet', 'packets_per_skb', 'bytes_per_packet', 'packets_per_second');
    assert.ok(row.loss > -0.001 && row.loss < 0.5, `${row.name}: ${row.loss} lost`);
    const isGrouped = row.benchmark === 'forward_engine';
    assert.ok(isGrouped ? row.packets_per_skb > 2 : row.packets_per_skb === 1, `${row.name}: ${row.packets_per_skb}`);
  }
});

test('a meeting is measured from end to end', async (t) => {
  const { rows } = await bench(t, 'macro.json', 'macro', 'meeting-3', '--seconds', '1');
  const row = rows.find(({ server }) => server === 'confab');
  assert.equal(row.profile, 'meeting-3');
  arePositive(row, 'packets_per_second', 'cpu_us_per_packet', 'packets_per_skb', 'ratio_to_floor',
    'resident_bytes_per_participant', 'generator_us_per_packet');
  assert.equal(row.joins.ready, 3);
  assert.ok(row.audio_delay.p50_ms > 0 && row.video_delay.p99_ms > 0);
  assert.ok(row.added_delay.count > 0 && row.added_delay.p50_ms > 0);
});
