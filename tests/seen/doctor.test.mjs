// `confab doctor` names what is wrong, by the setting, and what to do; one misconfiguration at a time.
import test from 'node:test';
import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { createServer } from 'node:http';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { binary, freePorts, Server } from '../browser/lib/server.mjs';

const mediaPort = await freePorts(2, '127.0.0.1');
const closedPort = await freePorts(1, '127.0.0.1');
const adminPort = await freePorts(1, '127.0.0.1');
const usual = {
  CONFAB_MEDIA_ADDRESS: '127.0.0.1=203.0.113.7', CONFAB_MEDIA_PORT: String(mediaPort), CONFAB_MEDIA_SHARDS: '1', CONFAB_ADMIN: `127.0.0.1:${adminPort}`,
  CONFAB_DATA: tmpdir(),
};

// { status, healthy, findings } of a run with these settings over the usual ones.
async function doctor(env = {}, args = [], before = []) {
  const [program, ...words] = [...before, binary, 'doctor', '--json', ...args];
  const { status, stdout, stderr } = await new Promise((resolve) => {
    execFile(program, words, { env: { PATH: process.env.PATH, ...usual, ...env } },
      (error, out, err) => resolve({ status: error?.code ?? 0, stdout: out, stderr: err }));
  });
  assert.ok(stdout.startsWith('{'), stderr);
  return { status, ...JSON.parse(stdout) };
}

const named = (run, check, verdict) => run.findings.filter((one) => one.check === check && one.verdict === verdict);

// That exactly this is wrong, or doubtful, of a check.
function assertNamed(run, { check, verdict = 'wrong', setting, what, remedy }) {
  const [found] = named(run, check, verdict);
  assert.ok(found, `${check} is not ${verdict}: ${JSON.stringify(run.findings, null, 1)}`);
  assert.equal(found.setting, setting);
  assert.match(found.what, what);
  assert.match(found.remedy, remedy);
  assert.equal(run.status, verdict === 'wrong' ? 1 : run.healthy ? 0 : 1);
}

function folder(t) {
  const made = mkdtempSync(path.join(tmpdir(), 'confab-doctor-'));
  t.after(() => rmSync(made, { recursive: true, force: true }));
  return made;
}

// A web server that stands where the proxy should.
async function site(t, handler, onUpgrade) {
  const server = createServer(handler);
  if (onUpgrade) server.on('upgrade', onUpgrade);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  return `http://127.0.0.1:${server.address().port}`;
}
const asConfab = (headers = {}) => (request, response) => response.writeHead(200, { 'content-type': 'application/json', ...headers }).end('{"routerRtpCapabilities":{}}');

test('where all is well nothing is wrong, and a server that runs is recognised', async (t) => {
  const server = await Server.start();
  t.after(() => server.stop());
  const run = await doctor({ CONFAB_ADMIN: `127.0.0.1:${server.adminPort}`, CONFAB_MEDIA_PORT: String(server.mediaPort) }, ['--url', `http://127.0.0.1:${server.httpPort}`]);
  assert.deepEqual(run.findings.filter((one) => one.verdict === 'wrong'), []);
  assert.equal(run.status, 0);
  assert.match(named(run, 'process', 'ok')[0].what, /runs here/);
  assert.match(named(run, 'media.ports', 'ok')[0].what, /confab runs/);
  for (const check of ['site', 'websocket', 'store', 'discovery', 'media.addresses']) assert.equal(named(run, check, 'ok').length, 1, check);
});

test('without --json it says the same to people', () => {
  const text = execFileSync(binary, ['doctor'], { env: { PATH: process.env.PATH, ...usual }, encoding: 'utf8' });
  assert.match(text, /^ok {7}media\.addresses: listens on 127\.0\.0\.1, announces 203\.0\.113\.7$/m);
  assert.match(text, /^warning +site: .*\[--url\]\n +→ confab doctor --url/m);
});

test('an address that is not this machine’s', async () => {
  assertNamed(await doctor({ CONFAB_MEDIA_ADDRESS: '198.51.100.7' }),
    { check: 'media.addresses', setting: 'media.addresses', what: /198\.51\.100\.7 is no address of this machine/, remedy: /LOCAL=PUBLIC/ });
});

test('an announced address that no other machine reaches', async () => {
  assertNamed(await doctor({ CONFAB_MEDIA_ADDRESS: '127.0.0.1' }),
    { check: 'media.addresses', verdict: 'warning', setting: 'media.addresses', what: /127\.0\.0\.1 is announced/, remedy: /LOCAL=PUBLIC/ });
});

test('a media port that another program has', async (t) => {
  const socket = createSocket('udp4');
  socket.bind(mediaPort, '127.0.0.1');
  await once(socket, 'listening');
  t.after(() => socket.close());
  assertNamed(await doctor(), { check: 'media.ports', setting: 'media.port', what: /in use/, remedy: /ss -lntup/ });
});

test('a media port where the kernel takes the ports of connections from', async () => {
  const [first] = readFileSync('/proc/sys/net/ipv4/ip_local_port_range', 'utf8').split(/\s+/).map(Number);
  assertNamed(await doctor({ CONFAB_MEDIA_PORT: String(first + 10) }),
    { check: 'media.ephemeral', verdict: 'warning', setting: 'media.port', what: /where the kernel takes/, remedy: /ip_local_reserved_ports/ });
  assert.equal(named(await doctor({ CONFAB_MEDIA_PORT: String(first - 10) }), 'media.ephemeral', 'ok').length, 1);
});

test('too few descriptors', async () => {
  assertNamed(await doctor({}, [], ['bash', '-c', 'ulimit -n 256; exec "$0" "$@"']),
    { check: 'limits.descriptors', verdict: 'warning', setting: 'LimitNOFILE', what: /256 descriptors/, remedy: /LimitNOFILE=/ });
});

test('receive buffers that the kernel does not give', async () => {
  const most = Number(readFileSync('/proc/sys/net/core/rmem_max', 'utf8'));
  assertNamed(await doctor({ CONFAB_MEDIA_RECEIVE_BUFFER_BYTES: String(Math.min(most * 2, 1 << 30)) }),
    { check: 'limits.socket_buffers', verdict: 'warning', setting: 'net.core.rmem_max', what: /packets are lost/, remedy: /sysctl net\.core\.rmem_max=/ });
});

test('a certificate that has expired, one whose key is another’s, and one that is not there', async (t) => {
  const dir = folder(t);
  const file = (name) => path.join(dir, name);
  const key = (name) => execFileSync('openssl', ['ecparam', '-genkey', '-name', 'prime256v1', '-noout', '-out', file(name)]);
  key('key.pem');
  key('other.pem');
  const make = (days) => {
    execFileSync('openssl', ['req', '-new', '-key', file('key.pem'), '-subj', '/CN=localhost', '-out', file('request.pem')]);
    execFileSync('openssl', ['x509', '-req', '-in', file('request.pem'), '-signkey', file('key.pem'), '-days', String(days), '-out', file('tls.pem')], { stdio: 'ignore' });
  };
  const run = (certificate, its) => doctor({ CONFAB_TLS: 'true', CONFAB_TLS_CERTIFICATE: file(certificate), CONFAB_TLS_KEY: file(its) });
  make(-1);
  assertNamed(await run('tls.pem', 'key.pem'), { check: 'certificate', setting: 'http.tls_certificate', what: /expired at 20/, remedy: /renew/ });
  make(3);
  assertNamed(await run('tls.pem', 'key.pem'), { check: 'certificate', verdict: 'warning', setting: 'http.tls_certificate', what: /expires at/, remedy: /renew/ });
  make(90);
  assert.equal(named(await run('tls.pem', 'key.pem'), 'certificate', 'ok').length, 1);
  assertNamed(await run('tls.pem', 'other.pem'), { check: 'certificate', setting: 'http.tls_certificate', what: /another one's/, remedy: /http\.tls_key/ });
  assertNamed(await run('none.pem', 'key.pem'), { check: 'certificate', setting: 'http.tls_certificate', what: /can not be read/, remedy: /rights/ });
});

test('TURN servers that do not answer, by UDP, TCP and TLS', async () => {
  const urls = [`turn:127.0.0.1:${closedPort}?transport=udp`, `turn:127.0.0.1:${closedPort}?transport=tcp`, `turns:127.0.0.1:${closedPort}?transport=tcp`];
  const run = await doctor({ CONFAB_ICE_URL: urls.join(','), CONFAB_TURN_SECRET: 'x'.repeat(32) });
  assert.deepEqual(named(run, 'ice', 'wrong').map((one) => one.what), urls.map((url) => `${url} does not answer`));
  for (const one of named(run, 'ice', 'wrong')) assert.match(`${one.setting}: ${one.remedy}`, /^ice\.urls: .*coturn/);
  assert.equal(run.status, 1);
});

test('no TURN server, and none by TCP', async () => {
  assertNamed(await doctor(), { check: 'ice', verdict: 'warning', setting: 'ice.urls', what: /no TURN server/, remedy: /coturn/ });
  const run = await doctor({ CONFAB_ICE_URL: `turn:127.0.0.1:${closedPort}`, CONFAB_TURN_SECRET: 'x'.repeat(32) });
  assertNamed({ ...run, status: 0, healthy: true }, { check: 'ice', verdict: 'warning', setting: 'ice.urls', what: /none is by TCP or TLS/, remedy: /transport=tcp/ });
});

test('a database that is away', async () => {
  assertNamed(await doctor({ CONFAB_DATABASE_URL: `postgresql://confab:secret@127.0.0.1:${closedPort}/confab` }),
    { check: 'store', setting: 'database.url', what: /PostgreSQL: .*refused/s, remedy: /pg_hba/ });
});

test('a directory that is away, and a process that does not say where it is', async () => {
  const consul = `http://127.0.0.1:${closedPort}`;
  const run = await doctor({ CONFAB_DISCOVERY_CONSUL: consul });
  const said = named(run, 'discovery', 'wrong').map((one) => one.setting);
  assert.deepEqual(said.sort(), ['discovery.address', 'discovery.consul']);
  assert.match(named(run, 'discovery', 'wrong').find((one) => one.setting === 'discovery.consul').what, /refused/i);
});

test('a signaling node that a gateway does not reach', async () => {
  assertNamed(await doctor({ CONFAB_GATEWAY_SIGNALING: `1=127.0.0.1:${closedPort}` }, ['--role', 'gateway']),
    { check: 'peers', setting: 'gateway.signaling', what: /refused/i, remedy: /start it/ });
});

test('a proxy that passes no WebSocket on', async (t) => {
  const url = await site(t, asConfab(), (request, socket) => socket.end('HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n'));
  const run = await doctor({}, ['--url', url]);
  assert.equal(named(run, 'site', 'ok').length, 1);
  assertNamed(run, { check: 'websocket', setting: 'the proxy', what: /no WebSocket comes through/, remedy: /Upgrade/ });
});

test('a clock that is wrong', async (t) => {
  const url = await site(t, asConfab({ date: new Date(Date.now() - 600_000).toUTCString() }));
  assertNamed(await doctor({}, ['--url', url]), { check: 'clock', setting: 'the system clock', what: /(599|600|601) s ahead/, remedy: /NTP/ });
});

test('another server where confab should be, and none at all', async (t) => {
  const url = await site(t, (request, response) => response.writeHead(200).end('Welcome to nginx!'));
  assertNamed(await doctor({}, ['--url', url]), { check: 'site', setting: 'the proxy, or http.listen', what: /not by confab/, remedy: /nginx/ });
  assertNamed(await doctor({}, ['--url', `http://127.0.0.1:${closedPort}`]), { check: 'site', setting: 'the proxy, or http.listen', what: /refused/i, remedy: /DNS/ });
});

test('a setting that is none', async () => {
  assertNamed(await doctor({ CONFAB_MEDIA_PORT: 'many' }), { check: 'configuration', setting: 'the environment', what: /media\.port|CONFAB_MEDIA_PORT/, remedy: /--help/ });
});
