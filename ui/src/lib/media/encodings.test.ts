import { describe, expect, it } from 'vitest';
import { cameraEncodings, chooseCodec, overridesFromQuery } from './encodings';

describe('diagnostic overrides in the address', () => {
  it('takes known codecs only', () => {
    expect(overridesFromQuery('?codec=VP9')).toEqual({ codec: 'vp9', simulcast: true });
    expect(overridesFromQuery('?codec=h265&simulcast=0')).toEqual({ codec: undefined, simulcast: false });
    expect(overridesFromQuery('')).toEqual({ codec: undefined, simulcast: true });
  });
});

describe('camera encodings', () => {
  it('sends three layers, smallest first, where browsers can', () => {
    const layers = cameraEncodings('720p', { codec: undefined, simulcast: true });
    expect(layers.map((each) => each.scaleResolutionDownBy)).toEqual([4, 2, 1]);
    expect(layers.map((each) => each.maxBitrate)).toEqual([150_000, 500_000, 1_500_000]);
  });

  it('sends one stream for VP9, AV1 and on request', () => {
    expect(cameraEncodings('720p', { codec: 'vp9', simulcast: true })).toHaveLength(1);
    expect(cameraEncodings('720p', { codec: 'av1', simulcast: true })).toHaveLength(1);
    expect(cameraEncodings('360p', { codec: 'vp8', simulcast: false })).toEqual([{ maxBitrate: 700_000 }]);
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
