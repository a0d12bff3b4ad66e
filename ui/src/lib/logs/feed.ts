// The lines that the page shows: pages backwards from the files' end, and what is written from then
// on. Bounded: of a tail that runs for days the oldest lines leave the page; they are still on disk.
import { SignedOutError, type LogPage, type SessionInfo } from './api';
import { parseEntry, type Entry, type RawLine } from './entry';
import { kNoFilter, toQuery, type LogFilter } from './filter';

export const kEntriesMax = 4000;
const kPageLines = '200';
/** A search that finds nothing goes on by itself so often; each time is 256 MB at the most. */
const kRoundsMax = 4;
const kAgainMs = 3000;

export interface Tail {
  addEventListener(type: string, listener: (event: MessageEvent<string>) => void): void;
  onopen: ((event: Event) => void) | null;
  onerror: ((event: Event) => void) | null;
  readonly readyState: number;
  close(): void;
}

export interface FeedSource {
  page(query: URLSearchParams, signal: AbortSignal): Promise<LogPage>;
  tail(query: URLSearchParams): Tail;
  session(): Promise<SessionInfo>;
}

export interface FeedState {
  entries: readonly Entry[];
  /** Of the pages backwards. */
  search: 'searching' | 'done' | 'failed';
  error: string;
  /** All that fits has been found. */
  isEnd: boolean;
  /** The oldest lines have left the page, so that going on backwards would leave a gap. */
  isTrimmed: boolean;
  /** How far back a search has come that is not over. */
  reached: string | null;
  tail: 'off' | 'connecting' | 'live' | 'paused';
  /** In words, what a reader was not shown. */
  lost: string;
}

const kEmpty: FeedState = {
  entries: [], search: 'searching', error: '', isEnd: false, isTrimmed: false, reached: null, tail: 'off', lost: '',
};

export class LogFeed {
  state: FeedState = kEmpty;
  private onSignedOut: () => void = () => {};
  private readonly listeners = new Set<() => void>();
  private filter = kNoFilter;
  private nextId = 1;
  private older = '';
  private newer = '';
  private abort = new AbortController();
  private events: Tail | null = null;
  private again: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly source: FeedSource) {}

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };
  readonly snapshot = (): FeedState => this.state;

  /** Anew, with another filter. `onSignedOut`: the server shows nothing any more. */
  async start(filter: LogFilter, onSignedOut: () => void = () => {}): Promise<void> {
    this.stop();
    this.onSignedOut = onSignedOut;
    this.filter = filter;
    this.older = '';
    const wasPaused = this.state.tail === 'paused';
    this.set({ ...kEmpty, tail: wasPaused ? 'paused' : 'off' });
    if (!await this.search(true)) return;
    // What is over cannot be followed.
    if (filter.to === '' && !wasPaused) this.follow();
  }

  stop(): void {
    this.abort.abort();
    this.abort = new AbortController();
    this.closeTail();
  }

  async loadOlder(): Promise<void> {
    if (this.state.search !== 'searching' && !this.state.isEnd && !this.state.isTrimmed) await this.search(false);
  }

  pause(): void {
    this.closeTail();
    this.set({ tail: 'paused' });
  }
  /** From where it was paused: what was written meanwhile is on disk. */
  resume(): void {
    if (this.state.tail === 'paused' && this.filter.to === '') this.follow();
  }

  /** True: it went as it should, and nobody asked for something else meanwhile. */
  private async search(isFirst: boolean): Promise<boolean> {
    const { signal } = this.abort;
    this.set({ search: 'searching', error: '' });
    try {
      for (let round = 0; round < kRoundsMax; ++round) {
        const query = toQuery(this.filter);
        query.set('limit', kPageLines);
        query.set('older', this.older);
        const page = await this.source.page(query, signal);
        if (signal.aborted) return false;
        if (isFirst && round === 0) this.newer = page.newer;
        this.older = page.older;
        const entries = this.parse(page.lines);
        this.set({ entries: [...entries, ...this.state.entries], isEnd: page.isEnd, reached: page.isEnd ? null : page.reached });
        if (entries.length > 0 || page.isEnd) break;
      }
      this.set({ search: 'done' });
      return true;
    } catch (error) {
      if (signal.aborted) return false;
      if (error instanceof SignedOutError) this.onSignedOut();
      this.set({ search: 'failed', error: error instanceof Error ? error.message : String(error) });
      return false;
    }
  }

  private follow(): void {
    this.closeTail();
    this.set({ tail: 'connecting' });
    const query = toQuery(this.filter);
    query.set('newer', this.newer);
    const events = this.source.tail(query);
    this.events = events;
    events.onopen = () => this.set({ tail: 'live' });
    events.onerror = () => {
      this.set({ tail: 'connecting' });
      // It tries again by itself unless it was refused: then a new one is needed.
      if (events.readyState === 2) void this.afterRefusal(events);
    };
    events.addEventListener('lines', (event) => {
      this.newer = event.lastEventId || this.newer;
      this.append(this.parse(JSON.parse(event.data) as RawLine[]));
    });
    // Nothing new that fits, but this far it has looked.
    events.addEventListener('place', (event) => {
      this.newer = event.lastEventId || this.newer;
    });
    events.addEventListener('lost', (event) => {
      this.newer = event.lastEventId || this.newer;
      this.set({ lost: lostInWords(JSON.parse(event.data) as Record<'bytes' | 'files' | 'lines', number>) });
    });
  }

  /** An EventSource does not tell why it was refused: a session that is over stays so, all else may pass. */
  private async afterRefusal(events: Tail): Promise<void> {
    const isSignedIn = await this.source.session().then((session) => session.signedIn, () => true);
    if (this.events !== events) return;
    if (isSignedIn) {
      this.again = setTimeout(() => this.follow(), kAgainMs);
      return;
    }
    this.closeTail();
    this.set({ tail: 'off' });
    this.onSignedOut();
  }

  private closeTail(): void {
    clearTimeout(this.again);
    this.events?.close();
    this.events = null;
  }

  private parse(lines: readonly RawLine[]): Entry[] {
    return lines.map((line) => parseEntry(line, this.nextId++));
  }

  private append(entries: readonly Entry[]): void {
    const all = [...this.state.entries, ...entries];
    const tooMany = all.length - kEntriesMax;
    if (tooMany <= 0) return this.set({ entries: all });
    this.set({
      entries: all.slice(tooMany),
      isTrimmed: true,
    });
  }

  private set(change: Partial<FeedState>): void {
    this.state = { ...this.state, ...change };
    for (const listener of this.listeners) listener();
  }
}

export function lostInWords(lost: Record<'bytes' | 'files' | 'lines', number>): string {
  const parts = [];
  if (lost.bytes > 0) parts.push(`${(lost.bytes / 1e6).toFixed(1)} MB came faster than this page could read`);
  if (lost.files > 0) parts.push(`${lost.files} ${lost.files === 1 ? 'file was' : 'files were'} deleted before`);
  if (lost.lines > 0) parts.push(`${lost.lines} ${lost.lines === 1 ? 'line is' : 'lines are'} too long to show`);
  return `Not shown: ${parts.join('; ')}.`;
}
