'use client';

import { LoaderCircle } from 'lucide-react';
import { useCallback, useEffect, useRef, useState } from 'react';
import { PreJoin } from '@/components/prejoin/prejoin';
import { describeError, ProtocolError } from '@/lib/protocol/errors';
import { getRoom } from '@/lib/protocol/rest';
import { installDiagnostics } from '@/lib/session/debug';
import { loadResume } from '@/lib/session/resume';
import { MeetingSession } from '@/lib/session/session';
import { startLocal, useLocal, watchDevices } from '@/lib/store/local';
import { useMeeting } from '@/lib/store/meeting';
import { useSettings } from '@/lib/store/settings';
import { roomCodeFromPath } from '@/lib/util/room-code';
import { Ended } from './ended';
import { MessagePage } from './message-page';
import { Notices } from './notices';
import { titleOf } from './page-title';
import { Room } from './room';
import { SessionProvider } from './session-context';

type Lookup = { kind: 'looking' } | { kind: 'found'; here: number | undefined } | { kind: 'none' } | { kind: 'error'; text: string };

/**
 * One file serves every room: which one it is, is read from the address after mounting, never while
 * rendering on a server (DESIGN.md §6).
 */
export function RoomPage() {
  return (
    <>
      <View />
      <Notices />
    </>
  );
}

function View() {
  const [session, setSession] = useState<MeetingSession | null>(null);
  const [lookup, setLookup] = useState<Lookup>({ kind: 'looking' });
  const phase = useMeeting((state) => state.phase);
  const reason = useMeeting((state) => state.phaseReason);
  const resuming = useRef(false);

  useEffect(() => {
    const code = roomCodeFromPath(location.pathname);
    if (code === null) {
      setLookup({ kind: 'none' });
      return;
    }
    const created = new MeetingSession(code);
    const stops = [installDiagnostics(created), watchDevices()];
    setSession(created);
    const resume = loadResume(code);
    if (resume !== null) {
      resuming.current = true;
      setLookup({ kind: 'found', here: undefined });
      enter(created, resume.name, resume);
    } else {
      getRoom(code).then(
        ({ participants }) => setLookup({ kind: 'found', here: participants }),
        (error: unknown) =>
          setLookup(
            error instanceof ProtocolError && error.code === 'not_found'
              ? { kind: 'none' }
              : { kind: 'error', text: describeError(error) },
          ),
      );
    }
    return () => {
      stops.forEach((stop) => stop());
      created.dispose();
    };
  }, []);

  const join = useCallback(
    (name: string) => {
      if (session === null) return;
      const { camera, microphone, opening } = useLocal.getState();
      // Devices still opening are sent as soon as they are there.
      session.publisher.want({
        camera: camera !== null || opening.camera,
        microphone: microphone !== null || opening.microphone,
      });
      void session.join(name);
    },
    [session],
  );

  usePageTitle(lookup.kind);

  if (lookup.kind === 'none') return <NoSuchRoom />;
  if (lookup.kind === 'error') return <LookupFailed text={lookup.text} />;
  if (session === null || lookup.kind === 'looking') return <Waiting text="Looking for the meeting…" />;

  switch (phase) {
    case 'joined':
      return (
        <SessionProvider value={session}>
          <Room />
        </SessionProvider>
      );
    case 'left':
    case 'ended':
    case 'replaced':
    case 'failed':
      return <Ended phase={phase} reason={reason} onRejoin={() => {
        resuming.current = true;
        rejoin(session);
      }} />;
    case 'joining':
      if (resuming.current) return <Waiting text="Going back into the meeting…" />;
      break;
    case 'outside':
      break;
  }
  return <PreJoin room={session.room} here={lookup.here} joining={phase === 'joining'} onJoin={join} />;
}

/** What tabs, windows and screen readers call the page: the room, and how one stands in it. */
function usePageTitle(lookup: Lookup['kind']): void {
  const title = useMeeting((state) => titleOf(lookup, state));
  useEffect(() => {
    document.title = title;
  }, [title]);
}

/** Devices open while the socket joins; what is ready first waits for nothing. */
function enter(session: MeetingSession, name: string, want: { camera: boolean; microphone: boolean }): void {
  session.publisher.want({ camera: want.camera, microphone: want.microphone });
  if (want.camera) void startLocal('camera');
  if (want.microphone) void startLocal('microphone');
  void session.join(name);
}

function rejoin(session: MeetingSession): void {
  enter(session, useSettings.getState().name, useMeeting.getState().wanted);
}

function Waiting({ text }: { text: string }) {
  return (
    <MessagePage title={text} testId="waiting">
      <LoaderCircle className="mt-6 size-6 animate-spin text-accent" aria-hidden />
    </MessagePage>
  );
}

const kLink = 'mt-8 inline-flex min-h-12 items-center rounded-xl bg-accent px-7 font-semibold text-on-accent hover:bg-accent-hi';

function NoSuchRoom() {
  return (
    <MessagePage title="There is no such meeting" testId="no-such-room">
      <p className="mt-3 text-soft">Check the code or the link. Whoever invited you can copy it from their meeting.</p>
      <a href="/" className={kLink}>Start page</a>
    </MessagePage>
  );
}

function LookupFailed({ text }: { text: string }) {
  return (
    <MessagePage title="The meeting could not be looked up" testId="lookup-failed">
      <p className="mt-3 text-soft" role="alert">{text}</p>
      <button type="button" className={kLink} onClick={() => location.reload()}>Try again</button>
    </MessagePage>
  );
}
