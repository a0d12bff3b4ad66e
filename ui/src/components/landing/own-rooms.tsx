'use client';

import { useEffect, useState } from 'react';
import { CopyIconButton } from '@/components/ui/copy-button';
import { getOwnRooms, type OwnRoom } from '@/lib/protocol/accounts';
import { describeError } from '@/lib/protocol/errors';
import { invitationLink } from '@/lib/util/room-code';

/** The rooms that belong to who is signed in: host in each, on every device. */
export function OwnRooms() {
  const [rooms, setRooms] = useState<OwnRoom[] | null>(null);
  const [error, setError] = useState('');
  useEffect(() => {
    getOwnRooms().then(setRooms, (failure: unknown) => setError(describeError(failure)));
  }, []);
  return (
    <section aria-labelledby="own-rooms" data-testid="own-rooms" className="hairline min-w-0 rounded-3xl bg-ink-900/70 p-4 pt-5 shadow-2xl shadow-black/40 sm:p-6">
      <h2 id="own-rooms" className="px-1 text-lg font-semibold">Your rooms</h2>
      <p role="alert" className="mt-2 px-1 text-sm text-danger-text empty:hidden">{error}</p>
      {rooms?.length === 0 && <p className="mt-2 px-1 leading-relaxed text-soft">A meeting that you start is yours for good: here, and on every device on which you sign in.</p>}
      {rooms !== null && rooms.length > 0 && (
        <ul className="mt-3 flex max-h-92 flex-col gap-2 overflow-y-auto" tabIndex={rooms.length > 5 ? 0 : undefined} aria-labelledby="own-rooms">
          {rooms.map((room) => <Row key={room.code} room={room} />)}
        </ul>
      )}
    </section>
  );
}

function Row({ room: { code, title, createdAt } }: { room: OwnRoom }) {
  const date = new Date(createdAt);
  return (
    <li className="hairline flex shrink-0 items-center gap-1 rounded-2xl bg-ink-850 pr-1.5 hover:bg-ink-800">
      <a href={`/room/${code}`} data-testid="own-room" className="min-w-0 flex-1 rounded-2xl px-4 py-2.5">
        <bdi className={title === '' ? 'block truncate font-mono' : 'block truncate font-medium'}>{title === '' ? code : title}</bdi>
        <span className="block truncate text-sm text-soft">
          {title !== '' && <><span className="font-mono">{code}</span> · </>}
          <time dateTime={date.toISOString()}>{date.toLocaleDateString(undefined, { day: 'numeric', month: 'short', year: 'numeric' })}</time>
        </span>
      </a>
      <CopyIconButton text={invitationLink(code)} label={`Copy the link to ${title === '' ? code : title}`} testId="copy-own-room" />
    </li>
  );
}
