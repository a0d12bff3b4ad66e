import type { types as ms } from 'mediasoup-client';
import type { Resolution } from './devices';

export type VideoCodec = 'vp8' | 'vp9' | 'h264' | 'av1';

/**
 * What the address may ask for, to try the server with: `?codec=vp8|vp9|h264|av1` and `?simulcast=0`.
 * A diagnostic; nothing in the app links to it.
 */
export interface MediaOverrides {
  codec: VideoCodec | undefined;
  simulcast: boolean;
}

export function overridesFromQuery(search: string): MediaOverrides {
  const query = new URLSearchParams(search);
  const codec = query.get('codec')?.toLowerCase();
  return {
    codec: codec === 'vp8' || codec === 'vp9' || codec === 'h264' || codec === 'av1' ? codec : undefined,
    simulcast: query.get('simulcast') !== '0',
  };
}

export function chooseCodec(
  capabilities: ms.RtpCapabilities,
  wanted: VideoCodec | undefined,
): ms.RtpCodecCapability | undefined {
  if (wanted === undefined) return undefined;
  return capabilities.codecs?.find((each) => each.mimeType.toLowerCase() === `video/${wanted}`);
}

export interface VideoSize {
  width: number;
  height: number;
}

/** What a camera really gives, which is not always what it was asked for (VGA, a phone held upright). */
export function sizeOf(track: MediaStreamTrack, asked: Resolution): VideoSize {
  const { width, height } = track.getSettings();
  if (width !== undefined && height !== undefined) return { width, height };
  return asked === '720p' ? { width: 1280, height: 720 } : { width: 640, height: 360 };
}

/**
 * How many layers a source is large enough for. Chromium 156 sends no more than these whatever it
 * is asked for (kSimulcastFormats in its media engine), and leaves out the largest: three layers of
 * 640 × 360 would arrive as 320 × 180.
 */
function layersOf(pixels: number): number {
  return pixels >= 960 * 540 ? 3 : pixels >= 480 * 270 ? 2 : 1;
}

function bitrateOf(pixels: number): number {
  if (pixels >= 1280 * 720) return 1_500_000;
  if (pixels >= 960 * 540) return 1_000_000;
  if (pixels >= 640 * 360) return 700_000;
  return pixels >= 480 * 270 ? 400_000 : 200_000;
}

const kLayersMax = 3;
const kShareOfTop = [1, 1 / 3, 1 / 10];

/**
 * Layers of a camera, smallest first. Browsers send several only for VP8 and H264. There are always
 * three, so that another size needs no new producer; those the source is too small for are off.
 */
export function cameraEncodings(
  { width, height }: VideoSize,
  { codec, simulcast }: MediaOverrides,
): ms.RtpEncodingParameters[] {
  const pixels = width * height;
  const top = bitrateOf(pixels);
  const layered = simulcast && (codec === undefined || codec === 'vp8' || codec === 'h264');
  if (!layered) return [{ maxBitrate: top }];
  const count = layersOf(pixels);
  return Array.from({ length: kLayersMax }, (_, index) => {
    const below = Math.max(0, count - 1 - index);
    return {
      active: index < count,
      scaleResolutionDownBy: 2 ** below,
      maxBitrate: Math.round(top * (kShareOfTop[below] ?? 1)),
    };
  });
}

/**
 * Layers of a screen, smallest first: both in full size, so that text can be read behind any link;
 * a weak one gets fewer frames. A window too small for two layers would arrive as the first alone.
 */
export function screenEncodings({ width, height }: VideoSize, { codec, simulcast }: MediaOverrides): ms.RtpEncodingParameters[] {
  const layered = simulcast && (codec === undefined || codec === 'vp8') && layersOf(width * height) > 1;
  if (!layered) return [{ maxBitrate: 3_000_000 }];
  return [
    { scaleResolutionDownBy: 1, maxFramerate: 5, maxBitrate: 600_000 },
    { scaleResolutionDownBy: 1, maxFramerate: 15, maxBitrate: 2_500_000 },
  ];
}
