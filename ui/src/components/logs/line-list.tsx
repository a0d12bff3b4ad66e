'use client';

import { ArrowDown, LoaderCircle } from 'lucide-react';
import { useCallback, useEffect, useLayoutEffect, useRef, useState, type KeyboardEvent } from 'react';
import { Button } from '@/components/ui/button';
import type { LogFeed, FeedState } from '@/lib/logs/feed';
import type { LogFilter } from '@/lib/logs/filter';
import { LineRow } from './line-row';

interface LineListProps {
  feed: LogFeed;
  state: FeedState;
  onFollow: (what: Partial<LogFilter>) => void;
}

/** The newest line is at the bottom, and stays in view until one scrolls up. */
export function LineList({ feed, state, onFollow }: LineListProps) {
  const { entries } = state;
  const box = useRef<HTMLDivElement>(null);
  const isAtEnd = useRef(true);
  const [showsEnd, setShowsEnd] = useState(true);
  const [current, setCurrent] = useState(0);
  const first = entries[0]?.id ?? 0;
  const height = useRef({ first: 0, height: 0 });

  useLayoutEffect(() => {
    const list = box.current;
    if (list === null) return;
    // Lines that come above must not push away what one reads.
    if (isAtEnd.current) list.scrollTop = list.scrollHeight;
    else if (height.current.first !== first) list.scrollTop += list.scrollHeight - height.current.height;
    height.current = { first, height: list.scrollHeight };
  }, [entries, first]);

  const scrolled = () => {
    const list = box.current;
    if (list === null) return;
    isAtEnd.current = list.scrollHeight - list.scrollTop - list.clientHeight < 24;
    setShowsEnd(isAtEnd.current);
  };
  const toEnd = () => {
    if (box.current !== null) box.current.scrollTop = box.current.scrollHeight;
  };
  const moveTo = useCallback((id: number) => {
    setCurrent(id);
    box.current?.querySelector<HTMLElement>(`[data-line="${id}"]`)?.focus();
  }, []);
  const follow = useCallback((what: Partial<LogFilter>) => onFollow(what), [onFollow]);

  usePauseKey(feed, state);
  const at = Math.max(entries.findIndex((entry) => entry.id === current), 0);
  const step = (event: KeyboardEvent) => {
    const to = event.key === 'ArrowDown' ? at + 1 : event.key === 'ArrowUp' ? at - 1
      : event.key === 'Home' ? 0 : event.key === 'End' ? entries.length - 1 : null;
    const next = to === null ? undefined : entries[Math.min(Math.max(to, 0), entries.length - 1)];
    if (next === undefined) return;
    event.preventDefault();
    moveTo(next.id);
  };
  // The keyboard comes to the newest line, and goes on from where it was.
  const tabbable = entries.some((entry) => entry.id === current) ? current : entries.at(-1)?.id;

  return (
    <div className="relative min-h-0 flex-1">
      <div ref={box} onScroll={scrolled} role="region" aria-label="Lines" tabIndex={0} className="h-full overflow-y-auto px-1 py-2 sm:px-3">
        <Beginning feed={feed} state={state} />
        <ol data-testid="lines" className="font-mono text-[0.8rem] leading-relaxed" onKeyDown={step}>
          {entries.map((entry) => (
            <LineRow key={entry.id} entry={entry} isCurrent={entry.id === tabbable} onCurrent={setCurrent} onFollow={follow} />
          ))}
        </ol>
        {entries.length === 0 && state.search === 'done' && (
          <p data-testid="no-lines" className="px-3 py-8 text-center text-soft">
            {state.isEnd ? 'No line fits.' : 'Nothing found so far.'}
          </p>
        )}
      </div>
      {!showsEnd && (
        <Button tone="accent" data-testid="to-end" className="absolute right-4 bottom-4 shadow-xl shadow-black/50" onClick={toEnd}>
          <ArrowDown className="size-4" aria-hidden /> Newest
        </Button>
      )}
    </div>
  );
}

function Beginning({ feed, state }: { feed: LogFeed; state: FeedState }) {
  if (state.search === 'searching') {
    return (
      <p role="status" className="flex items-center justify-center gap-2 py-3 text-sm text-soft">
        <LoaderCircle className="size-4 animate-spin" aria-hidden /> Searching{state.reached === null ? '' : `, back to ${when(state.reached)}`}…
      </p>
    );
  }
  if (state.search === 'failed') {
    return (
      <div className="flex flex-col items-center gap-2 py-4">
        <p role="alert" className="text-sm text-danger-text">{state.error}</p>
        <Button onClick={() => void feed.loadOlder()}>Try again</Button>
      </div>
    );
  }
  if (state.isTrimmed) return <p className="py-3 text-center text-sm text-soft">Older lines have left this page. To see them, set a time.</p>;
  if (state.isEnd) return state.entries.length > 0 && <p className="py-3 text-center text-sm text-soft">Here they begin.</p>;
  return (
    <div className="flex flex-col items-center gap-1 py-2">
      <Button tone="ghost" data-testid="older" onClick={() => void feed.loadOlder()}>Show older lines</Button>
      {state.reached !== null && <p className="text-xs text-faint">Searched back to {when(state.reached)}</p>}
    </div>
  );
}

const when = (time: string) => new Date(time).toLocaleString('en-GB', { dateStyle: 'medium', timeStyle: 'medium' });

/** P, wherever one is not writing. */
function usePauseKey(feed: LogFeed, state: FeedState) {
  useEffect(() => {
    const pressed = (event: globalThis.KeyboardEvent) => {
      const writes = event.target instanceof Element && event.target.closest('input, select, textarea') !== null;
      if (writes || event.key.toLowerCase() !== 'p' || event.ctrlKey || event.metaKey || event.altKey) return;
      if (state.tail === 'paused') feed.resume();
      else if (state.tail !== 'off') feed.pause();
    };
    window.addEventListener('keydown', pressed);
    return () => window.removeEventListener('keydown', pressed);
  }, [feed, state.tail]);
}
