import { afterEach, describe, expect, it } from 'vitest';
import { KeyFrameWatch } from './key-frame-watch';

let watch: KeyFrameWatch;
afterEach(() => watch.stop());

function watching() {
  const figures = { framesDecoded: 0, bytesReceived: 0 };
  const asked: string[] = [];
  const report = () => new Map([['I', { type: 'inbound-rtp', ...figures }]]) as unknown as RTCStatsReport;
  watch = new KeyFrameWatch(() => [{ id: 'co_1', getStats: () => Promise.resolve(report()) }], (id) => asked.push(id));
  return { figures, asked };
}

describe('KeyFrameWatch', () => {
  it('asks when bytes come and no frame does, at growing distances', async () => {
    const { figures, asked } = watching();
    const times: number[] = [];
    for (let now = 0; now <= 6000; now += 100) {
      figures.bytesReceived += 1000;
      await watch.look(now);
      if (asked.length > times.length) times.push(now);
    }
    expect(times).toEqual([700, 2100, 4900]);
  });

  it('does not ask while frames are decoded', async () => {
    const { figures, asked } = watching();
    for (let now = 0; now <= 5000; now += 500) {
      figures.bytesReceived += 1000;
      figures.framesDecoded += 15;
      await watch.look(now);
    }
    expect(asked).toEqual([]);
  });

  it('does not ask while nothing is sent', async () => {
    const { asked } = watching();
    for (let now = 0; now <= 5000; now += 500) await watch.look(now);
    expect(asked).toEqual([]);
  });
});
