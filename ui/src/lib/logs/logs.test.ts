import { afterEach, describe, expect, test, vi } from 'vitest';
import type { LogPage, SessionInfo } from './api';
import { parseEntry } from './entry';
import { kEntriesMax, LogFeed, lostInWords, type Tail } from './feed';
import { fromSearch, isFiltering, kNoFilter, toQuery, toSearch } from './filter';

const line = (n: number) => ({ file: 'media-1.log', text: `{"time":"2025-01-31T12:44:56.789Z","level":"warn","service":"media","node":1,"event":"e${n}","participant":"pa_1","meeting":"me_1"}` });

describe('a line', () => {
  test('is taken apart, and what can be followed is known', () => {
    const entry = parseEntry(line(1), 7);
    expect(entry).toMatchObject({ id: 7, level: 'warn', service: 'media', node: '1', event: 'e1', time: Date.UTC(2025, 0, 31, 12, 44, 56, 789) });
    expect(entry.fields).toEqual([{ name: 'participant', value: 'pa_1', follows: 'participant' }, { name: 'meeting', value: 'me_1', follows: 'room' }]);
  });
  test('of another program is shown as it stands', () => {
    for (const text of ['nginx started', '[1]', 'null', '{', '"x"']) {
      expect(parseEntry({ file: 'nginx.log', text }, 1)).toMatchObject({ text, time: null, level: null, fields: [] });
    }
  });
});

describe('a filter', () => {
  test('stands in the address and comes back from it', () => {
    const filter = { ...kNoFilter, text: 'ice failed & more', level: 'warn' as const, participant: 'pa_1', from: '2025-01-31T12:44' };
    expect(fromSearch(toSearch(filter))).toEqual(filter);
    expect(toSearch(kNoFilter)).toBe('');
    expect(isFiltering(kNoFilter)).toBe(false);
  });
  test('from a mistyped address is what can be understood of it', () => {
    expect(fromSearch('?level=loud&from=yesterday&x=1&trace=t')).toEqual({ ...kNoFilter, trace: 't' });
  });
  test('asks for whole minutes', () => {
    const query = toQuery({ ...kNoFilter, from: '2025-01-31T12:44', to: '2025-01-31T12:45' });
    expect(Number(query.get('to')) - Number(query.get('from'))).toBe(119_999);
  });
});

class FakeTail implements Tail {
  readonly listeners = new Map<string, (event: MessageEvent<string>) => void>();
  onopen: ((event: Event) => void) | null = null;
  onerror: ((event: Event) => void) | null = null;
  readyState = 0;
  constructor(readonly query: string) {}
  addEventListener(type: string, listener: (event: MessageEvent<string>) => void) { this.listeners.set(type, listener); }
  close() { this.readyState = 2; }
  refuse() {
    this.readyState = 2;
    this.onerror?.(new Event('error'));
  }
  tell(type: string, data: unknown, lastEventId: string) {
    this.listeners.get(type)?.({ data: JSON.stringify(data), lastEventId } as MessageEvent<string>);
  }
}

function ground(pages: Partial<LogPage>[], session: () => Promise<SessionInfo> = () => Promise.resolve({ asks: false, signedIn: true })) {
  const queries: string[] = [];
  const tails: FakeTail[] = [];
  const feed = new LogFeed({
    session,
    page: (query) => {
      queries.push(query.toString());
      return Promise.resolve({ lines: [], older: `o${queries.length}`, newer: 'n1', isEnd: false, reached: null, ...pages.shift() });
    },
    tail: (query) => {
      const tail = new FakeTail(query.toString());
      tails.push(tail);
      return tail;
    },
  });
  return { feed, queries, tails };
}

describe('the feed', () => {
  afterEach(() => { vi.useRealTimers(); });

  test('asks to sign in again when the session of its tail is over', async () => {
    vi.useFakeTimers();
    const { feed, tails } = ground([{ isEnd: true }], () => Promise.resolve({ asks: true, signedIn: false }));
    let signedOut = 0;
    await feed.start(kNoFilter, () => { ++signedOut; });
    tails[0]?.refuse();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(signedOut).toBe(1);
    expect(feed.state.tail).toBe('off');
    expect(tails).toHaveLength(1);
  });

  test('tries again when its tail was refused for another reason, and while the server is away', async () => {
    vi.useFakeTimers();
    const answers = [() => Promise.resolve({ asks: true, signedIn: true }), () => Promise.reject(new Error('away'))];
    const { feed, tails } = ground([{ isEnd: true }], () => answers.shift()?.() ?? Promise.reject(new Error('asked too often')));
    await feed.start(kNoFilter);
    for (const round of [1, 2]) {
      tails.at(-1)?.refuse();
      await vi.advanceTimersByTimeAsync(2999);
      expect(tails).toHaveLength(round);
      await vi.advanceTimersByTimeAsync(1);
      expect(tails).toHaveLength(round + 1);
    }
    expect(feed.state.tail).toBe('connecting');
  });

  test('that is paused while its session is asked for stays so', async () => {
    vi.useFakeTimers();
    const { feed, tails } = ground([{ isEnd: true }]);
    await feed.start(kNoFilter);
    tails[0]?.refuse();
    feed.pause();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(feed.state.tail).toBe('paused');
    expect(tails).toHaveLength(1);
  });

  test('goes on from where a silent tail has looked to', async () => {
    const { feed, tails } = ground([{ isEnd: true }]);
    await feed.start({ ...kNoFilter, text: 'needle' });
    tails[0]?.tell('place', '', 'n9');
    feed.pause();
    feed.resume();
    expect(tails[1]?.query).toContain('newer=n9');
  });

  test('shows the last page, goes back from it and follows what is written', async () => {
    const { feed, queries, tails } = ground([{ lines: [line(2)] }, { lines: [line(1)], isEnd: true }]);
    await feed.start({ ...kNoFilter, service: 'media' });
    expect(tails.map((tail) => tail.query)).toEqual(['service=media&newer=n1']);
    await feed.loadOlder();
    expect(queries[1]).toBe('service=media&limit=200&older=o1');
    tails[0]?.tell('lines', [line(3)], 'n2');
    expect(feed.state.entries.map((entry) => entry.event)).toEqual(['e1', 'e2', 'e3']);
    expect(feed.state.isEnd).toBe(true);
  });

  test('goes on by itself while a search finds nothing, and stops after a while', async () => {
    const { feed, queries } = ground([{ reached: 'a' }, { reached: 'b' }, { reached: 'c' }, { reached: 'd' }]);
    await feed.start({ ...kNoFilter, text: 'needle' });
    expect(queries).toHaveLength(4);
    expect(feed.state).toMatchObject({ search: 'done', isEnd: false, reached: 'd' });
  });

  test('pauses and comes back to where it was', async () => {
    const { feed, tails } = ground([{ lines: [line(1)], isEnd: true }]);
    await feed.start(kNoFilter);
    tails[0]?.tell('lines', [line(2)], 'n5');
    feed.pause();
    expect(tails[0]?.readyState).toBe(2);
    expect(feed.state.tail).toBe('paused');
    feed.resume();
    expect(tails[1]?.query).toBe('newer=n5');
  });

  test('does not follow what is over', async () => {
    const { feed, tails } = ground([{ isEnd: true }]);
    await feed.start({ ...kNoFilter, to: '2025-01-31T12:45' });
    expect(tails).toHaveLength(0);
  });

  test('keeps no more than a page can show, and says so', async () => {
    const { feed, tails } = ground([{ isEnd: true }]);
    await feed.start(kNoFilter);
    tails[0]?.tell('lines', Array.from({ length: kEntriesMax + 5 }, (_, n) => line(n)), 'n2');
    expect(feed.state.entries).toHaveLength(kEntriesMax);
    expect(feed.state.entries[0]?.event).toBe('e5');
    expect(feed.state.isTrimmed).toBe(true);
  });

  test('says in words what was not shown', () => {
    expect(lostInWords({ bytes: 64_000_000, files: 1, lines: 0 })).toBe('Not shown: 64.0 MB came faster than this page could read; 1 file was deleted before.');
  });
});
