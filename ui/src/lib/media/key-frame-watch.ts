import type { types as ms } from 'mediasoup-client';

const kTickMs = 500;
const kFirstWaitMs = 700;
const kLongestWaitMs = 8000;

interface Progress {
  decoded: number;
  bytes: number;
  since: number;
  wait: number;
}

/**
 * A decoder that gets bytes and makes no frames has lost its key frame (sent before the path was
 * up, or while its sender was paused). Asks for another, less and less often.
 */
export class KeyFrameWatch {
  private readonly progress = new Map<string, Progress>();
  private readonly timer: ReturnType<typeof setInterval>;

  constructor(
    private readonly watched: () => Pick<ms.Consumer, 'id' | 'getStats'>[],
    private readonly ask: (consumerId: string) => void,
  ) {
    this.timer = setInterval(() => void this.look(performance.now()), kTickMs);
  }

  stop(): void {
    clearInterval(this.timer);
  }

  async look(now: number): Promise<void> {
    const consumers = this.watched();
    const ids = new Set(consumers.map((each) => each.id));
    [...this.progress.keys()].filter((id) => !ids.has(id)).forEach((id) => this.progress.delete(id));
    await Promise.all(
      consumers.map(async (consumer) => {
        const report = await consumer.getStats().catch(() => undefined);
        report?.forEach((entry: { type: string; framesDecoded?: number; bytesReceived?: number }) => {
          if (entry.type === 'inbound-rtp') this.judge(consumer.id, entry.framesDecoded ?? 0, entry.bytesReceived ?? 0, now);
        });
      }),
    );
  }

  private judge(id: string, decoded: number, bytes: number, now: number): void {
    const before = this.progress.get(id);
    const moved = before === undefined || decoded !== before.decoded;
    // Silence is no reason to ask: a paused sender has nothing to send.
    const silent = before !== undefined && bytes === before.bytes;
    if (moved || silent) {
      this.progress.set(id, { decoded, bytes, since: now, wait: kFirstWaitMs });
      return;
    }
    if (now - before.since < before.wait) return;
    this.progress.set(id, { decoded, bytes, since: now, wait: Math.min(kLongestWaitMs, before.wait * 2) });
    this.ask(id);
  }
}
