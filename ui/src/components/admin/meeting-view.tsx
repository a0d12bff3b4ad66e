'use client';

import { ArrowLeft } from 'lucide-react';
import { useCallback, useState } from 'react';
import { Button } from '@/components/ui/button';
import { MeetingLook } from '@/lib/admin/meeting-look';
import { ageWords } from '@/lib/admin/words';
import { useApi, usePolledBy } from './api-context';
import { Figure, Freshness, Heading, Nothing, useNow } from './parts';
import { PersonRow } from './person';

export function MeetingView({ id }: { id: string }) {
  const [cursor, setCursor] = useState('');
  const { api } = useApi();
  const [look] = useState(() => new MeetingLook(api, id));
  const polled = usePolledBy(useCallback((signal: AbortSignal) => look.page(cursor, signal), [look, cursor]), 3000);
  const [opened, setOpened] = useState<string | null>(null);
  const now = useNow();
  const page = polled.value;
  const meeting = page?.meeting;

  return (
    <section aria-label="Meeting" data-testid="meeting-view">
      <a href="#meetings" data-testid="back" className="-ml-2 inline-flex min-h-11 items-center gap-1.5 rounded-lg px-2 text-soft hover:text-text">
        <ArrowLeft className="size-4" aria-hidden /> All meetings
      </a>
      <Heading>{meeting === undefined ? 'Meeting' : <bdi>{meeting.title === '' ? 'Meeting without a title' : meeting.title}</bdi>}</Heading>
      {meeting !== undefined && (
        <dl className="mt-3 grid grid-cols-2 gap-x-6 gap-y-3 text-sm sm:flex sm:flex-wrap">
          <Figure name="People" testId="meeting-people">{meeting.participants}{meeting.waiting > 0 && ` (${meeting.waiting} in the lobby)`}</Figure>
          <Figure name="Going on for">{ageWords(now - meeting.since)}</Figure>
          <Figure name="Streams in / out">{meeting.producers} / {meeting.consumers}</Figure>
          <Figure name="Media">{meeting.hasMedia ? meeting.places.map((each) => `node ${each.node}, shard ${each.shard}`).join('; ') || 'none yet' : 'being opened'}</Figure>
          <div className="col-span-2 min-w-0">
            <dt className="text-xs text-soft">Room</dt>
            <dd className="font-mono text-xs leading-5 break-all">{meeting.room}</dd>
          </div>
        </dl>
      )}
      {page !== null && page.participants.length === 0 && <Nothing testId="no-people">Nobody is in this meeting any more.</Nothing>}
      {page !== null && page.participants.length > 0 && (
        <ul className="mt-5 flex flex-col gap-2" data-testid="people">
          {page.participants.map((person) => (
            <PersonRow
              key={person.id}
              look={look}
              person={person}
              history={page.histories.get(person.id)}
              now={now}
              open={opened === person.id}
              onToggle={() => setOpened(opened === person.id ? null : person.id)}
            />
          ))}
        </ul>
      )}
      <Freshness of={polled} testId="freshness" />
      {(cursor !== '' || page?.next !== undefined) && (
        <div className="mt-4 flex gap-3">
          {cursor !== '' && <Button onClick={() => setCursor('')}>First page</Button>}
          {page?.next !== undefined && <Button onClick={() => setCursor(page.next ?? '')} data-testid="next-page">Next page</Button>}
        </div>
      )}
    </section>
  );
}
