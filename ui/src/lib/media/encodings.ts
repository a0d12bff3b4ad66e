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

/** Layers of a camera, smallest first. Browsers send several only for VP8 and H264. */
export function cameraEncodings(
  resolution: Resolution,
  { codec, simulcast }: MediaOverrides,
): ms.RtpEncodingParameters[] {
  const top = resolution === '720p' ? 1_500_000 : 700_000;
  const layered = simulcast && (codec === undefined || codec === 'vp8' || codec === 'h264');
  if (!layered) return [{ maxBitrate: top }];
  return [
    { scaleResolutionDownBy: 4, maxBitrate: Math.round(top / 10) },
    { scaleResolutionDownBy: 2, maxBitrate: Math.round(top / 3) },
    { scaleResolutionDownBy: 1, maxBitrate: top },
  ];
}

export const kScreenEncodings: ms.RtpEncodingParameters[] = [{ maxBitrate: 3_000_000 }];
