import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { MediaClient } from '@/lib/media/client';
import { mark } from '@/lib/media/marks';
import { useMeeting } from '@/lib/store/meeting';
import { person } from '@/testing/fake-server';
import { missingStep, Reporter, stepsOf } from './reporter';

const said: Record<string, unknown>[] = [];
let connected = true;
const signaling = {
  get connected() {
    return connected;
  },
  request: (_event: string, payload: unknown) => {
    said.push(payload as Record<string, unknown>);
    return Promise.resolve({});
  },
};
let media: { flowing: boolean; kind: string; state: string } | null = null;
const client = () =>
  media === null
    ? null
    : ({
        receiving: () => [{ flowing: media?.flowing, participantId: 'pt_ben', consumer: { kind: media?.kind, producerId: 'pr_ben' } }],
        inUse: () => true,
        state: () => media?.state,
        transportStats: () => Promise.resolve(new Map()),
      } as unknown as MediaClient);
let reporter: Reporter;

function ben(paused: boolean, kind: 'video' | 'audio' = 'video'): void {
  const source = kind === 'video' ? 'camera' : 'microphone';
  useMeeting.setState({ selfId: 'pt_self', people: { pt_ben: person('pt_ben', [{ id: 'pr_ben', kind, source, paused }]) } });
}

beforeEach(() => {
  // Not `performance`: its marks are what is reported.
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date'] });
  performance.clearMarks();
  vi.stubGlobal('document', { hidden: false });
  said.length = 0;
  connected = true;
  media = null;
  useMeeting.setState({ phase: 'joined', offlineSince: null, mediaTrouble: false });
  ben(false);
  reporter = new Reporter(signaling as never, client, () => Date.now());
});

afterEach(() => {
  reporter.dispose();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe('the steps of a join', () => {
  it('are milliseconds since the click, those alone that were reached', () => {
    expect(stepsOf({ 'join-click': 0, 'socket-connected': 12.4, joined: 80.6 })).toEqual({ socket: 12, join: 81 });
    expect(stepsOf({ joined: 9e9 })).toEqual({ join: 600_000 });
  });

  it('that are missing are those that something was to be waited for', () => {
    expect(missingStep({ socket: 1, join: 2 }, { media: false, video: false })).toBeNull();
    expect(missingStep({ socket: 1, join: 2 }, { media: true, video: true })).toBe('ice');
    expect(missingStep({ socket: 1, join: 2, ice: 3, dtls: 4, first_media: 5 }, { media: true, video: true })).toBe('first_frame');
    expect(missingStep({ socket: 1, join: 2, ice: 3, dtls: 4, first_media: 5 }, { media: true, video: false })).toBeNull();
  });

  it('are said once, when all are there', async () => {
    media = { flowing: true, kind: 'video', state: 'connected' };
    mark('join-click');
    for (const step of ['socket-connected', 'joined', 'ice-connected', 'recv-connected', 'first-media'] as const) mark(step);
    reporter.begin();
    await vi.advanceTimersByTimeAsync(3000);
    expect(said).toEqual([]);
    mark('first-remote-frame');
    await vi.advanceTimersByTimeAsync(1000);
    expect(said).toHaveLength(1);
    expect(Object.keys(said[0]?.['join'] as object)).toEqual(['socket', 'join', 'ice', 'dtls', 'first_media', 'first_frame']);
    expect(said[0]).not.toHaveProperty('failed');
    await vi.advanceTimersByTimeAsync(20_000);
    expect(said).toHaveLength(1);
  });

  it('are waited for before anything is received: media is made after the join', async () => {
    mark('join-click');
    mark('socket-connected');
    mark('joined');
    reporter.begin();
    await vi.advanceTimersByTimeAsync(5000);
    expect(said).toEqual([]);
    for (const step of ['ice-connected', 'recv-connected', 'first-media', 'first-remote-frame'] as const) mark(step);
    await vi.advanceTimersByTimeAsync(1000);
    expect(Object.keys(said[0]?.['join'] as object)).toHaveLength(6);
  });

  it('are not waited for where everybody is muted', async () => {
    media = { flowing: true, kind: 'video', state: 'new' };
    ben(true);
    mark('join-click');
    mark('socket-connected');
    mark('joined');
    reporter.begin();
    await vi.advanceTimersByTimeAsync(1000);
    expect(said).toHaveLength(1);
    expect(said[0]).not.toHaveProperty('failed');
  });

  it('that does not come is named, with why', async () => {
    media = { flowing: true, kind: 'audio', state: 'failed' };
    mark('join-click');
    mark('socket-connected');
    mark('joined');
    reporter.begin();
    await vi.advanceTimersByTimeAsync(16_000);
    expect(said).toHaveLength(1);
    expect(said[0]).toMatchObject({ failed: { step: 'ice', reason: 'failed' } });
  });
});

describe('afterwards', () => {
  beforeEach(() => useMeeting.setState({ people: {} }));

  it('says twice a minute what was added, and what was away and came back', async () => {
    mark('join-click');
    mark('socket-connected');
    mark('joined');
    reporter.begin();
    await vi.advanceTimersByTimeAsync(1000);
    useMeeting.setState({ offlineSince: Date.now() });
    await vi.advanceTimersByTimeAsync(2000);
    useMeeting.setState({ offlineSince: null });
    useMeeting.setState({ mediaTrouble: true });
    reporter.mediaLost();
    await vi.advanceTimersByTimeAsync(500);
    useMeeting.setState({ mediaTrouble: false });
    said.length = 0;
    await vi.advanceTimersByTimeAsync(30_000);
    expect(said).toHaveLength(1);
    expect(said[0]).toMatchObject({ mended: [{ what: 'socket', awayMs: 2000 }, { what: 'media', awayMs: 500 }], freezes: 0 });
    await vi.advanceTimersByTimeAsync(30_000);
    expect(said[1]).not.toHaveProperty('mended');
  });

  it('keeps what it has to say while there is no connection, and says nothing after the end', async () => {
    reporter.begin();
    connected = false;
    useMeeting.setState({ offlineSince: Date.now() });
    await vi.advanceTimersByTimeAsync(31_000);
    expect(said).toEqual([]);
    connected = true;
    useMeeting.setState({ offlineSince: null });
    await vi.advanceTimersByTimeAsync(30_000);
    expect(said).toHaveLength(1);
    expect(said[0]).toMatchObject({ mended: [{ what: 'socket', awayMs: 31_000 }] });
    reporter.end();
    await vi.advanceTimersByTimeAsync(120_000);
    expect(said).toHaveLength(1);
  });
});
