import { describe, expect, it } from 'vitest';
import { ExperienceMemory, pairOf } from './experience';
import type { StatEntry } from './stats';

const video = (freezeCount: number, totalFreezesDuration: number, framesDecoded: number): StatEntry =>
  ({ id: 'v', type: 'inbound-rtp', timestamp: 0, kind: 'video', freezeCount, totalFreezesDuration, framesDecoded });
const audio = (totalSamplesReceived: number, concealedSamples: number, silentConcealedSamples: number): StatEntry =>
  ({ id: 'a', type: 'inbound-rtp', timestamp: 0, kind: 'audio', totalSamplesReceived, concealedSamples, silentConcealedSamples });

describe('what a person saw and heard', () => {
  it('is what was added since the time before', () => {
    const memory = new ExperienceMemory();
    memory.since([video(1, 0.5, 100), audio(48_000, 0, 0)], 1000);
    expect(memory.since([video(3, 2, 400), audio(96_000, 4800, 2400)], 11_000)).toEqual({
      freezes: 2, frozenMs: 1500, videoMs: 10_000, concealedMs: 50, audioMs: 1000,
    });
  });

  it('counts a stream that began anew from its beginning, and no video where none is decoded', () => {
    const memory = new ExperienceMemory();
    memory.since([video(5, 5, 100)], 0);
    expect(memory.since([video(1, 0.25, 20)], 5000)).toMatchObject({ freezes: 1, frozenMs: 250, videoMs: 5000 });
    expect(memory.since([video(1, 0.25, 20)], 10_000)).toMatchObject({ freezes: 0, frozenMs: 0, videoMs: 0 });
  });

  it('is nothing where the browser does not count, and in no case less', () => {
    const memory = new ExperienceMemory();
    const bare: StatEntry = { id: 'x', type: 'inbound-rtp', timestamp: 0, kind: 'video', freezeCount: Number.NaN };
    expect(memory.since([bare], 0)).toEqual({ freezes: 0, frozenMs: 0, videoMs: 0, concealedMs: 0, audioMs: 0 });
    expect(memory.since([audio(100, 10, 5)], 10).concealedMs).toBeGreaterThanOrEqual(0);
    expect(memory.since([audio(100, 10, 9)], 20).concealedMs).toBe(0);
  });

  it('is not counted while the page slept, and stays within what the server takes', () => {
    const memory = new ExperienceMemory();
    memory.since([video(0, 0, 1)], 0);
    expect(memory.since([video(2_000_000, 90_000, 2)], 28_800_000)).toMatchObject({ freezes: 10_000, frozenMs: 38_400_000, videoMs: 60_000 });
  });
});

describe('the path of media', () => {
  const path = (candidate: Partial<StatEntry>): StatEntry[] => [
    { id: 't', type: 'transport', timestamp: 0, selectedCandidatePairId: 'p' },
    { id: 'p', type: 'candidate-pair', timestamp: 0, localCandidateId: 'l' },
    { id: 'l', type: 'local-candidate', timestamp: 0, ...candidate },
  ];

  it('is named by our end of it, a relay by how it is reached', () => {
    expect(pairOf(path({ candidateType: 'host', protocol: 'udp' }))).toEqual({ type: 'host', protocol: 'udp' });
    expect(pairOf(path({ candidateType: 'relay', protocol: 'udp', relayProtocol: 'tls' }))).toEqual({ type: 'relay', protocol: 'tcp' });
    expect(pairOf(path({ candidateType: 'unheard of', protocol: 'udp' }))).toBeNull();
    expect(pairOf([])).toBeNull();
  });
});
