'use client';

import { ChevronDown } from 'lucide-react';
import { useCallback } from 'react';
import { Avatar } from '@/components/ui/avatar';
import type { MediaInfo, PersonInfo } from '@/lib/admin/api';
import type { History } from '@/lib/admin/history';
import type { MeetingLook } from '@/lib/admin/meeting-look';
import { ageWords, kReasonWords, rateWords, roleWords, worstReason } from '@/lib/admin/words';
import { usePolledBy } from './api-context';
import { RateChart } from './chart';
import { Received, Sent, Transports } from './streams';

interface PersonProps {
  look: MeetingLook;
  person: PersonInfo;
  history: History | undefined;
  now: number;
  open: boolean;
  onToggle: () => void;
}

export function PersonRow({ look, person, history, now, open, onToggle }: PersonProps) {
  const panel = `person-${person.id}`;
  return (
    <li className="overflow-hidden rounded-2xl bg-ink-850" data-testid="person">
      <h3>
        <button
          type="button"
          aria-expanded={open}
          aria-controls={panel}
          onClick={onToggle}
          className="flex min-h-16 w-full items-center gap-3 px-4 py-3 text-left -outline-offset-2 hover:bg-ink-800"
        >
          <Avatar id={person.id} name={person.name} />
          <span className="min-w-0 flex-1 leading-snug">
            <bdi className="block truncate font-medium">{person.name}</bdi>
            <span className="block text-sm text-soft">
              {roleWords(person.role)}{person.hidden && ', hidden'} · here for {ageWords(now - person.joinedAt)}
            </span>
          </span>
          <Health person={person} history={history} />
          <ChevronDown className={`size-5 shrink-0 text-soft transition-transform ${open ? 'rotate-180' : ''}`} aria-hidden />
        </button>
      </h3>
      {open && (
        <div id={panel} className="border-t border-ink-700 px-4 pt-4 pb-5" data-testid="person-media">
          {person.media === undefined
            ? <AskedMedia look={look} person={person} />
            : <Media person={person} media={person.media} history={history} />}
        </div>
      )}
    </li>
  );
}

function Health({ person, history }: { person: PersonInfo; history: History | undefined }) {
  const last = history?.samples.at(-1);
  const trouble = person.media ? worstReason(person.media) : null;
  const lost = person.connection === 'reconnecting';
  const word = lost ? 'Reconnecting' : trouble === null ? '' : kReasonWords[trouble];
  return (
    <span className="max-w-[45%] shrink-0 text-right text-sm leading-snug">
      {last !== undefined && <span className="block text-soft tabular-nums">↓ {rateWords(last.outBps)} <span className="max-sm:hidden">↑ {rateWords(last.inBps)}</span></span>}
      {word !== '' && <span className="block text-warn" data-testid="trouble">{word}</span>}
      {word === '' && person.media && <span className="block text-live">Well</span>}
      {person.media === null && !lost && <span className="block text-warn">Media does not answer</span>}
    </span>
  );
}

/** Of a large meeting: this one's media alone. */
function AskedMedia({ look, person: { id } }: { look: MeetingLook; person: PersonInfo }) {
  const polled = usePolledBy(useCallback((signal: AbortSignal) => look.person(id, signal), [look, id]), 3000);
  if (polled.value === null) return <p className="text-soft">{polled.problem === '' ? 'Asking its media node…' : polled.problem}</p>;
  const { participant, history } = polled.value;
  return <Media person={participant} media={participant.media} history={history} />;
}

function Media({ person, media, history }: { person: PersonInfo; media: MediaInfo | null | undefined; history: History | undefined }) {
  if (!media) {
    return <p data-testid="no-media" className="text-warn">The media node of this meeting does not answer: what goes through it is not known. People may hear and see each other all the same.</p>;
  }
  return (
    <div className="grid gap-5">
      <div className="grid gap-4 md:grid-cols-2">
        <RateChart samples={history?.samples ?? []} name={person.name} />
        <Transports transports={media.transports} />
      </div>
      <Sent producers={media.producers} history={history} />
      <Received consumers={media.consumers} history={history} />
    </div>
  );
}
