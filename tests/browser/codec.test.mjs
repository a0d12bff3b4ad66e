// Each video codec from one end to the other.
import test from 'node:test';
import assert from 'node:assert/strict';
import { launchChromium, newPage } from './lib/chromium.mjs';
import { Server } from './lib/server.mjs';
import { join, seesMoving, stats } from './lib/room.mjs';

for (const [codec, mimeType] of [['vp8', 'video/VP8'], ['vp9', 'video/VP9'], ['h264', 'video/H264'], ['av1', 'video/AV1']]) {
  test(`${codec} end to end`, async (t) => {
    const server = await Server.start();
    t.after(() => server.stop());
    const browser = await launchChromium();
    t.after(() => browser.close());
    const code = await server.createRoom();
    const pages = [await newPage(browser, { defaultCamera: true }), await newPage(browser, { defaultCamera: true })];
    for (const page of pages) await join(page, server, code, 'Someone', { query: `codec=${codec}` });
    for (const page of pages) {
      await seesMoving(page, 1, 30);
      const { streams } = await stats(page);
      const video = streams.filter((s) => s.direction === 'recv' && s.stats?.kind === 'video');
      assert.deepEqual(video.map((s) => s.stats.codec), [mimeType]);
    }
  });
}
