import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { MediaClient } from '@/lib/media/client';
import type { LayerReason, Participant, Served } from '@/lib/protocol/types';
import { kInitialMeeting, useMeeting } from '@/lib/store/meeting';
import { kNoNews, useNews } from '@/lib/store/news';
import { useQuality } from '@/lib/store/quality';
import { person } from '@/testing/fake-server';
import { QualityWatch } from './quality-watch';

interface Stream {
  track: string;
  received: number;
  lost: number;
  decoded: number;
}

/** What a browser would say of streams that the test moves on. */
class FakeMedia {
  readonly streams: Record<string, Stream> = {};
  readonly hidden = new Set<string>();
  at = 0;
  sent: Record<string, unknown>[] = [];

  run(seconds: number, loss: Record<string, number> = {}, still: string[] = []): void {
    this.at += seconds * 1000;
    for (const [id, stream] of Object.entries(this.streams)) {
      const lost = Math.round(100 * (loss[id] ?? 0));
      stream.lost += lost;
      stream.received += 100 - lost;
      if (!still.includes(id)) stream.decoded += 60;
    }
  }

  transportStats(direction: string): Promise<Map<string, unknown>> {
    const received = Object.values(this.streams).map(({ track, received: packetsReceived, lost, decoded }) => ({
      id: track, type: 'inbound-rtp', timestamp: this.at, trackIdentifier: track, kind: 'video', packetsReceived, packetsLost: lost, framesDecoded: decoded,
    }));
    return Promise.resolve(new Map((direction === 'recv' ? received : this.sent).map((each, index) => [String(index), each])));
  }

  receiving() {
    return Object.entries(this.streams).map(([participantId, { track }]) => ({
      participantId, source: 'camera', flowing: !this.hidden.has(participantId), consumer: { id: `co_${participantId}`, producerId: `pr_${participantId}`, track: { id: track } },
    }));
  }
}

let media: FakeMedia;
let current: FakeMedia | null;
let watch: QualityWatch;

const someone = (id: string): Participant => person(id, [{ id: `pr_${id}`, kind: 'video', source: 'camera', paused: false }]);
const gradeOf = (id: string) => useQuality.getState().people[id]?.grade;
const reasonOf = (id: string) => useQuality.getState().people[id]?.reason;

async function pass(loss: Record<string, number> = {}, still: string[] = []): Promise<void> {
  media.run(2, loss, still);
  await watch.look(media.at);
}

beforeEach(() => {
  vi.useFakeTimers();
  useNews.setState(kNoNews);
  media = new FakeMedia();
  current = media;
  useMeeting.setState({ ...kInitialMeeting, selfId: 'me', people: Object.fromEntries(['me', 'ada', 'ben', 'cyd'].map((id) => [id, someone(id)])) });
  for (const id of ['ada', 'ben', 'cyd']) media.streams[id] = { track: `t_${id}`, received: 0, lost: 0, decoded: 0 };
  watch = new QualityWatch(() => current as unknown as MediaClient | null);
});

afterEach(() => {
  watch.stop();
  vi.useRealTimers();
});

describe('how well a person is seen', () => {
  it('is told when it is bad for a while, with whose connection it is', async () => {
    for (let n = 0; n < 3; ++n) await pass();
    expect(gradeOf('ada')).toBe('good');
    for (let n = 0; n < 2; ++n) await pass({ ada: 0.2 });
    expect([gradeOf('ada'), gradeOf('ben')]).toEqual(['poor', 'good']);
    expect(reasonOf('ada')).toBe('Their connection is weak: packets are lost');
    for (let n = 0; n < 2; ++n) await pass({ ada: 0.2, ben: 0.2, cyd: 0.2 });
    expect(reasonOf('ben')).toBe('Your connection is weak: packets are lost');
    for (let n = 0; n < 2; ++n) await pass();
    expect(useQuality.getState().people['ada']).toEqual({ grade: 'good', reason: '' });
  });

  it('is not told of a picture that was just asked for again', async () => {
    for (let n = 0; n < 3; ++n) await pass();
    media.hidden.add('ada');
    await pass({}, ['ada']);
    media.hidden.clear();
    await pass({}, ['ada']);
    expect(useQuality.getState().stalled.size).toBe(0);
    await pass({}, ['ada']);
    expect([...useQuality.getState().stalled]).toEqual(['pr_ada']);
  });

  it('says nothing of a picture that is not sent, not shown, or whose sender is away', async () => {
    for (let n = 0; n < 3; ++n) await pass();
    media.hidden.add('ada');
    useMeeting.setState(({ people }) => ({ people: { ...people, ben: { ...someone('ben'), connection: 'reconnecting' } } }));
    await pass({}, ['ada', 'ben', 'cyd']);
    expect([...useQuality.getState().stalled]).toEqual(['pr_cyd']);
  });

  it('is forgotten with its media', async () => {
    for (let n = 0; n < 3; ++n) await pass();
    await pass({}, ['ada']);
    expect(useQuality.getState().stalled.size).toBe(1);
    current = null;
    await watch.look(media.at);
    expect(useQuality.getState()).toEqual({ people: {}, stalled: new Set(), paused: new Set() });
  });

  it('is not what a browser sends while it is still rising', async () => {
    media.sent = [{ id: 'o', type: 'outbound-rtp', timestamp: 0, qualityLimitationReason: 'bandwidth' }];
    for (let n = 0; n < 5; ++n) await pass();
    expect(gradeOf('me')).toBeUndefined();
    for (let n = 0; n < 3; ++n) await pass();
    expect(useQuality.getState().people['me']).toEqual({ grade: 'fair', reason: 'Your connection is weak: others see you less sharp' });
  });
});

describe('what the server says of a video', () => {
  const served = (reason: LayerReason): Served => ({
    reason, spatialLayer: 0, temporalLayer: 2, targetSpatialLayer: 0, targetTemporalLayer: 2, allottedBps: 150_000,
  });

  it('names the connection without guessing', async () => {
    for (let n = 0; n < 3; ++n) await pass();
    watch.take('co_ada', served('estimate'));
    for (let n = 0; n < 2; ++n) await pass();
    expect(gradeOf('ada')).toBe('fair');
    expect(reasonOf('ada')).toBe('Your connection is weak: this picture is less sharp');
    expect(gradeOf('ben')).toBe('good');
    watch.take('co_ada', served('none'));
    for (let n = 0; n < 2; ++n) await pass();
    expect(gradeOf('ada')).toBe('good');
  });

  it('tells the loss of a single person from a weak connection of one’s own', async () => {
    for (let n = 0; n < 3; ++n) await pass();
    watch.take('co_ben', served('probe_wait'));
    for (let n = 0; n < 2; ++n) await pass({ ada: 0.2 });
    expect(reasonOf('ada')).toBe('Your connection is weak: packets are lost');
  });

  it('says once that video is paused for the connection, and on which tiles', async () => {
    for (let n = 0; n < 3; ++n) await pass();
    watch.take('co_ada', served('paused_estimate'));
    for (let n = 0; n < 3; ++n) await pass({}, ['ada']);
    expect([...useQuality.getState().paused]).toEqual(['pr_ada']);
    expect(gradeOf('ada')).toBe('poor');
    expect(reasonOf('ada')).toContain('paused');
    expect(useNews.getState().notices.map((each) => each.text)).toEqual([expect.stringContaining('video is paused')]);
    watch.take('co_ada', served('estimate'));
    await pass();
    expect(useQuality.getState().paused.size).toBe(0);
  });

  it('is of no use for a video that was hidden here or switched off there', async () => {
    await pass();
    watch.take('co_ada', served('paused_estimate'));
    await pass({}, ['ada']);
    expect(useQuality.getState().paused.size).toBe(1);
    media.hidden.add('ada');
    await pass({}, ['ada']);
    expect(useQuality.getState().paused.size).toBe(0);
    media.hidden.delete('ada');
    await pass({}, ['ada']);
    expect(useQuality.getState().paused.size).toBe(1);
    const ada = useMeeting.getState().people['ada']!;
    useMeeting.setState(({ people }) => ({ people: { ...people, ada: { ...ada, producers: ada.producers.map((each) => ({ ...each, paused: true })) } } }));
    await pass({}, ['ada']);
    expect(useQuality.getState().paused.size).toBe(0);
  });

  it('is known of media that began a moment ago', async () => {
    watch.take('co_ada', served('paused_estimate'));
    await pass({}, ['ada']);
    expect([...useQuality.getState().paused]).toEqual(['pr_ada']);
  });

  it('gives way to a picture that moves: the news that it is back was missed', async () => {
    for (let n = 0; n < 2; ++n) await pass();
    watch.take('co_ada', served('paused_estimate'));
    for (let n = 0; n < 2; ++n) await pass({}, ['ada']);
    expect(useQuality.getState().paused.size).toBe(1);
    for (let n = 0; n < 2; ++n) await pass();
    expect(useQuality.getState().paused.size).toBe(0);
  });

  it('is asked for after the connection was away', async () => {
    for (let n = 0; n < 2; ++n) await pass();
    watch.take('co_ada', served('paused_estimate'));
    await watch.catchUp(() => Promise.resolve({ transports: [], consumers: [{ consumerId: 'co_ben', producerId: 'pr_ben', layers: served('paused_estimate') }] }));
    await pass({}, ['ada', 'ben']);
    expect([...useQuality.getState().paused]).toEqual(['pr_ben']);
  });

  it('is no news each time that a connection wavers', async () => {
    for (let n = 0; n < 2; ++n) await pass();
    for (let n = 0; n < 4; ++n) {
      watch.take('co_ada', served('paused_estimate'));
      await pass({}, ['ada']);
      watch.take('co_ada', served('estimate'));
      await pass();
    }
    expect(useNews.getState().notices).toHaveLength(1);
  });
});
