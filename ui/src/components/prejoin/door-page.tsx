'use client';

import { useEffect, useState, type ComponentProps } from 'react';
import { NotForGuests, Waiting } from '@/components/room/outside-pages';
import { barOf, getStanding, type Bar } from '@/lib/protocol/accounts';
import { PasswordPage } from './password-page';

/**
 * What the server answers to who does not show enough is one error. It is about the room's password
 * unless guests can not join at all, as when a session ended while its page stayed open.
 */
export function DoorPage(props: ComponentProps<typeof PasswordPage>) {
  const [bar, setBar] = useState<Bar | null>(null);
  useEffect(() => {
    getStanding().then((standing) => setBar(barOf(standing, 'guestsJoin')), () => setBar('none'));
  }, []);
  if (bar === null) return <Waiting text="One moment…" />;
  return bar === 'none' ? <PasswordPage {...props} /> : <NotForGuests bar={bar} />;
}
