'use client';

import { useEffect, useState, type FormEvent, type ReactNode } from 'react';
import { Button } from '@/components/ui/button';
import { CopyButton } from '@/components/ui/copy-button';
import { Dialog } from '@/components/ui/dialog';
import { Switch } from '@/components/ui/switch';
import { describeError } from '@/lib/protocol/errors';
import type { Ban, RoomSettings } from '@/lib/protocol/types';
import { notify } from '@/lib/session/notices';
import { loadHostKey } from '@/lib/session/resume';
import { leadOf, useMeeting } from '@/lib/store/meeting';
import { invitationLink } from '@/lib/util/room-code';
import { useSession } from './session-context';

interface RoomDialogProps {
  open: boolean;
  onClose: () => void;
  openers: string[];
}

/** Everything a host may set, in one place; the menu has what is needed most. */
export function RoomDialog({ open, onClose, openers }: RoomDialogProps) {
  return (
    <Dialog open={open} onOpenChange={onClose} title="Host tools" testId="room-dialog" openers={openers}>
      <Sections />
    </Dialog>
  );
}

function Sections() {
  const { hosting } = useSession();
  const lead = useMeeting(leadOf);
  const settings = useMeeting((state) => state.settings);
  if (settings === null || lead === 'none') return <p className="pt-2 text-soft">You are no host here any more.</p>;
  const isHost = lead === 'host';
  return (
    <div className="flex flex-col gap-6 pt-2">
      <Section title="Everybody else">
        <div className="flex flex-wrap gap-2.5">
          <Button onClick={() => void hosting.muteAll()}>Mute everybody else</Button>
          <Button onClick={() => void hosting.lowerHands()}>Lower all hands</Button>
        </div>
      </Section>
      <Section title="Who comes in">
        <Switch label="Locked" hint="Nobody new comes in." checked={settings.locked} onChange={(locked) => void hosting.lock(locked)} testId="switch-lock" />
        {isHost && (
          <Switch
            label="Waiting room"
            hint="Newcomers wait until a host lets them in. Off lets in who waits."
            checked={settings.lobby}
            onChange={(lobby) => void hosting.setLobby(lobby)}
            testId="switch-lobby"
          />
        )}
        <PasswordForm isSet={settings.hasPassword} />
      </Section>
      {isHost && <Permissions settings={settings} />}
      {isHost && <TitleForm title={settings.title} />}
      <Links />
      <Bans />
      {isHost && (
        <Section title="The end">
          <Button tone="danger" className="w-full" onClick={() => useMeeting.setState({ hostDialog: { kind: 'end' } })}>End for everyone…</Button>
        </Section>
      )}
    </div>
  );
}

function Section({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section aria-label={title} className="flex flex-col gap-2">
      <h3 className="text-xs font-semibold tracking-wide text-soft uppercase">{title}</h3>
      {children}
    </section>
  );
}

function Permissions({ settings: { permissions } }: { settings: RoomSettings }) {
  const { hosting } = useSession();
  return (
    <Section title="What members may do">
      <Switch
        label="Unmute themselves"
        hint="Off: only whom a host asks to. Who speaks now is not muted."
        checked={permissions.unmute}
        onChange={(unmute) => void hosting.permit({ unmute })}
        testId="switch-unmute"
      />
      <Switch label="Share their screen" hint="Off ends what members share now." checked={permissions.share} onChange={(share) => void hosting.permit({ share })} testId="switch-share" />
      <Switch label="Write in the chat" hint="Off: to hosts alone, privately." checked={permissions.chat} onChange={(chat) => void hosting.permit({ chat })} testId="switch-chat" />
    </Section>
  );
}

const kPasswordLimit = 128;
const kTitleLimit = 100;

function PasswordForm({ isSet }: { isSet: boolean }) {
  const { hosting } = useSession();
  const [password, setPassword] = useState('');
  const save = async (event: FormEvent) => {
    event.preventDefault();
    if (password !== '' && (await hosting.setPassword(password))) setPassword('');
  };
  return (
    <form onSubmit={(event) => void save(event)}>
      <label htmlFor="room-password" className="mb-1.5 block text-[0.95rem]">Password <span className="text-soft">· {isSet ? 'one is set' : 'none is set'}</span></label>
      <div className="flex flex-wrap gap-2.5">
        {/* In the open: it is meant to be told to others. */}
        <input
          id="room-password"
          data-testid="room-password"
          className="field min-w-40 flex-1"
          value={password}
          maxLength={kPasswordLimit}
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          placeholder={isSet ? 'Another one' : 'A new one'}
          onChange={(event) => setPassword(event.target.value)}
        />
        <Button type="submit" className="min-h-12" disabled={password === ''} data-testid="set-password">Set</Button>
        {isSet && <Button className="min-h-12" data-testid="drop-password" onClick={() => void hosting.setPassword(null)}>Take away</Button>}
      </div>
    </form>
  );
}

function TitleForm({ title }: { title: string }) {
  const { hosting } = useSession();
  const [text, setText] = useState(title);
  const isSame = text.trim() === title;
  return (
    <Section title="Title">
      <form
        className="flex gap-2.5"
        onSubmit={(event) => {
          event.preventDefault();
          if (!isSame) void hosting.setTitle(text.trim());
        }}
      >
        <input
          aria-label="Title of the meeting"
          data-testid="room-title-input"
          className="field"
          dir="auto"
          value={text}
          maxLength={kTitleLimit}
          placeholder="Weekly review"
          onChange={(event) => setText(event.target.value)}
        />
        <Button type="submit" className="min-h-12" disabled={isSame}>Save</Button>
      </form>
    </Section>
  );
}

function Links() {
  const room = useMeeting((state) => state.room);
  const key = loadHostKey(room);
  return (
    <Section title="Links">
      <CopyButton text={invitationLink(room)} label="Copy the invitation link" className="w-full" testId="copy-invitation" />
      {key !== undefined && (
        <>
          <CopyButton text={`${invitationLink(room)}#host=${key}`} label="Copy the link for my other devices" className="w-full" testId="copy-host-link" />
          <p className="text-sm text-soft">Whoever opens that one is the host here: show it to nobody else.</p>
        </>
      )}
    </Section>
  );
}

function Bans() {
  const { hosting } = useSession();
  const [bans, setBans] = useState<Ban[]>([]);
  useEffect(() => {
    let isOpen = true;
    hosting.bans().then((list) => isOpen && setBans(list), (error: unknown) => notify(describeError(error), 'error'));
    return () => {
      isOpen = false;
    };
  }, [hosting]);
  if (bans.length === 0) return null;
  const lift = async (id: string) => {
    if (await hosting.liftBan(id)) setBans((list) => list.filter((each) => each.id !== id));
  };
  return (
    <Section title="Banned">
      <ul>
        {bans.map((each) => (
          <li key={each.id} className="flex min-h-12 items-center justify-between gap-3" data-testid="banned">
            <bdi className="min-w-0 truncate">{each.name}</bdi>
            <Button tone="ghost" aria-label={`Lift the ban of ${each.name}`} onClick={() => void lift(each.id)}>Lift the ban</Button>
          </li>
        ))}
      </ul>
    </Section>
  );
}
