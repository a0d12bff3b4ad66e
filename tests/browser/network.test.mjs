// The networks people are on: IPv6 alone, UDP blocked, an address that changes in the call.
import test from 'node:test';
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { launchChromium, newPage } from './lib/chromium.mjs';
import { Server } from './lib/server.mjs';
import { hears, join, seesMoving, snapshot, stats, until } from './lib/room.mjs';

async function call(t, serverOptions, { loopback = true } = {}) {
  const server = await Server.start(serverOptions);
  t.after(() => server.stop());
  const browser = await launchChromium({ loopback });
  t.after(() => browser.close());
  const code = await server.createRoom();
  const pages = [await newPage(browser), await newPage(browser)];
  for (const page of pages) await join(page, server, code, 'Someone');
  for (const page of pages) {
    await seesMoving(page, 1);
    await hears(page, 1);
  }
  return { server, pages, transports: (await stats(pages[0])).transports };
}

test('IPv6 alone', async (t) => {
  const { transports } = await call(t, { mediaAddress: 'fd77::1' }, { loopback: false });
  assert.equal(transports.recv.protocol, 'udp');
  assert.match(transports.recv.remoteAddress, /fd77::1/);
});

test('ICE-TCP alone, where UDP is blocked', async (t) => {
  const { transports, server } = await call(t, { args: ['--media-udp', 'false'] });
  assert.equal(transports.recv.protocol, 'tcp');
  const metrics = await server.metrics();
  assert.ok(metrics.confab_tcp_connections >= 4);
  assert.equal(metrics.confab_engine_udp_datagrams_received_total, 0);
});

test('an address that changes: ICE restarts on the same DTLS session', async (t) => {
  const namespace = process.env.CONFAB_TEST_ROAM_NS;
  assert.ok(namespace, 'run by tests/browser/run');
  const server = await Server.start({ mediaAddress: '10.77.1.1', httpAddress: '10.77.1.1' });
  t.after(() => server.stop());
  const wrapper = path.join(mkdtempSync(path.join(tmpdir(), 'confab-roam-')), 'chromium');
  writeFileSync(wrapper, `#!/bin/sh\nexec ip netns exec ${namespace} /usr/bin/chromium "$@"\n`, { mode: 0o755 });
  const origin = `http://10.77.1.1:${server.httpPort}`;
  const trust = [`--unsafely-treat-insecure-origin-as-secure=${origin}`];
  const roaming = await launchChromium({ loopback: false, executablePath: wrapper, args: trust });
  t.after(() => roaming.close());
  const staying = await launchChromium({ loopback: false, args: trust });
  t.after(() => staying.close());
  const code = await server.createRoom();
  const ada = await newPage(roaming);
  const ben = await newPage(staying);
  const adaId = await join(ada, server, code, 'Ada', { origin });
  await join(ben, server, code, 'Ben', { origin });
  for (const page of [ada, ben]) await seesMoving(page, 1);
  const idsBefore = (await snapshot(ada)).transports.ids;
  const before = await server.metrics();

  const ip = (...args) => execFileSync('ip', ['-n', namespace, ...args]);
  t.after(() => {
    ip('addr', 'flush', 'dev', 'eth0');
    ip('addr', 'add', '10.77.1.2/24', 'dev', 'eth0');
  });
  ip('addr', 'del', '10.77.1.2/24', 'dev', 'eth0');
  ip('addr', 'add', '10.77.1.3/24', 'dev', 'eth0');
  ip('route', 'replace', 'default', 'via', '10.77.1.1');

  await until(ada, 'the new address is in use', async () => {
    const { transports } = await window.__confab.stats();
    return transports.recv?.localAddress === '10.77.1.3' && transports.send?.localAddress === '10.77.1.3';
  }, undefined, 90_000);
  for (const page of [ada, ben]) await seesMoving(page, 1);
  assert.deepEqual((await snapshot(ada)).transports.ids, idsBefore, 'the same transports');
  assert.equal((await snapshot(ada)).participantId, adaId);
  const after = await server.metrics();
  assert.equal(after.confab_dtls_packets_received_total, before.confab_dtls_packets_received_total, 'no new handshake');
});
