'use client';

import { Hand, MessageSquare, Mic, MicOff, MonitorUp, Video, VideoOff, WifiOff } from 'lucide-react';
import { useState } from 'react';
import { Avatar } from '@/components/ui/avatar';
import { NameTag } from '@/components/ui/name-tag';
import { CopyButton } from '@/components/ui/copy-button';
import type { Participant } from '@/lib/protocol/types';
import { handsInOrder, inOrder, isLive, leadOf, useMeeting } from '@/lib/store/meeting';
import { invitationLink } from '@/lib/util/room-code';
import { LobbySection } from './lobby-section';
import { PersonMenu } from './person-menu';
import { kRoleWords, RoleBadge } from './role-badge';
import { SidePanel } from './side-panel';
import { tagged, useTags } from './use-tags';

// With fewer, looking is quicker than typing.
const kSearchFrom = 8;

export function PeoplePanel({ onClose }: { onClose: () => void }) {
  const people = useMeeting((state) => state.people);
  const selfId = useMeeting((state) => state.selfId);
  const room = useMeeting((state) => state.room);
  const tags = useTags();
  const [query, setQuery] = useState('');
  const all = inOrder({ people, selfId });
  const hands = handsInOrder(people);
  const wanted = query.trim().toLocaleLowerCase();
  const shown = wanted === '' ? all : all.filter((each) => tagged(each.name, tags[each.id]).toLocaleLowerCase().includes(wanted));

  return (
    <SidePanel title={`People (${all.length})`} testId="people-panel" opener='[data-testid="toggle-people"]' onClose={onClose}>
      <div className="px-4 pb-2">
        <CopyButton text={invitationLink(room)} label="Copy the invitation link" className="w-full" />
        {all.length >= kSearchFrom && (
          <input
            type="search"
            aria-label="Find a person"
            placeholder="Find a person"
            value={query}
            onChange={(event) => setQuery(event.target.value)}
            onKeyDown={(event) => {
              // Escape takes back the search first.
              if (event.key !== 'Escape' || query === '') return;
              event.preventDefault();
              setQuery('');
            }}
            className="field mt-2 min-h-11"
          />
        )}
      </div>
      <div className="min-h-0 flex-1 overflow-y-auto px-2 pb-4" tabIndex={0} role="region" aria-label="List of people">
        <LobbySection />
        {hands.length > 0 && (
          <section aria-label="Raised hands" className="px-2 pb-2">
            <h3 className="py-2 text-xs font-semibold tracking-wide text-warn uppercase">Raised hands, in order</h3>
            <ol className="flex flex-wrap gap-1.5">
              {hands.map((each) => (
                <li key={each.id} className="inline-flex items-center gap-1.5 rounded-full bg-warn/12 py-1 pr-3 pl-2 text-sm text-warn">
                  <Hand className="size-3.5" aria-hidden /> <bdi>{each.name}</bdi> <NameTag tag={tags[each.id]} />
                </li>
              ))}
            </ol>
          </section>
        )}
        <ul>
          {shown.map((each) => (
            <Row key={each.id} person={each} isSelf={each.id === selfId} tag={tags[each.id]} />
          ))}
        </ul>
        {shown.length === 0 && <p className="px-3 py-4 text-sm text-soft">Nobody by that name.</p>}
      </div>
    </SidePanel>
  );
}

function Row({ person, isSelf, tag }: { person: Participant; isSelf: boolean; tag: string | undefined }) {
  const mic = isLive(person, 'microphone');
  const camera = isLive(person, 'camera');
  const sharing = isLive(person, 'screen');
  const lead = useMeeting(leadOf);
  return (
    <li
      className="flex min-h-14 items-center gap-3 rounded-2xl px-2 py-1.5"
      data-testid="person"
      data-participant={person.id}
      data-mic={mic ? 'on' : 'off'}
      data-camera={camera ? 'on' : 'off'}
    >
      <Avatar id={person.id} name={person.name} className="size-9 text-sm" />
      <span className="min-w-0 flex-1">
        <span className="flex items-center gap-1.5">
          <bdi className="truncate font-medium">{person.name}</bdi>
          <NameTag tag={tag} />
          <RoleBadge role={person.role} className="size-4" />
        </span>
        <span className="block text-xs text-soft">{describe(person, isSelf, sharing)}</span>
      </span>
      {person.connection === 'reconnecting' && <WifiOff className="size-4.5 text-warn" aria-label="Reconnecting" />}
      {person.hand !== null && <Hand className="size-4.5 text-warn" aria-label="Hand raised" />}
      {sharing && <MonitorUp className="size-4.5 text-accent" aria-label="Sharing a screen" />}
      {mic ? <Mic className="size-4.5 text-soft" aria-label="Microphone on" /> : <MicOff className="size-4.5 text-danger-text" aria-label="Microphone off" />}
      {camera ? <Video className="size-4.5 text-soft" aria-label="Camera on" /> : <VideoOff className="size-4.5 text-danger-text" aria-label="Camera off" />}
      {/* Hosts find it in the menu, with the rest. */}
      {!isSelf && lead === 'none' && (
        <button
          type="button"
          aria-label={`Write to ${tagged(person.name, tag)} privately`}
          title="Write privately"
          data-testid="write-privately"
          onClick={() => useMeeting.setState({ panel: 'chat', unread: 0, chatTo: person.id })}
          className="grid size-11 shrink-0 place-items-center rounded-xl text-soft hover:bg-ink-700 hover:text-text"
        >
          <MessageSquare className="size-4.5" aria-hidden />
        </button>
      )}
      {!isSelf && <PersonMenu person={person} tag={tag} className="shrink-0 rounded-xl text-soft hover:bg-ink-700 hover:text-text data-[state=open]:bg-ink-700" />}
    </li>
  );
}

function describe(person: Participant, isSelf: boolean, sharing: boolean): string {
  const parts = [isSelf ? 'You' : '', kRoleWords[person.role], sharing ? 'sharing a screen' : '', person.connection === 'reconnecting' ? 'reconnecting' : ''];
  return parts.filter(Boolean).join(' · ');
}
