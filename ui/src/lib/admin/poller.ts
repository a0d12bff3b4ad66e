import { describeError, ProtocolError } from '@/lib/protocol/errors';

export interface Polled<T> {
  value: T | null;
  /** When it was told, by this page's clock. */
  at: number;
  /** Why what is shown is old; empty while it is not. */
  problem: string;
}

interface Surroundings {
  now: () => number;
  hidden: () => boolean;
  later: (what: () => void, ms: number) => unknown;
  never: (timer: unknown) => void;
}

const kBrowser: Surroundings = {
  now: () => Date.now(),
  hidden: () => document.hidden,
  later: (what, ms) => setTimeout(what, ms),
  never: (timer) => clearTimeout(timer as number),
};

/**
 * Asks again and again, the next time only after an answer, and not while nobody looks. What was told
 * last stays when an answer does not come; it says since when it is old.
 */
export class Poller<T> {
  private state: Polled<T> = { value: null, at: 0, problem: '' };
  private readonly listeners = new Set<() => void>();
  private running: AbortController | null = null;
  private timer: unknown = null;

  constructor(
    private readonly ask: (signal: AbortSignal) => Promise<T>,
    private readonly everyMs: number,
    private readonly onRefused: (error: ProtocolError) => void = () => undefined,
    private readonly around: Surroundings = kBrowser,
  ) {}

  snapshot = (): Polled<T> => this.state;

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  start(): void {
    this.stop();
    this.running = new AbortController();
    void this.look(this.running.signal);
  }

  stop(): void {
    this.running?.abort();
    this.running = null;
    this.around.never(this.timer);
  }

  /** Somebody looks again, or something was changed: at once. */
  hurry = (): void => {
    if (this.running !== null) this.start();
  };

  private async look(signal: AbortSignal): Promise<void> {
    if (!this.around.hidden()) {
      try {
        const value = await this.ask(signal);
        if (signal.aborted) return;
        this.tell({ value, at: this.around.now(), problem: '' });
      } catch (error) {
        if (signal.aborted) return;
        if (error instanceof ProtocolError && (error.code === 'unauthenticated' || error.code === 'forbidden')) this.onRefused(error);
        this.tell({ ...this.state, problem: describeError(error) });
      }
    }
    if (!signal.aborted) this.timer = this.around.later(() => void this.look(signal), this.everyMs);
  }

  private tell(state: Polled<T>): void {
    this.state = state;
    for (const listener of this.listeners) listener();
  }
}
