'use client';

import { LoaderCircle, MonitorUp, RefreshCw, VideoOff, Volume2 } from 'lucide-react';
import { useEffect, useRef, useState, type ReactNode } from 'react';
import { Button } from '@/components/ui/button';
import { useMeeting } from '@/lib/store/meeting';
import { useNews } from '@/lib/store/news';
import { useSettings } from '@/lib/store/settings';
import type { RoomActions } from './actions';
import { useSession } from './session-context';
import { useHeirOfFocus } from './use-heir-of-focus';

/** Above the stage: what is wrong right now, and what can be done about it. */
export function Banners({ actions }: { actions: RoomActions }) {
  const session = useSession();
  const offlineSince = useMeeting((state) => state.offlineSince);
  const mediaTrouble = useMeeting((state) => state.mediaTrouble);
  const audioBlocked = useMeeting((state) => state.audioBlocked);
  const newBuild = useMeeting((state) => state.newBuild);
  const sharing = useMeeting((state) => state.screen !== null);
  const soundOnly = useSettings((state) => state.receive === 'sound');
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
      {soundOnly && (
        <Bar testId="sound-only">
          <VideoOff className="size-4 shrink-0 text-accent" aria-hidden />
          <span role="status">You receive sound only</span>
          <Button className="min-h-9!" data-testid="receive-pictures" onClick={() => useSettings.getState().update({ receive: 'all' })}>Receive pictures</Button>
        </Bar>
      )}
      {sharing && (
        <Bar testId="sharing-bar">
          <MonitorUp className="size-4 shrink-0 text-live" aria-hidden />
          <span role="status">You are sharing your screen</span>
          <Button tone="danger" className="min-h-9!" data-testid="stop-sharing" onClick={actions.stopScreen}>Stop sharing</Button>
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
  const ref = useRef<HTMLDivElement>(null);
  useHeirOfFocus(ref, ...(testId === 'sharing-bar' ? ['[data-testid="toggle-screen"]'] : []));
  return (
    <div
      ref={ref}
      data-testid={testId}
      className="hairline mt-2 flex min-h-11 max-w-full flex-wrap items-center justify-center gap-x-2.5 gap-y-1 rounded-2xl bg-ink-800 px-4 py-1 text-sm font-medium animate-toast"
    >
      {children}
    </div>
  );
}

/** Joins, departures and messages for screen readers. */
export function LiveRegion() {
  const { id, text } = useNews((state) => state.announcement);
  return (
    <div aria-live="polite" role="status" className="sr-only" data-testid="live-region">
      <span key={id}>{text}</span>
    </div>
  );
}
