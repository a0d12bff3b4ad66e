import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FakeAudio, settled, stubBrowser, track } from '@/testing/stage';
import { AudioSink } from './audio-sink';

beforeEach(() => void stubBrowser());
afterEach(() => vi.unstubAllGlobals());

describe('AudioSink', () => {
  it('plays who is there, and nobody who left while the sound was being routed', async () => {
    const sink = new AudioSink(() => undefined);
    sink.add('pr_ada', track('audio'));
    sink.add('pr_ben', track('audio'));
    sink.remove('pr_ben');
    await settled();
    expect([...FakeAudio.playing]).toEqual(['pr_ada']);
  });
});
