'use client';

import { Lock } from 'lucide-react';
import { useEffect, useState } from 'react';
import { CopyButton } from '@/components/ui/copy-button';
import { Logo } from '@/components/ui/logo';
import { useMeeting } from '@/lib/store/meeting';
import { invitationLink } from '@/lib/util/room-code';
import { duration } from '@/lib/util/text';

export function Header() {
  const room = useMeeting((state) => state.room);
  const title = useMeeting((state) => state.settings?.title ?? '');
  const locked = useMeeting((state) => state.settings?.locked === true);
  return (
    <header className="flex h-14 shrink-0 items-center gap-3 px-3 sm:px-5">
      <Logo compact />
      <h1 tabIndex={-1} className="min-w-0 truncate text-sm text-soft outline-none" data-testid="room-code">
        <span className="sr-only">Meeting </span>
        {title !== '' && <bdi className="mr-2 font-medium text-text" data-testid="room-title">{title}</bdi>}
        <span className="font-mono">{room}</span>
      </h1>
      {locked && <Lock className="size-4 shrink-0 text-soft" aria-label="Locked: nobody new comes in" role="img" data-testid="is-locked" />}
      <CopyButton text={invitationLink(room)} label="Copy link" tone="ghost" className="px-3! text-sm whitespace-nowrap max-[22.5rem]:hidden" />
      <Clock />
    </header>
  );
}

function Clock() {
  const joinedAt = useMeeting((state) => state.joinedAt);
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  if (joinedAt === 0) return null;
  return (
    <span className="ml-auto text-sm text-soft tabular-nums" title="Since you joined">
      <span className="sr-only">In the meeting for </span>
      {duration(now - joinedAt)}
    </span>
  );
}
