'use client';

import { TriangleAlert } from 'lucide-react';
import { useEffect, useState, type ReactNode } from 'react';
import type { Polled } from '@/lib/admin/poller';
import { ageWords } from '@/lib/admin/words';

/** Looks at the clock once a second. */
export function useNow(): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  return now;
}

/** Whether what stands above is of now; where it is not, since when, and why. */
export function Freshness({ of, testId, note = '' }: { of: Polled<unknown>; testId: string; note?: string }) {
  const now = useNow();
  const stale = of.problem !== '';
  return (
    <p role="status" data-testid={testId} data-stale={stale} className={`mt-2 flex items-start gap-1.5 text-sm ${stale ? 'text-warn' : 'text-soft'}`}>
      {stale && <TriangleAlert className="mt-0.5 size-4 shrink-0" aria-hidden />}
      <span className="min-w-0 break-words">
        {!stale && of.value === null && 'Asking the server…'}
        {!stale && of.value !== null && note}
        {stale && (of.value === null ? of.problem : <>{of.problem} What is shown is <span aria-hidden>{ageWords(now - of.at)}</span> old.</>)}
      </span>
    </p>
  );
}

export function Heading({ children, aside }: { children: ReactNode; aside?: ReactNode }) {
  return (
    <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
      <h2 className="text-2xl font-semibold tracking-tight">{children}</h2>
      {aside}
    </div>
  );
}

export function Nothing({ children, testId }: { children: ReactNode; testId: string }) {
  return <p data-testid={testId} className="mt-4 rounded-2xl bg-ink-850 px-5 py-8 text-center text-soft">{children}</p>;
}

/** A figure with its name, one of several in a row. */
export function Figure({ name, children, testId }: { name: string; children: ReactNode; testId?: string }) {
  return (
    <div>
      <dt className="text-xs text-soft">{name}</dt>
      <dd className="font-medium tabular-nums" data-testid={testId}>{children}</dd>
    </div>
  );
}
