'use client';

import clsx from 'clsx';
import { Ban, EllipsisVertical, Eye, Hand, MessageSquare, Mic, MicOff, MonitorX, ShieldCheck, ShieldOff, UserX, Video, VideoOff } from 'lucide-react';
import { DropdownMenu } from 'radix-ui';
import { MenuContent, MenuItem, MenuLine } from '@/components/ui/menu';
import type { Participant, Role } from '@/lib/protocol/types';
import { isLive, leadOf, useMeeting, type Lead } from '@/lib/store/meeting';
import { useSession } from './session-context';
import { tagged } from './use-tags';

interface PersonMenuProps {
  person: Participant;
  tag: string | undefined;
  className: string;
  iconClassName?: string;
}

const kIcon = 'size-4.5';

/** What a host may do with one person; nothing where the server did not make one a host. */
export function PersonMenu({ person, tag, className, iconClassName }: PersonMenuProps) {
  const lead = useMeeting(leadOf);
  if (lead === 'none') return null;
  const name = tagged(person.name, tag);
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger aria-label={`More about ${name}`} title={`More about ${name}`} data-testid="person-menu" className={clsx('grid size-11 place-items-center', className)}>
        <span className={iconClassName}>
          <EllipsisVertical className={kIcon} aria-hidden />
        </span>
      </DropdownMenu.Trigger>
      <MenuContent side="bottom" testId="person-actions">
        <DropdownMenu.Label className="max-w-72 truncate px-3 pt-2 pb-1 text-sm font-semibold text-soft"><bdi>{name}</bdi></DropdownMenu.Label>
        <MediaItems person={person} />
        <MenuItem
          icon={<MessageSquare className={kIcon} aria-hidden />}
          onSelect={() => useMeeting.setState({ panel: 'chat', unread: 0, chatTo: person.id })}
          testId="write-privately"
        >
          Write privately
        </MenuItem>
        {lead === 'host' && <RoleItems person={person} />}
        <RemovalItems person={person} lead={lead} />
      </MenuContent>
    </DropdownMenu.Root>
  );
}

function MediaItems({ person }: { person: Participant }) {
  const { hosting } = useSession();
  const takesPart = person.role !== 'viewer';
  const items = [
    isLive(person, 'microphone')
      ? { id: 'mute', icon: MicOff, text: 'Mute', act: () => hosting.mute(person) }
      : takesPart && { id: 'ask-unmute', icon: Mic, text: 'Ask to unmute', act: () => hosting.askToUnmute(person, 'microphone') },
    isLive(person, 'camera')
      ? { id: 'stop-camera', icon: VideoOff, text: 'Stop the camera', act: () => hosting.stop(person, 'camera') }
      : takesPart && { id: 'ask-camera', icon: Video, text: 'Ask for the camera', act: () => hosting.askToUnmute(person, 'camera') },
    isLive(person, 'screen') && { id: 'stop-share', icon: MonitorX, text: 'Stop the screen share', act: () => hosting.stop(person, 'screen') },
    person.hand !== null && { id: 'lower-hand', icon: Hand, text: 'Lower the hand', act: () => hosting.lowerHand(person) },
  ];
  return items.map((each) => each !== false && (
    <MenuItem key={each.id} icon={<each.icon className={kIcon} aria-hidden />} onSelect={() => void each.act()} testId={each.id}>{each.text}</MenuItem>
  ));
}

const kRoleSteps: Record<Role, readonly { to: Role; text: string; icon: typeof Eye }[]> = {
  host: [{ to: 'member', text: 'Take the host’s role away', icon: ShieldOff }],
  cohost: [
    { to: 'host', text: 'Make host', icon: ShieldCheck },
    { to: 'member', text: 'Take the co-host’s role away', icon: ShieldOff },
  ],
  member: [
    { to: 'cohost', text: 'Make co-host', icon: ShieldCheck },
    { to: 'viewer', text: 'Let only watch and listen', icon: Eye },
  ],
  viewer: [{ to: 'member', text: 'Let take part', icon: Mic }],
};

function RoleItems({ person }: { person: Participant }) {
  const { hosting } = useSession();
  return (
    <>
      <MenuLine />
      {kRoleSteps[person.role].map(({ to, text, icon: Icon }) => (
        <MenuItem key={to} icon={<Icon className={kIcon} aria-hidden />} onSelect={() => void hosting.setRole(person, to)} testId={`make-${to}`}>{text}</MenuItem>
      ))}
    </>
  );
}

function RemovalItems({ person, lead }: { person: Participant; lead: Lead }) {
  // A host is removed by a host alone.
  if (lead !== 'host' && person.role === 'host') return null;
  const ask = (kind: 'remove' | 'ban') => useMeeting.setState({ hostDialog: { kind, person: { id: person.id, name: person.name } } });
  return (
    <>
      <MenuLine />
      <MenuItem danger icon={<UserX className={kIcon} aria-hidden />} onSelect={() => ask('remove')} testId="remove">Remove from the meeting…</MenuItem>
      <MenuItem danger icon={<Ban className={kIcon} aria-hidden />} onSelect={() => ask('ban')} testId="ban">Ban from the room…</MenuItem>
    </>
  );
}
