import { describe, expect, it } from 'vitest';
import { blame, gradeOf, ofScreen, ownTrouble, Steady, StreamWatch, symptomOf, type Health } from './quality';
import type { StatEntry } from './stats';

const video = (at: number, fields: Record<string, number>): StatEntry =>
  ({ id: 'in', type: 'inbound-rtp', timestamp: at, trackIdentifier: 't', kind: 'video', ...fields });
const well: Health = { kind: 'video', loss: 0, concealed: 0, frozen: 0, stalled: false };

describe('what is measured of a stream', () => {
  it('is what happened since the last look', () => {
    const watch = new StreamWatch();
    expect(watch.look([video(0, { packetsLost: 500, packetsReceived: 1000, framesDecoded: 30, totalFreezesDuration: 9 })]).size).toBe(0);
    const now = watch.look([video(2000, { packetsLost: 520, packetsReceived: 1180, framesDecoded: 60, totalFreezesDuration: 10 })]);
    expect(now.get('t')).toEqual({ ...well, loss: 0.1, frozen: 0.5 });
  });

  it('stands still when frames came before and none come now', () => {
    const watch = new StreamWatch();
    watch.look([video(0, { framesDecoded: 0 })]);
    expect(watch.look([video(2000, { framesDecoded: 0 })]).get('t')?.stalled).toBe(false);
    watch.look([video(4000, { framesDecoded: 30 })]);
    expect(watch.look([video(6000, { framesDecoded: 30 })]).get('t')?.stalled).toBe(true);
  });

  it('takes no silence for a gap in the sound', () => {
    const audio = (at: number, concealedSamples: number, silentConcealedSamples: number): StatEntry =>
      ({ id: 'in', type: 'inbound-rtp', timestamp: at, trackIdentifier: 'a', kind: 'audio', totalSamplesReceived: at * 48, concealedSamples, silentConcealedSamples });
    const watch = new StreamWatch();
    watch.look([audio(0, 0, 0)]);
    expect(watch.look([audio(1000, 48_000, 48_000)]).get('a')?.concealed).toBe(0);
    expect(watch.look([audio(2000, 52_800, 48_000)]).get('a')?.concealed).toBeCloseTo(0.1);
  });

  it('begins anew where the browser counts anew', () => {
    const watch = new StreamWatch();
    watch.look([video(0, { packetsReceived: 1000 })]);
    expect(watch.look([video(2000, { packetsReceived: 10 })]).size).toBe(0);
  });
});

describe('a grade', () => {
  it('is that of the worst stream', () => {
    expect(gradeOf([well])).toBe('good');
    expect(gradeOf([well, { ...well, loss: 0.04 }])).toBe('fair');
    expect(gradeOf([well, { ...well, kind: 'audio', concealed: 0.1 }])).toBe('poor');
    expect(gradeOf([{ ...well, stalled: true }])).toBe('poor');
  });

  it('does not hold against a screen that nothing moves on it', () => {
    expect(gradeOf([ofScreen({ ...well, stalled: true, frozen: 1 })])).toBe('good');
  });

  it('names what is noticed first', () => {
    expect(symptomOf([{ ...well, frozen: 0.5 }, { ...well, kind: 'audio', concealed: 0.05 }])).toBe('the sound has gaps');
    expect(symptomOf([{ ...well, stalled: true }])).toBe('the picture stands still');
  });

  it('is shown when it has been seen twice in a row', () => {
    const steady = new Steady();
    expect((['poor', 'good', 'poor', 'poor', 'good', 'fair', 'fair'] as const).map((each) => steady.take(each)))
      .toEqual(['good', 'good', 'good', 'poor', 'poor', 'poor', 'fair']);
  });
});

describe('whose connection it is', () => {
  it('is not guessed from one person', () => expect(blame(1, 1)).toBe('The connection'));
  it('is one’s own when most arrive badly', () => expect(blame(2, 3)).toBe('Your connection'));
  it('is theirs when few do', () => expect(blame(1, 3)).toBe('Their connection'));
  it('is told of what is sent, and of a computer that is too slow', () => {
    expect(ownTrouble([])).toEqual({ grade: 'good', reason: '' });
    expect(ownTrouble([{ id: 'r', type: 'remote-inbound-rtp', timestamp: 0, fractionLost: 0.2 }]).grade).toBe('poor');
    expect(ownTrouble([{ id: 'o', type: 'outbound-rtp', timestamp: 0, qualityLimitationReason: 'cpu' }]).reason).toMatch(/computer is busy/);
  });
});
