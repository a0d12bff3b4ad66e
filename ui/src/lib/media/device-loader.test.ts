import type { Device, types as ms } from 'mediasoup-client';
import { describe, expect, it } from 'vitest';
import { DeviceLoader } from './device-loader';

const kOpus = { codecs: [{ kind: 'audio', mimeType: 'audio/opus' }], headerExtensions: [] } as unknown as ms.RtpCapabilities;
const kNothing = { codecs: [], headerExtensions: [] } as ms.RtpCapabilities;

function counting(): { loads: ms.RtpCapabilities[]; create: () => Promise<Device> } {
  const loads: ms.RtpCapabilities[] = [];
  const create = () =>
    Promise.resolve({
      load: ({ routerRtpCapabilities }: { routerRtpCapabilities: ms.RtpCapabilities }) => {
        loads.push(routerRtpCapabilities);
        return Promise.resolve();
      },
    } as unknown as Device);
  return { loads, create };
}

describe('DeviceLoader', () => {
  it('gives what was prepared, once and again', async () => {
    const { loads, create } = counting();
    const loader = new DeviceLoader(create);
    loader.prepare(Promise.resolve(kOpus));
    const first = await loader.take(kOpus);
    expect(await loader.take(kOpus)).toBe(first);
    expect(loads).toHaveLength(1);
  });

  it('loads anew when the server turns out to speak otherwise', async () => {
    const { loads, create } = counting();
    const loader = new DeviceLoader(create);
    loader.prepare(Promise.resolve(kNothing));
    await loader.take(kOpus);
    expect(loads).toEqual([kNothing, kOpus]);
  });

  it('does without preparation, and without a server that answers it', async () => {
    const { loads, create } = counting();
    const loader = new DeviceLoader(create);
    loader.prepare(Promise.reject(new Error('offline')));
    await loader.take(kOpus);
    expect(loads).toEqual([kOpus]);
  });
});
