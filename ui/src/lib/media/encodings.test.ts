import { describe, expect, it } from 'vitest';
import { cameraEncodings, chooseCodec, overridesFromQuery, sizeOf, screenEncodings } from './encodings';

describe('diagnostic overrides in the address', () => {
  it('takes known codecs only', () => {
    expect(overridesFromQuery('?codec=VP9')).toEqual({ codec: 'vp9', simulcast: true });
    expect(overridesFromQuery('?codec=h265&simulcast=0')).toEqual({ codec: undefined, simulcast: false });
    expect(overridesFromQuery('')).toEqual({ codec: undefined, simulcast: true });
  });
});

describe('camera encodings', () => {
  const vp8 = { codec: undefined, simulcast: true };
  const sent = (width: number, height: number) =>
    cameraEncodings({ width, height }, vp8)
      .filter((each) => each.active)
      .map((each) => each.scaleResolutionDownBy);

  it('sends three layers of a large picture, smallest first', () => {
    expect(sent(1280, 720)).toEqual([4, 2, 1]);
    expect(sent(960, 540)).toEqual([4, 2, 1]);
    expect(cameraEncodings({ width: 1280, height: 720 }, vp8).map((each) => each.maxBitrate)).toEqual([150_000, 500_000, 1_500_000]);
  });

  it('keeps the full size of a picture too small for three: the last layer is off, not the largest', () => {
    expect(sent(640, 360)).toEqual([2, 1]);
    expect(sent(640, 480)).toEqual([2, 1]);
    expect(sent(360, 640)).toEqual([2, 1]);
    expect(sent(320, 240)).toEqual([1]);
    expect(cameraEncodings({ width: 320, height: 240 }, vp8)).toHaveLength(3);
  });

  it('sends one stream for VP9, AV1 and on request', () => {
    expect(cameraEncodings({ width: 1280, height: 720 }, { codec: 'vp9', simulcast: true })).toHaveLength(1);
    expect(cameraEncodings({ width: 1280, height: 720 }, { codec: 'av1', simulcast: true })).toHaveLength(1);
    expect(cameraEncodings({ width: 640, height: 360 }, { codec: 'vp8', simulcast: false })).toEqual([{ maxBitrate: 700_000 }]);
  });

  it('goes by what the camera gives, not by what it was asked for', () => {
    const track = (settings: MediaTrackSettings) => ({ getSettings: () => settings }) as MediaStreamTrack;
    expect(sizeOf(track({ width: 640, height: 480 }), '720p')).toEqual({ width: 640, height: 480 });
    expect(sizeOf(track({}), '360p')).toEqual({ width: 640, height: 360 });
  });
});

describe('screen encodings', () => {
  const plain = { codec: undefined, simulcast: true } as const;
  it('are two of the full size, at few and at more frames', () => {
    const [few, more] = screenEncodings({ width: 1920, height: 1080 }, plain);
    expect([few?.scaleResolutionDownBy, more?.scaleResolutionDownBy]).toEqual([1, 1]);
    expect([few?.maxFramerate, more?.maxFramerate]).toEqual([5, 15]);
    expect(few?.maxBitrate).toBeLessThan(more?.maxBitrate ?? 0);
  });

  it('are one of a window so small that a browser would leave out the larger, and of codecs that have no simulcast here', () => {
    expect(screenEncodings({ width: 320, height: 240 }, plain)).toHaveLength(1);
    expect(screenEncodings({ width: 1920, height: 1080 }, { codec: 'av1', simulcast: true })).toHaveLength(1);
    expect(screenEncodings({ width: 1920, height: 1080 }, { codec: undefined, simulcast: false })).toHaveLength(1);
  });
});

describe('chooseCodec', () => {
  it('finds by mime type without regard to case, and leaves the choice open otherwise', () => {
    const vp8 = { kind: 'video' as const, mimeType: 'video/VP8', preferredPayloadType: 101, clockRate: 90000 };
    expect(chooseCodec({ codecs: [vp8] }, 'vp8')).toBe(vp8);
    expect(chooseCodec({ codecs: [vp8] }, 'av1')).toBeUndefined();
    expect(chooseCodec({ codecs: [vp8] }, undefined)).toBeUndefined();
  });
});
