import type { Device, types as ms } from 'mediasoup-client';

interface Loaded {
  device: Device;
  capabilities: string;
}

/**
 * Loads the mediasoup Device while the person is still typing a name: it takes a few hundred
 * milliseconds, because the browser is asked what it can send and receive. A server's capabilities
 * come from its configuration alone, so what it said before the join holds after it; where it does
 * not, the device is loaded anew.
 */
export class DeviceLoader {
  private loaded: Promise<Loaded> | undefined;

  constructor(private readonly create: () => Promise<Device>) {}

  /** Never rejects: a join that finds nothing prepared loads for itself. */
  prepare(capabilities: Promise<ms.RtpCapabilities>): void {
    const loading = capabilities.then((known) => this.load(known));
    loading.catch(() => {
      if (this.loaded === loading) this.loaded = undefined;
    });
    this.loaded = loading;
  }

  async take(capabilities: ms.RtpCapabilities): Promise<Device> {
    const wanted = JSON.stringify(capabilities);
    const ready = await this.loaded?.catch(() => undefined);
    if (ready?.capabilities === wanted) return ready.device;
    this.loaded = this.load(capabilities);
    return (await this.loaded).device;
  }

  private async load(capabilities: ms.RtpCapabilities): Promise<Loaded> {
    const device = await this.create();
    await device.load({ routerRtpCapabilities: capabilities });
    return { device, capabilities: JSON.stringify(capabilities) };
  }
}
