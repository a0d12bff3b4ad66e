// What may go wrong in a meeting, and how it goes on: a reload, a server that restarts, a socket
// that drops.
import test from 'node:test';
import assert from 'node:assert/strict';
import { launchChromium, newPage } from './lib/chromium.mjs';
import { Server } from './lib/server.mjs';
import { hears, join, seesMoving, snapshot, until, waitTiles } from './lib/room.mjs';

async function twoPeople(t) {
  const server = await Server.start();
  t.after(() => server.stop());
  const browser = await launchChromium();
  t.after(() => browser.close());
  const code = await server.createRoom();
  const ada = await newPage(browser);
  const ben = await newPage(browser);
  const ids = [await join(ada, server, code, 'Ada'), await join(ben, server, code, 'Ben')];
  for (const page of [ada, ben]) await seesMoving(page, 1);
  return { server, ada, ben, ids };
}

test('a reload comes back as the same participant, without a click', async (t) => {
  const { ada, ben, ids } = await twoPeople(t);
  await ada.reload();
  await until(ada, 'Ada is back', () => window.__confab?.snapshot().phase === 'joined');
  assert.equal((await snapshot(ada)).participantId, ids[0]);
  for (const page of [ada, ben]) {
    await waitTiles(page, 2);
    await seesMoving(page, 1);
    await hears(page, 1);
  }
});

for (const signal of ['SIGTERM', 'SIGKILL']) {
  test(`a server restart (${signal}) is over within 10 s, without a click`, async (t) => {
    const { server, ada, ben, ids } = await twoPeople(t);
    const transportsBefore = (await snapshot(ada)).transports.ids;
    await server.kill(signal);
    await server.launch();
    const up = Date.now();
    for (const page of [ada, ben]) {
      await until(page, 'media is new', (before) => {
        const now = window.__confab?.snapshot();
        return now?.phase === 'joined' && now.connected && now.transports && JSON.stringify(now.transports.ids) !== before;
      }, JSON.stringify(transportsBefore), 10_000);
    }
    for (const page of [ada, ben]) {
      await waitTiles(page, 2);
      await seesMoving(page, 1, 1);
    }
    const took = Date.now() - up;
    assert.ok(took < 10_000, `both decoded again after ${took} ms`);
    assert.deepEqual([(await snapshot(ada)).participantId, (await snapshot(ben)).participantId], ids);
    for (const page of [ada, ben]) await hears(page, 1);
  });
}

test('a dropped socket does not touch media and ends in one tile each', async (t) => {
  const { ada, ben, ids } = await twoPeople(t);
  const before = (await snapshot(ada)).transports.ids;
  await ada.context().setOffline(true);
  await until(ada, 'the banner shows', () => document.querySelector('[data-testid="reconnecting"]'), undefined, 60_000);
  await ada.context().setOffline(false);
  await until(ada, 'the banner is gone', () => !document.querySelector('[data-testid="reconnecting"]'));
  assert.deepEqual((await snapshot(ada)).transports.ids, before, 'the same transports');
  for (const page of [ada, ben]) {
    await waitTiles(page, 2);
    await seesMoving(page, 1);
  }
  assert.equal((await snapshot(ada)).participantId, ids[0]);
});
