'use client';

import { SendHorizontal } from 'lucide-react';
import { useRef, useState, type FormEvent } from 'react';
import { Avatar } from '@/components/ui/avatar';
import { Button } from '@/components/ui/button';
import type { Waiting } from '@/lib/protocol/types';
import { useMeeting } from '@/lib/store/meeting';
import { useSession } from './session-context';
import { useHeirOfFocus } from './use-heir-of-focus';

const kPanelHeading = '[data-testid="people-panel"] h2';

/** Who waits to be let in, for those who may let them. */
export function LobbySection() {
  const { hosting } = useSession();
  const lobby = useMeeting((state) => state.lobby);
  if (lobby === null || lobby.length === 0) return null;
  return (
    <section aria-label="Waiting to be let in" data-testid="lobby" className="hairline mx-2 mb-3 rounded-2xl bg-ink-850 p-2">
      <div className="flex min-h-11 items-center justify-between gap-2 pl-2">
        <h3 className="text-sm font-semibold">Waiting to be let in ({lobby.length})</h3>
        {lobby.length > 1 && <AdmitAll />}
      </div>
      <ul>
        {lobby.map((each) => (
          <WaitingRow key={each.id} person={each} />
        ))}
      </ul>
      <MessageForm onSend={(text) => hosting.writeToLobby(text)} />
    </section>
  );
}

function AdmitAll() {
  const { hosting } = useSession();
  const ref = useRef<HTMLDivElement>(null);
  useHeirOfFocus(ref, kPanelHeading);
  return (
    <div ref={ref}>
      <Button tone="ghost" className="min-h-11 text-accent!" data-testid="admit-all" onClick={() => void hosting.admitAll()}>Admit all</Button>
    </div>
  );
}

function WaitingRow({ person }: { person: Waiting }) {
  const { hosting } = useSession();
  const ref = useRef<HTMLLIElement>(null);
  useHeirOfFocus(ref, '[data-testid="admit"]', kPanelHeading);
  return (
    <li ref={ref} data-testid="waiting-person" data-waiting={person.id} className="flex min-h-14 items-center gap-2.5 px-2">
      <Avatar id={person.id} name={person.name} className="size-8 text-xs" />
      <bdi title={person.name} className="min-w-0 flex-1 truncate font-medium">{person.name}</bdi>
      <Button tone="ghost" className="px-3!" data-testid="deny" aria-label={`Deny ${person.name}`} onClick={() => void hosting.deny(person.id)}>Deny</Button>
      <Button tone="accent" className="px-3!" data-testid="admit" aria-label={`Admit ${person.name}`} onClick={() => void hosting.admit(person.id)}>Admit</Button>
    </li>
  );
}

const kLimit = 500;

function MessageForm({ onSend }: { onSend: (text: string) => Promise<boolean> }) {
  const [text, setText] = useState('');
  const send = async (event: FormEvent) => {
    event.preventDefault();
    const line = text.trim();
    if (line !== '' && (await onSend(line))) setText('');
  };
  return (
    <form onSubmit={(event) => void send(event)} className="flex gap-2 px-2 pt-1 pb-1">
      <input
        aria-label="Message to those who wait"
        placeholder="Message to those who wait"
        data-testid="lobby-input"
        dir="auto"
        className="field min-h-11 min-w-0 text-sm"
        value={text}
        maxLength={kLimit}
        onChange={(event) => setText(event.target.value)}
      />
      <button
        type="submit"
        aria-label="Send to those who wait"
        data-testid="lobby-send"
        disabled={text.trim() === ''}
        className="grid size-11 shrink-0 place-items-center rounded-xl bg-accent text-on-accent hover:bg-accent-hi disabled:bg-ink-700 disabled:text-faint"
      >
        <SendHorizontal className="size-5" aria-hidden />
      </button>
    </form>
  );
}
