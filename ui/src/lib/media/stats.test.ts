import { describe, expect, it } from 'vitest';
import { inboundStats, outboundStats, RateMemory, transportStats, type StatEntry } from './stats';

const codec: StatEntry = { id: 'C1', type: 'codec', timestamp: 0, mimeType: 'video/VP8' };

function inbound(at: number, bytes: number, received: number, lost: number): StatEntry {
  return {
    id: 'I1', type: 'inbound-rtp', timestamp: at, codecId: 'C1', bytesReceived: bytes, packetsReceived: received,
    packetsLost: lost, frameWidth: 640, frameHeight: 360, framesPerSecond: 30, jitter: 0.004, framesDecoded: 12,
  };
}

describe('stream statistics', () => {
  it('measures rates between two looks, and claims none after the first', () => {
    const memory = new RateMemory();
    const first = inboundStats([codec, inbound(1000, 10_000, 100, 0)], memory);
    expect(first).toMatchObject({ codec: 'video/VP8', kbps: undefined, lossPercent: undefined, width: 640, jitterMs: 4 });
    const second = inboundStats([codec, inbound(3000, 60_000, 190, 10)], memory);
    expect(second?.kbps).toBe(200);
    expect(second?.lossPercent).toBeCloseTo(10);
  });

  it('claims no rate when a counter went back, as after a new connection', () => {
    const memory = new RateMemory();
    inboundStats([inbound(1000, 10_000, 100, 0)], memory);
    expect(inboundStats([inbound(2000, 500, 4, 0)], memory)?.kbps).toBeUndefined();
  });

  it('adds up the layers of a simulcast sender and takes the size of the largest', () => {
    const memory = new RateMemory();
    const layer = (rid: string, width: number, at: number, bytesSent: number): StatEntry => ({
      id: rid, type: 'outbound-rtp', kind: 'video', timestamp: at, rid, frameWidth: width, bytesSent, codecId: 'C1',
      pliCount: 1, qualityLimitationReason: 'bandwidth',
    });
    outboundStats([layer('r1', 640, 0, 0), layer('r0', 320, 0, 0)], memory);
    const now = outboundStats([codec, layer('r1', 640, 1000, 50_000), layer('r0', 320, 1000, 12_500)], memory);
    expect(now).toMatchObject({ kbps: 500, width: 640, plis: 2, limitation: 'bandwidth' });
    expect(now?.layers.map((each) => [each.rid, each.kbps])).toEqual([['r0', 100], ['r1', 400]]);
  });

  it('says nothing where nothing was measured', () => {
    expect(inboundStats([], new RateMemory())).toBeNull();
    expect(outboundStats([], new RateMemory())).toBeNull();
    expect(transportStats([], new RateMemory())).toBeNull();
  });
});

describe('transport statistics', () => {
  const pair: StatEntry = {
    id: 'P', type: 'candidate-pair', timestamp: 1, nominated: true, state: 'succeeded', currentRoundTripTime: 0.031,
    localCandidateId: 'L', remoteCandidateId: 'R', bytesSent: 1, bytesReceived: 1,
  };
  const ends: StatEntry[] = [
    { id: 'L', type: 'local-candidate', timestamp: 1, candidateType: 'prflx', protocol: 'udp', address: '192.0.2.7' },
    { id: 'R', type: 'remote-candidate', timestamp: 1, candidateType: 'host', protocol: 'udp' },
  ];

  it('reads path and encryption as the browser reports them', () => {
    const transport: StatEntry = {
      id: 'T', type: 'transport', timestamp: 1, selectedCandidatePairId: 'P', dtlsState: 'connected', tlsVersion: 'FEFD',
      srtpCipher: 'AEAD_AES_128_GCM', iceState: 'connected',
    };
    expect(transportStats([transport, pair, ...ends], new RateMemory())).toMatchObject({
      dtlsState: 'connected', dtlsVersion: 'DTLS 1.2', srtpCipher: 'AEAD_AES_128_GCM', rttMs: 31, protocol: 'udp',
      localType: 'prflx', localAddress: '192.0.2.7', remoteType: 'host',
    });
  });

  it('works from the nominated pair where there is no transport entry', () => {
    const stats = transportStats([pair, ...ends], new RateMemory());
    expect(stats).toMatchObject({ rttMs: 31, state: 'succeeded', dtlsState: undefined, srtpCipher: undefined });
  });

  it('does not call the browser’s starting value of 300 kbit/s an estimate', () => {
    const estimate = (availableOutgoingBitrate: number) =>
      transportStats([{ ...pair, availableOutgoingBitrate }, ...ends], new RateMemory())?.availableKbps;
    expect(estimate(300_000)).toBeUndefined();
    expect(estimate(1_250_400)).toBe(1250);
  });
});
