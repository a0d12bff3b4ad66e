'use client';

import { CircleAlert, Info, LoaderCircle, RefreshCw, TriangleAlert, Volume2, X } from 'lucide-react';
import { useEffect, useState, type ReactNode } from 'react';
import { Button } from '@/components/ui/button';
import { dismissNotice } from '@/lib/session/notices';
import { useMeeting, type Notice } from '@/lib/store/meeting';
import { useSession } from './session-context';

/** Above the stage: what is wrong right now, and what can be done about it. */
export function Banners() {
  const session = useSession();
  const offlineSince = useMeeting((state) => state.offlineSince);
  const mediaTrouble = useMeeting((state) => state.mediaTrouble);
  const audioBlocked = useMeeting((state) => state.audioBlocked);
  const newBuild = useMeeting((state) => state.newBuild);
  return (
    <div className="flex flex-col items-center gap-2 px-3 empty:hidden">
      {offlineSince !== null && <Reconnecting since={offlineSince} />}
      {offlineSince === null && mediaTrouble && (
        <Bar testId="media-trouble">
          <LoaderCircle className="size-4 animate-spin text-warn" aria-hidden /> Sound and picture are interrupted. Finding a new path…
        </Bar>
      )}
      {audioBlocked && (
        <Bar testId="audio-blocked">
          <Volume2 className="size-4 text-accent" aria-hidden />
          <span>The browser holds the sound back.</span>
          <Button tone="accent" data-testid="unblock-audio" onClick={() => void session.audio.unblock()}>Click to hear</Button>
        </Bar>
      )}
      {newBuild && (
        <Bar testId="new-build">
          <RefreshCw className="size-4 text-accent" aria-hidden />
          <span>The server was updated.</span>
          <Button onClick={() => location.reload()}>Reload when it suits you</Button>
        </Bar>
      )}
    </div>
  );
}

function Reconnecting({ since }: { since: number }) {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 500);
    return () => clearInterval(timer);
  }, []);
  const seconds = Math.max(0, Math.floor((now - since) / 1000));
  return (
    <Bar testId="reconnecting">
      <LoaderCircle className="size-4 animate-spin text-warn" aria-hidden />
      {/* Announced once; the seconds are for the eye. */}
      <span role="status">Reconnecting…</span>
      <span className="tabular-nums" aria-hidden>{seconds} s</span>
    </Bar>
  );
}

function Bar({ testId, children }: { testId: string; children: ReactNode }) {
  return (
    <div
      data-testid={testId}
      className="hairline mt-2 flex min-h-11 max-w-full flex-wrap items-center justify-center gap-x-2.5 gap-y-1 rounded-2xl bg-ink-800 px-4 py-1 text-sm font-medium animate-toast"
    >
      {children}
    </div>
  );
}

const kIcons: Record<Notice['tone'], ReactNode> = {
  info: <Info className="size-4 shrink-0 text-soft" aria-hidden />,
  warn: <TriangleAlert className="size-4 shrink-0 text-warn" aria-hidden />,
  error: <CircleAlert className="size-4 shrink-0 text-danger-text" aria-hidden />,
};

export function Notices() {
  const notices = useMeeting((state) => state.notices);
  return (
    <div className="pointer-events-none fixed inset-x-3 top-1.5 z-40 flex flex-col items-center gap-2" data-testid="notices">
      {notices.map(({ id, tone, text }) => (
        <div
          key={id}
          role={tone === 'info' ? undefined : 'alert'}
          className="hairline pointer-events-auto flex max-w-sm items-center gap-2.5 rounded-2xl bg-ink-800 py-0.5 pr-1 pl-4 text-sm shadow-xl shadow-black/40 animate-toast"
        >
          {kIcons[tone]}
          <span className="min-w-0 break-words">{text}</span>
          <button
            type="button"
            aria-label="Dismiss"
            onClick={() => dismissNotice(id)}
            className="grid size-11 shrink-0 place-items-center rounded-xl text-soft hover:text-text"
          >
            <X className="size-4" aria-hidden />
          </button>
        </div>
      ))}
    </div>
  );
}

/** Joins, departures and messages for screen readers. */
export function LiveRegion() {
  const { id, text } = useMeeting((state) => state.announcement);
  return (
    <div aria-live="polite" role="status" className="sr-only" data-testid="live-region">
      <span key={id}>{text}</span>
    </div>
  );
}
