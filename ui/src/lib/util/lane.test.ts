import { describe, expect, it } from 'vitest';
import { Lane } from './lane';

describe('Lane', () => {
  it('never overlaps its rounds, and makes one more for all who asked during one', async () => {
    let inside = 0;
    let most = 0;
    let rounds = 0;
    const lane = new Lane(async () => {
      ++rounds;
      most = Math.max(most, ++inside);
      if (rounds === 1) {
        void lane.run();
        void lane.run();
      }
      await new Promise((resolve) => setTimeout(resolve, 1));
      --inside;
    });
    await lane.run();
    expect([rounds, most]).toEqual([2, 1]);
  });

  it('goes on after a round that failed', async () => {
    let rounds = 0;
    const lane = new Lane(() => (++rounds === 1 ? Promise.reject(new Error('x')) : Promise.resolve()));
    await expect(lane.run()).rejects.toThrow('x');
    await lane.run();
    expect(rounds).toBe(2);
  });
});
