'use client';

import { useCallback, useEffect, useState } from 'react';
import { Button } from '@/components/ui/button';
import type { AuditEntry } from '@/lib/admin/api';
import { timeWords } from '@/lib/admin/words';
import { describeError, ProtocolError } from '@/lib/protocol/errors';
import { useApi } from './api-context';
import { Heading, Nothing } from './parts';

interface Page {
  entries: AuditEntry[];
  next?: string;
}

export function matches(entry: AuditEntry, wanted: string): boolean {
  const words = wanted.toLowerCase().split(/\s+/).filter(Boolean);
  const text = `${entry.actor} ${entry.from} ${entry.action} ${entry.target} ${entry.outcome}`.toLowerCase();
  return words.every((word) => text.includes(word));
}

/** What was done, newest first; older pages are added below. */
export function AuditLog() {
  const { api, onRefused } = useApi();
  const [entries, setEntries] = useState<AuditEntry[] | null>(null);
  const [next, setNext] = useState<string | undefined>();
  const [wanted, setWanted] = useState('');
  const [problem, setProblem] = useState('');

  const [round, setRound] = useState(0);

  const fail = useCallback((failure: unknown) => {
    if (failure instanceof ProtocolError && (failure.code === 'unauthenticated' || failure.code === 'forbidden')) onRefused();
    setProblem(describeError(failure));
  }, [onRefused]);
  useEffect(() => {
    const gone = new AbortController();
    api.get<Page>('/api/audit', gone.signal).then((page) => {
      if (gone.signal.aborted) return;
      setEntries(page.entries);
      setNext(page.next);
      setProblem('');
    }, (failure: unknown) => {
      if (!gone.signal.aborted) fail(failure);
    });
    return () => gone.abort();
  }, [api, fail, round]);
  const loadOlder = async (cursor: string) => {
    try {
      const page = await api.get<Page>(`/api/audit?cursor=${cursor}`);
      setEntries((before) => [...(before ?? []), ...page.entries]);
      setNext(page.next);
      setProblem('');
    } catch (failure) {
      fail(failure);
    }
  };

  const shown = (entries ?? []).filter((each) => matches(each, wanted));
  return (
    <section aria-label="Audit log">
      <Heading aside={<Button className="ml-auto" data-testid="audit-reload" onClick={() => setRound(round + 1)}>Look again</Button>}>Audit log</Heading>
      <search aria-label="Filter" className="mt-4 block">
        <label htmlFor="audit-filter" className="block text-sm font-medium text-soft">Who, what or about what</label>
        <input id="audit-filter" data-testid="audit-filter" type="search" className="field mt-2 max-w-md" value={wanted} maxLength={200} spellCheck={false} onChange={(event) => setWanted(event.target.value)} />
      </search>
      {entries !== null && (
        <p role="status" data-testid="audit-count" className="mt-3 text-sm text-soft">
          {wanted.trim() === '' ? `${entries.length} entries` : `${shown.length} of the ${entries.length} entries`}{next === undefined ? '' : ' that are loaded'}
        </p>
      )}
      {entries !== null && shown.length === 0 && <Nothing testId="no-entries">{entries.length === 0 ? 'Nothing was done yet.' : 'None of them fits.'}</Nothing>}
      {shown.length > 0 && (
        <ul className="mt-3 divide-y divide-ink-700 rounded-2xl bg-ink-850 px-4 sm:px-5" data-testid="audit">
          {shown.map((each) => (
            <li key={each.id} className="flex flex-wrap gap-x-4 gap-y-0.5 py-2.5 text-sm" data-testid="audit-entry">
              <time dateTime={new Date(each.at).toISOString()} className="w-44 shrink-0 text-soft tabular-nums">{timeWords(each.at)}</time>
              <span className="w-36 shrink-0 font-medium">{each.action}</span>
              <span className="min-w-0 flex-1 basis-60 font-mono text-xs leading-5 break-all">{each.target}</span>
              <span className="min-w-0 basis-full text-soft break-all sm:basis-auto">{[each.actor, each.from, each.outcome === 'ok' ? '' : each.outcome].filter(Boolean).join(', ')}</span>
            </li>
          ))}
        </ul>
      )}
      <p role="alert" className="mt-3 text-sm text-danger-text empty:hidden">{problem}</p>
      {next !== undefined && <Button className="mt-4" data-testid="audit-older" onClick={() => void loadOlder(next)}>Older entries</Button>}
    </section>
  );
}
