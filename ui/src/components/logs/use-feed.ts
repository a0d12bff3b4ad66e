import { useEffect, useEffectEvent, useState, useSyncExternalStore } from 'react';
import { getPage, getSession, openTail } from '@/lib/logs/api';
import { LogFeed, type FeedState } from '@/lib/logs/feed';
import type { LogFilter } from '@/lib/logs/filter';

/** The lines that fit, for as long as the page is open. */
export function useFeed(filter: LogFilter, onSignedOut: () => void): [LogFeed, FeedState] {
  const [feed] = useState(() => new LogFeed({ page: getPage, tail: openTail, session: getSession }));
  const state = useSyncExternalStore(feed.subscribe, feed.snapshot, feed.snapshot);
  const signedOut = useEffectEvent(onSignedOut);
  useEffect(() => {
    void feed.start(filter, () => signedOut());
    return () => feed.stop();
  }, [feed, filter]);
  return [feed, state];
}
