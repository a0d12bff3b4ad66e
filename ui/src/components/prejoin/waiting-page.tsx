'use client';

import { LoaderCircle, MessageSquare, WifiOff } from 'lucide-react';
import { useEffect, useRef } from 'react';
import { useSession } from '@/components/room/session-context';
import { Button } from '@/components/ui/button';
import { Logo } from '@/components/ui/logo';
import { useMeeting } from '@/lib/store/meeting';
import { useSettings } from '@/lib/store/settings';
import { clockTime } from '@/lib/util/text';
import { Preview } from './prejoin';

/** Before the door: one's own picture, what hosts write, and nothing of the meeting. */
export function WaitingPage() {
  const session = useSession();
  const room = useMeeting((state) => state.room);
  const { title, message } = useMeeting((state) => state.door);
  const isOffline = useMeeting((state) => state.offlineSince !== null);
  const name = useSettings((state) => state.name);
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  return (
    <div className="backdrop-glow flex min-h-dvh flex-col" data-testid="phase-lobby">
      <header className="mx-auto w-full max-w-6xl px-5 py-4 sm:px-8">
        <Logo />
      </header>
      <main className="mx-auto grid w-full max-w-6xl flex-1 content-center items-center gap-8 px-5 pb-10 sm:px-8 lg:grid-cols-[1.35fr_1fr] lg:gap-14">
        <Preview name={name} />
        <div>
          <h1 ref={heading} tabIndex={-1} className="text-3xl font-semibold tracking-tight text-balance outline-none">Waiting to be let in</h1>
          <p className="mt-1.5 text-soft">
            {title !== '' && <><bdi className="font-medium text-text">{title}</bdi> · </>}
            <span className="font-mono text-text">{room}</span>
          </p>
          <p className="mt-5 flex items-center gap-2.5" role="status">
            {isOffline
              ? <><WifiOff className="size-4.5 shrink-0 text-warn" aria-hidden /> Reconnecting… Your place is kept for a moment.</>
              : <><LoaderCircle className="size-4.5 shrink-0 animate-spin text-accent" aria-hidden /> The hosts see that you are here, as {name}.</>}
          </p>
          <section aria-label="From the hosts" role="log" className="mt-5 empty:hidden">
            {message !== null && (
              <div className="hairline rounded-2xl bg-ink-900/60 px-4 py-3" data-testid="lobby-message">
                <p className="flex items-center gap-2 text-sm text-soft">
                  <MessageSquare className="size-4 shrink-0" aria-hidden />
                  <bdi className="font-medium">{message.from?.name ?? 'The host'}</bdi>
                  <time className="text-xs text-faint tabular-nums" dateTime={new Date(message.sentAt).toISOString()}>{clockTime(message.sentAt)}</time>
                </p>
                <p dir="auto" className="mt-1.5 [overflow-wrap:anywhere] whitespace-pre-wrap">{message.text}</p>
              </div>
            )}
          </section>
          <Button className="mt-7 min-h-12 px-7" data-testid="stop-waiting" onClick={() => void session.leave()}>Stop waiting</Button>
        </div>
      </main>
    </div>
  );
}
