import { expect, test } from 'vitest';
import type { ConsumerInfo, MediaInfo } from './api';
import { History, kHistoryMs } from './history';
import { ageWords, layerWords, rateWords, worstReason } from './words';

const consumer = (reason: string, more: Partial<ConsumerInfo> = {}): ConsumerInfo => ({
  consumerId: `co_${reason}`, producerId: 'pr', bytesSent: 0, rttUs: 0, fractionLost: 0,
  layers: { reason: reason as never, spatialLayer: 0, temporalLayer: 1, targetSpatialLayer: 0, targetTemporalLayer: 1, allottedBps: 0 },
  ...more,
});

const media = (bytesSent: number, consumers: ConsumerInfo[] = []): MediaInfo => ({
  transports: [{
    transportId: 'tr', direction: 'recv', iceConnected: true, dtlsConnected: true, protocol: 'udp', bytesReceived: 0, bytesSent,
    link: { targetBps: 2_000_000, sentBps: 0, networkQueueMs: 0, serverQueuePackets: 0, lossPermille: 0, state: 'normal', cause: 'delay' },
  }],
  producers: [],
  consumers,
});

test('a rate is what came between two looks, and the first has none', () => {
  const history = new History();
  history.add(1000, media(0, [consumer('none', { bytesSent: 0 })]));
  expect(history.samples[0]).toEqual({ at: 1000, targetBps: 2_000_000 });
  history.add(3000, media(250_000, [consumer('none', { bytesSent: 125_000 })]));
  expect(history.samples[1]).toEqual({ at: 3000, outBps: 1_000_000, inBps: 0, targetBps: 2_000_000 });
  expect(history.bpsOf('co_none')).toBe(500_000);
});

test('a counter that begins anew is no rate, and what is older than minutes goes', () => {
  const history = new History();
  history.add(1000, media(500));
  history.add(2000, media(10));
  expect(history.samples[1]).not.toHaveProperty('outBps');
  history.add(2000 + kHistoryMs, media(20));
  expect(history.samples.map((each) => each.at)).toEqual([2000 + kHistoryMs]);
});

test('the worst of what holds somebody back is named, and what their page wished is no trouble', () => {
  expect(worstReason(media(0, [consumer('none'), consumer('client_wish')]))).toBeNull();
  expect(worstReason(media(0, [consumer('estimate'), consumer('paused_estimate')]))).toBe('paused_estimate');
  expect(worstReason(media(0, [consumer('estimate', { paused: true })]))).toBeNull();
});

test('layers, rates and ages in words', () => {
  expect(layerWords(consumer('none'))).toBe('layer 1, rate 2');
  expect(layerWords({ ...consumer('estimate'), layers: { reason: 'estimate', spatialLayer: null, temporalLayer: null, targetSpatialLayer: 0, targetTemporalLayer: 0, allottedBps: 0 } })).toBe('nothing → layer 1, rate 1');
  expect([rateWords(undefined), rateWords(1_500_000), rateWords(32_400)]).toEqual(['–', '1.5 Mbit/s', '32 kbit/s']);
  expect([ageWords(5000), ageWords(180_000), ageWords(7_500_000), ageWords(90_000_000)]).toEqual(['5 s', '3 min', '2 h 5 min', '1 d 1 h']);
});
