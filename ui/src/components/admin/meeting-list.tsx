'use client';

import { ChevronRight } from 'lucide-react';
import { useState } from 'react';
import { Button } from '@/components/ui/button';
import type { MeetingInfo } from '@/lib/admin/api';
import { ageWords } from '@/lib/admin/words';
import { usePolled } from './api-context';
import { Freshness, Heading, Nothing, useNow } from './parts';

interface Page {
  meetings: MeetingInfo[];
  next?: string;
}

export function MeetingList() {
  const [cursor, setCursor] = useState('');
  const polled = usePolled<Page>(`/api/stats/meetings?limit=100${cursor === '' ? '' : `&cursor=${cursor}`}`, 3000);
  const now = useNow();
  const { value } = polled;
  const next = value?.next;
  const meetings = [...(value?.meetings ?? [])].sort((a, b) => b.participants - a.participants || a.since - b.since);
  return (
    <section aria-label="Meetings">
      <Heading>Running meetings</Heading>
      {value !== null && meetings.length === 0 && <Nothing testId="no-meetings">Nobody meets here now.</Nothing>}
      {meetings.length > 0 && (
        <ul className="mt-4 divide-y divide-ink-700 overflow-hidden rounded-2xl bg-ink-850" data-testid="meetings">
          {meetings.map((each) => (
            <li key={each.id}>
              <a href={`#meetings/${each.id}`} data-testid="meeting" className="flex min-h-16 items-center gap-4 px-4 py-3 -outline-offset-2 hover:bg-ink-800 sm:px-5">
                <span className="min-w-0 flex-1">
                  <bdi className="block truncate font-medium">{each.title === '' ? 'Without a title' : each.title}</bdi>
                  <span className="block truncate font-mono text-xs text-soft">{each.room}</span>
                </span>
                <span className="shrink-0 text-right text-sm leading-snug">
                  <span className="block font-medium tabular-nums">
                    {each.participants} {each.participants === 1 ? 'person' : 'people'}
                    {each.waiting > 0 && `, ${each.waiting} waiting`}
                  </span>
                  <span className="block text-soft tabular-nums">for {ageWords(now - each.since)}{placeWords(each)}</span>
                </span>
                <ChevronRight className="size-5 shrink-0 text-soft" aria-hidden />
              </a>
            </li>
          ))}
        </ul>
      )}
      <Freshness of={polled} testId="freshness" />
      {(cursor !== '' || next !== undefined) && (
        <div className="mt-4 flex gap-3">
          {cursor !== '' && <Button onClick={() => setCursor('')} data-testid="first-page">First page</Button>}
          {next !== undefined && <Button onClick={() => setCursor(next)} data-testid="next-page">Next page</Button>}
        </div>
      )}
    </section>
  );
}

/** Where its media is, if that is not the same for all. */
function placeWords({ places, hasMedia }: MeetingInfo): string {
  if (!hasMedia) return ' · media is being opened';
  const nodes = [...new Set(places.map((each) => each.node))];
  return nodes.length === 0 ? '' : ` · node ${nodes.join(', ')}`;
}
