// docs/metrics.md is what /metrics says, in every role, and what no exposition may hold.
import test from 'node:test';
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { freePorts, root, Server } from '../browser/lib/server.mjs';
import { until } from '../cluster/lib/cluster.mjs';
import { parse, scrape } from './lib/exposition.mjs';
import { adminPlaces, startCluster, startLoad } from './lib/cluster.mjs';

// { name: { type, unit, labels, meaning } }
function documented() {
  const rows = readFileSync(path.join(root, 'docs/metrics.md'), 'utf8').split('\n').filter((line) => line.startsWith('| `confab_'));
  return new Map(rows.map((row) => {
    const [name, type, unit, labels, meaning] = row.split('|').slice(1, -1).map((cell) => cell.trim());
    return [name.replaceAll('`', ''), { type, unit, labels: [...labels.matchAll(/`(\w+)`/g)].map(([, label]) => label).sort(), meaning }];
  }));
}

function* sources(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const file = path.join(folder, entry.name);
    if (entry.isDirectory()) yield* sources(file);
    else if (file.endsWith('.cpp') && !file.endsWith('_test.cpp')) yield readFileSync(file, 'utf8');
  }
}

// Names that stand in the code as they are, with what the exposition makes of them.
function inCode() {
  const suffix = { counter: '_total', gauge: '', histogram: '', seconds: '_seconds_total' };
  const found = [...sources(path.join(root, 'src'))].flatMap((text) => [...text.matchAll(/\bout\.(counter|gauge|histogram|seconds)\(\s*"([a-z0-9_]+)",/g)]);
  const histograms = [...sources(path.join(root, 'src'))].flatMap((text) => [...text.matchAll(/\.expose\(\s*"([a-z0-9_]+)",/g)].map(([, name]) => `confab_${name}`));
  return new Set([...found.map(([, kind, name]) => `confab_${name}${suffix[kind]}`), ...histograms]);
}

const word = /^[a-z][a-z0-9_]*$/, number = /^\d{1,5}$/;
const allowed = {
  shard: number, node: number, listener: word, reason: word, how: word, by: word, what: word, mode: word, state: word, role: word,
  code: word, status: /^([2-5]xx|gone)$/, result: word, operation: word, command: word, step: word, type: word, protocol: word,
  direction: /^(up|down)$/, layer: /^([0-3]|none)$/,
  // What the code declares: whatever stands for a part of a path is ":name" or "*".
  route: /^(\/(:[A-Za-z]+|\*|\.?[a-z][a-zA-Z0-9._-]*)?)+$/, method: /^\/[A-Za-z0-9.]+\/[A-Za-z]+$/,
  build: /^[\w.+~-]{1,64}$/, url: /^(stun|turns?):[\w.:[\]-]+(\?transport=(udp|tcp))?$/, le: /^([\d.e+-]+|\+Inf)$/,
};

test('each family that a role exposes has its line in docs/metrics.md, and each line its family', async (t) => {
  const cluster = await startCluster(t);
  const places = adminPlaces(cluster);
  const ports = await freePorts(2, '127.0.0.1');
  const server = await Server.start({
    args: ['--media-service'], env: { CONFAB_MEDIA_SERVICE_GRPC_LISTEN: `127.0.0.1:${ports}`, CONFAB_MEDIA_SERVICE_HTTP_LISTEN: `127.0.0.1:${ports + 1}` },
  });
  t.after(() => server.stop());
  const texts = [...await Promise.all(Object.values(places).map(scrape)), await (await fetch(`${server.adminUrl}/metrics`)).text()];
  const families = new Map();
  for (const sample of texts.flatMap(parse)) {
    const family = families.get(sample.family) ?? { type: sample.type, help: sample.help, labels: new Set() };
    for (const label of Object.keys(sample.labels)) if (label !== 'le') family.labels.add(label);
    families.set(sample.family, family);
  }
  const lines = documented(), code = inCode();
  const undocumented = [...new Set([...families.keys(), ...code])].filter((name) => !lines.has(name));
  assert.deepEqual(undocumented, [], 'these need a line in docs/metrics.md');
  // Some are said only by who is set up for what they count.
  const gone = [...lines.keys()].filter((name) => !families.has(name) && !code.has(name));
  assert.deepEqual(gone, [], 'nobody exposes these any more');
  for (const [name, { type, help, labels }] of families) {
    const line = lines.get(name);
    assert.equal(line.type, type, name);
    assert.deepEqual(line.labels, [...labels].sort(), `labels of ${name}`);
    assert.ok(line.unit && line.meaning && help, `${name} has unit, meaning and help`);
    assert.equal(name.endsWith('_total'), type === 'counter', `${name}: counters end with _total`);
  }
});

test('under load no room, name, participant, address or path is in any exposition, and labels are bounded', async (t) => {
  const cluster = await startCluster(t);
  const places = adminPlaces(cluster);
  const room = await cluster.createRoom();
  const name = 'Zebulonia Quist', chat = 'unmistakable words';
  const ada = await cluster.join(room, name), bob = await cluster.join(room, 'Bob');
  await ada.get('chat:send', { text: chat }).catch(() => undefined);
  await cluster.fetch(`/room/${room}`);
  await cluster.fetch(`/api/rooms/${room}`);
  await cluster.fetch('/api/rooms/no-such-room/made-up-path');
  const load = startLoad(t, cluster, ['--duration', '6', '--ramp', '10']);
  const count = (before) => Object.fromEntries(Object.entries(before).map(([part, text]) => [part, parse(text).length]));
  const all = async () => Object.fromEntries(await Promise.all(Object.entries(places).map(async ([part, at]) => [part, await scrape(at)])));
  const before = await all();
  await until('the load is there', async () => (await cluster.metric('confab_participants', '', 'signaling-1')) >= 8, 30_000);
  const after = await all();
  const secrets = [room, name, 'Zebulonia', 'Bob', chat, 'made-up-path', 'no-such-room', ada.joined.participantId, bob.joined.participantId,
    ada.joined.resumeToken].filter(Boolean);
  assert.ok(secrets.length >= 9, `what join answers has other names: ${Object.keys(ada.joined)}`);
  for (const [part, text] of Object.entries(after)) {
    for (const secret of secrets) assert.ok(!text.includes(secret), `${part} exposes ${secret}`);
    for (const { name: sample, labels } of parse(text)) {
      for (const [key, value] of Object.entries(labels)) {
        assert.ok(allowed[key], `${part}: ${sample} has a label ${key} that docs/metrics.md does not know`);
        assert.match(value, allowed[key], `${part}: ${sample}{${key}}`);
      }
    }
  }
  assert.deepEqual(count(after), count(before), 'who comes adds no series');
  assert.equal(await load.finished, 0);
});
