// What the whole chain costs beside `confab serve` in the same run: the time from the click on Join to
// the first decoded remote frame, by turns; and what a thousand idle sockets are to each part in memory.
// The chain is deploy/local-cluster's: nginx, two gateways, signaling, two media nodes, PostgreSQL, Consul
// where there is one. Prints one JSON object. Needs build/release/confab, the built web app, tests' npm
// packages and tools/packages/deploy.txt.
//
//   node bench/chain.mjs [joins of each, default 12] [sockets, default 1000]
import { execFileSync } from 'node:child_process';
import { mkdtempSync, chmodSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { launchChromium, newPage } from '../tests/browser/lib/chromium.mjs';
import { Server, binary, root } from '../tests/browser/lib/server.mjs';
import { click, join, until } from '../tests/browser/lib/room.mjs';
// Where the tests have their packages.
const { io } = await import(path.join(root, 'tests/node_modules/socket.io-client/build/esm/index.js'));

const joins = Number(process.argv[2] ?? 12), sockets = Number(process.argv[3] ?? 1000);
const steps = ['socket-connected', 'joined', 'consumed', 'recv-connected', 'first-remote-frame'];
const sleep = (ms) => new Promise((resolve) => { setTimeout(resolve, ms); });
const round = (value) => Math.round(value * 100) / 100;
const median = (values) => {
  const sorted = [...values].sort((a, b) => a - b), middle = sorted.length >> 1;
  return round(sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2);
};

const home = mkdtempSync(path.join(tmpdir(), 'confab-chain-'));
chmodSync(home, 0o755); // PostgreSQL's own user must get into it
const local = (...words) => execFileSync(path.join(root, 'deploy/local-cluster'), [...words, '--dir', path.join(home, 'state')], { encoding: 'utf8' });
function up() {
  const begun = Date.now();
  const about = JSON.parse(local('up', '--media', '2', '--without', 'redis,prometheus', '--binary', binary, '--json'));
  return { about, ms: Date.now() - begun };
}

async function oneJoin(browser, url, code) {
  const page = await newPage(browser, { ignoreHTTPSErrors: true });
  await page.goto(`${url}/room/${code}?simulcast=0`);
  await until(page, 'the preview shows', () => document.querySelector('video')?.videoWidth > 0);
  await page.focus('[data-testid="name-input"]');
  await page.keyboard.type('Newcomer');
  await click(page, 'join');
  const times = await until(page, 'a frame', () => {
    const all = window.__confab?.timings();
    return all?.['first-remote-frame'] === undefined ? null : all;
  });
  await click(page, 'leave');
  await page.context().close();
  return times;
}

async function createRoom(url, ca) {
  const answer = execFileSync('curl', ['--silent', '--show-error', '--fail', ...(ca ? ['--cacert', ca] : []), '--request', 'POST', `${url}/api/rooms`], { encoding: 'utf8' });
  return JSON.parse(answer).code;
}

// By turns, so that what else the machine does is done to both.
async function joinTimes(browser, places) {
  for (const place of places) {
    place.runs = [];
    place.code = await createRoom(place.url, place.ca);
    const other = await newPage(browser, { ignoreHTTPSErrors: true });
    await join(other, place, place.code, 'Already here', { query: 'simulcast=0' });
    await until(other, 'sending', () => window.__confab.snapshot().transports?.send === 'connected');
  }
  for (let n = 0; n < joins; ++n) {
    for (const place of n % 2 ? places : [...places].reverse()) place.runs.push(await oneJoin(browser, place.url, place.code));
  }
  return Object.fromEntries(places.map(({ name, runs }) =>
    [name, Object.fromEntries(steps.map((step) => [step, median(runs.map((run) => run[step]))]))]));
}

// kB of a part: nginx and PostgreSQL are groups of processes, whose shared pages PSS counts once.
function memory({ pid }) {
  const total = { pss_kb: 0, rss_kb: 0 };
  for (const one of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const stat = readFileSync(`/proc/${one}/stat`, 'latin1');
      if (Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[2]) !== pid) continue;
      const text = readFileSync(`/proc/${one}/smaps_rollup`, 'utf8');
      total.pss_kb += Number(/^Pss:\s+(\d+)/m.exec(text)[1]);
      total.rss_kb += Number(/^Rss:\s+(\d+)/m.exec(text)[1]);
    } catch { /* it ended meanwhile, or is no process of ours */ }
  }
  return total;
}

async function idleSockets({ url, certificate, parts }) {
  const names = Object.keys(parts).filter((name) => /^(nginx|gateway|signaling|media|web)/.test(name));
  const measure = () => Object.fromEntries(names.map((name) => [name, memory(parts[name])]));
  await sleep(2000);
  const before = measure();
  const ca = readFileSync(certificate);
  const clients = [];
  // One address may have a thousand connections.
  for (let n = 0; n < sockets; n += 50) {
    const some = Array.from({ length: Math.min(50, sockets - n) }, (_, i) => io(url, {
      auth: { protocol: 1 }, transports: ['websocket'], ca, forceNew: true, reconnection: false, localAddress: `127.0.0.${2 + ((n + i) % 8)}`,
    }));
    clients.push(...some);
    await Promise.all(some.map((client) => new Promise((resolve, reject) => {
      client.once('connect', resolve);
      client.once('connect_error', reject);
    })));
  }
  await sleep(5000);
  const after = measure();
  const open = clients.filter((client) => client.connected).length;
  for (const client of clients) client.disconnect();
  const each = Object.fromEntries(names.map((name) => [name, {
    ...after[name], idle_pss_kb: before[name].pss_kb, kb_per_socket: round((after[name].pss_kb - before[name].pss_kb) / sockets),
  }]));
  return { sockets, open, parts: each };
}

const { about, ms } = up();
const server = await Server.start();
const browser = await launchChromium();
try {
  const memoryOfParts = await idleSockets(about);
  const places = [{ name: 'chain', url: about.url, ca: about.certificate }, { name: 'serve', url: server.url }];
  const times = await joinTimes(browser, places);
  const ratio = round(times.chain['first-remote-frame'] / times.serve['first-remote-frame']);
  console.log(JSON.stringify({
    benchmark: 'chain', up_ms: ms, has_consul: 'consul' in about.parts, joins, median_ms_since_click: times,
    ratio_first_frame: ratio, idle: memoryOfParts,
  }, null, 1));
} finally {
  await browser.close();
  await server.stop();
  local('down');
  rmSync(home, { recursive: true, force: true });
}
process.exit();
