// Browsers that get no packet through but by TURN, over UDP and over TCP.
import test from 'node:test';
import assert from 'node:assert/strict';
import { launchChromium, newPage } from '../browser/lib/chromium.mjs';
import { hears, join, seesMoving } from '../browser/lib/room.mjs';
import { TestCluster } from './lib/cluster.mjs';

// Nothing but relayed candidates, of the servers whose URL ends so; and the connections, to look at.
const relayOnly = (ending) => {
  const Native = window.RTCPeerConnection;
  window.connections = [];
  window.RTCPeerConnection = class extends Native {
    constructor(options, ...more) {
      const iceServers = options.iceServers.filter(({ urls }) => [urls].flat().every((url) => url.startsWith('turn:') && url.endsWith(ending)));
      super({ ...options, iceServers, iceTransportPolicy: 'relay' }, ...more);
      window.connections.push(this);
    }
  };
};

// { type, relayProtocol } of the local end of the pair in use, of each connection that media goes by:
// one that mediasoup-client only asks for its capabilities has none.
const pathsInUse = async () => Promise.all(window.connections.filter((c) => c.connectionState === 'connected').map(async (connection) => {
  const stats = await connection.getStats();
  const transport = [...stats.values()].find(({ type }) => type === 'transport');
  const local = stats.get(stats.get(transport?.selectedCandidatePairId)?.localCandidateId);
  return { type: local?.candidateType, relayProtocol: local?.relayProtocol };
}));

test('calls by TURN alone', async (t) => {
  const cluster = await TestCluster.up(t, ['--without', 'prometheus,redis,postgres']);
  const browser = await launchChromium();
  t.after(() => browser.close());

  for (const transport of ['udp', 'tcp']) {
    await t.test(`over ${transport.toUpperCase()}`, async () => {
      const code = await cluster.createRoom();
      const pages = [];
      for (const name of ['Ada', 'Ben']) {
        const page = await newPage(browser, { ignoreHTTPSErrors: true });
        await page.addInitScript(relayOnly, `transport=${transport}`);
        await join(page, cluster, code, name);
        pages.push(page);
      }
      for (const page of pages) {
        await seesMoving(page, 1);
        await hears(page, 1);
        const relayed = { type: 'relay', relayProtocol: transport };
        assert.deepEqual(await page.evaluate(pathsInUse), [relayed, relayed], 'one to send, one to receive');
      }
      for (const page of pages) await page.context().close();
    });
  }
});
