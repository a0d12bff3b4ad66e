import type { MediaInfo } from './api';

/** One look: bytes add up, so a rate is what came between two. */
export interface Sample {
  at: number;
  /** What the server sent and received, in bits a second; absent at the first look. */
  outBps?: number;
  inBps?: number;
  /** What the link may be sent. */
  targetBps?: number;
}

/** Five minutes at the quickest. */
const kSamplesMax = 150;
export const kHistoryMs = 5 * 60_000;

function sum(values: number[]): number {
  return values.reduce((total, each) => total + each, 0);
}

/** What went through somebody's transports, over the last minutes, and through each stream since the look before. */
export class History {
  samples: Sample[] = [];
  private readonly bytes = new Map<string, { at: number; bytes: number; bps?: number }>();

  add(at: number, media: MediaInfo): void {
    const out = media.transports.map((each) => this.rate(`out ${each.transportId}`, at, each.bytesSent));
    const inward = media.transports.map((each) => this.rate(`in ${each.transportId}`, at, each.bytesReceived));
    for (const each of media.producers) this.rate(each.producerId, at, each.bytesReceived);
    for (const each of media.consumers) this.rate(each.consumerId, at, each.bytesSent);
    const target = media.transports.find((each) => each.link !== undefined)?.link?.targetBps;
    const known = (rates: (number | undefined)[]) => rates.filter((each) => each !== undefined);
    const sample: Sample = { at };
    if (known(out).length > 0) {
      sample.outBps = sum(known(out));
      sample.inBps = sum(known(inward));
    }
    if (target !== undefined) sample.targetBps = target;
    this.samples = [...this.samples, sample].filter((each) => each.at > at - kHistoryMs).slice(-kSamplesMax);
    for (const [key, last] of this.bytes) if (last.at < at) this.bytes.delete(key);
  }

  /** Of a producer or a consumer. */
  bpsOf(id: string): number | undefined {
    return this.bytes.get(id)?.bps;
  }

  private rate(key: string, at: number, bytes: number): number | undefined {
    const before = this.bytes.get(key);
    const bps = before === undefined || at <= before.at || bytes < before.bytes ? undefined : ((bytes - before.bytes) * 8000) / (at - before.at);
    this.bytes.set(key, bps === undefined ? { at, bytes } : { at, bytes, bps });
    return bps;
  }
}
