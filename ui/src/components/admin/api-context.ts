import { createContext, use, useCallback, useEffect, useMemo, useSyncExternalStore } from 'react';
import type { AdminApi } from '@/lib/admin/api';
import { Poller, type Polled } from '@/lib/admin/poller';

interface Context {
  api: AdminApi;
  /** The server does not take the key any more. */
  onRefused: () => void;
}

export const ApiContext = createContext<Context | null>(null);

export function useApi(): Context {
  const context = use(ApiContext);
  if (context === null) throw new Error('nobody is signed in');
  return context;
}

const kNothing: Polled<never> = { value: null, at: 0, problem: '' };

/** What the server says at `path`, again and again. */
export function usePolled<T>(path: string, everyMs: number): Polled<T> & { again: () => void } {
  const { api } = useApi();
  return usePolledBy(useCallback((signal: AbortSignal) => api.get<T>(path, signal), [api, path]), everyMs);
}

/** What `ask` is told, which is the same function as long as the same is wanted. */
export function usePolledBy<T>(ask: (signal: AbortSignal) => Promise<T>, everyMs: number): Polled<T> & { again: () => void } {
  const { onRefused } = useApi();
  const poller = useMemo(() => new Poller<T>(ask, everyMs, onRefused), [ask, onRefused, everyMs]);
  const state = useSyncExternalStore(poller.subscribe, poller.snapshot, nothing);
  useEffect(() => {
    poller.start();
    const look = () => {
      if (!document.hidden) poller.hurry();
    };
    document.addEventListener('visibilitychange', look);
    return () => {
      document.removeEventListener('visibilitychange', look);
      poller.stop();
    };
  }, [poller]);
  return { ...state, again: poller.hurry };
}

const nothing = () => kNothing;
