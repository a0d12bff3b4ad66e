import { useCallback, useEffect, useState } from 'react';
import { fromSearch, kNoFilter, toSearch, type LogFilter } from '@/lib/logs/filter';

/** The filter, which stands in the address: a link shows the same, and Back takes a step back. */
export function useFilter(): [LogFilter, (change: Partial<LogFilter>) => void, () => void] {
  const [filter, setFilter] = useState(() => typeof location === 'undefined' ? kNoFilter : fromSearch(location.search));

  useEffect(() => {
    const back = () => setFilter(fromSearch(location.search));
    window.addEventListener('popstate', back);
    return () => window.removeEventListener('popstate', back);
  }, []);

  const put = useCallback((next: LogFilter) => {
    if (toSearch(next) !== location.search) history.pushState(null, '', `${location.pathname}${toSearch(next)}`);
    setFilter(next);
  }, []);
  const change = useCallback((what: Partial<LogFilter>) => put({ ...fromSearch(location.search), ...what }), [put]);
  const clear = useCallback(() => put(kNoFilter), [put]);
  return [filter, change, clear];
}
