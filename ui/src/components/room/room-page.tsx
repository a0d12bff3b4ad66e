'use client';

import { useCallback, useEffect, useState } from 'react';
import { DoorPage } from '@/components/prejoin/door-page';
import { WaitingPage } from '@/components/prejoin/waiting-page';
import { PreJoin } from '@/components/prejoin/prejoin';
import { barOf, getStanding, type Bar, type Standing } from '@/lib/protocol/accounts';
import { describeError, ProtocolError } from '@/lib/protocol/errors';
import { getRoom, type RoomInfo } from '@/lib/protocol/rest';
import { installDiagnostics } from '@/lib/session/debug';
import { takeHostKey } from '@/lib/session/host-link';
import { loadHostKey, loadKnock, loadResume } from '@/lib/session/resume';
import { MeetingSession } from '@/lib/session/session';
import { meantDevices, startLocal, watchDevices } from '@/lib/store/local';
import { useMeeting } from '@/lib/store/meeting';
import { useSettings } from '@/lib/store/settings';
import { roomCodeFromPath } from '@/lib/util/room-code';
import { Ended } from './ended';
import { Notices } from './notices';
import { LookupFailed, NoSuchRoom, NotForGuests, Waiting } from './outside-pages';
import { titleOf } from './page-title';
import { Room } from './room';
import { SessionProvider } from './session-context';

type Lookup =
  | { kind: 'looking' }
  | { kind: 'barred'; bar: Exclude<Bar, 'none'> }
  | { kind: 'found'; info: RoomInfo | undefined; standing: Standing | null }
  | { kind: 'none' }
  | { kind: 'error'; text: string };

/**
 * One file serves every room: which one it is, is read from the address after mounting, never while
 * rendering on a server (ui/README.md).
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
  /** What a join that needs nobody's click is called meanwhile. */
  const [resuming, setResuming] = useState('');

  useEffect(() => {
    const code = roomCodeFromPath(location.pathname);
    if (code === null) {
      // The address is known in the browser alone, not while the page is built.
      // eslint-disable-next-line react-hooks/set-state-in-effect
      setLookup({ kind: 'none' });
      return;
    }
    const taken = takeHostKey(code);
    const created = new MeetingSession(code);
    const stops = [installDiagnostics(created), watchDevices(), watchHostLink(code)];
    setSession(created);
    const resume = loadResume(code);
    const knock = loadKnock(code);
    if (resume !== null) {
      setResuming(kGoingBack);
      setLookup({ kind: 'found', info: undefined, standing: null });
      enter(created, resume.name, resume);
    } else if (knock !== null) {
      const { startCamera: camera, startMicrophone: microphone } = useSettings.getState();
      setResuming(kAsking);
      setLookup({ kind: 'found', info: undefined, standing: null });
      enter(created, knock.name, { camera, microphone });
    } else {
      // Of accounts it is enough to know what can be known now: the server decides at the join.
      Promise.all([getRoom(code), getStanding().catch(() => null), taken.catch(() => false)]).then(
        ([info, standing]) => {
          // Who has the room's key needs no account.
          const bar = loadHostKey(code) === undefined ? barOf(standing, 'guestsJoin') : 'none';
          setLookup(bar === 'none' ? { kind: 'found', info, standing } : { kind: 'barred', bar });
        },
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
    (name: string, password?: string) => {
      if (session === null) return;
      session.publisher.want(meantDevices());
      void session.join(name, password);
    },
    [session],
  );

  usePageTitle(lookup.kind);

  if (lookup.kind === 'none') return <NoSuchRoom />;
  if (lookup.kind === 'barred') return <NotForGuests bar={lookup.bar} />;
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
    case 'removed':
    case 'denied':
    case 'replaced':
    case 'failed':
      return <Ended phase={phase} reason={reason} onRejoin={() => {
        setResuming(phase === 'denied' ? kAsking : kGoingBack);
        rejoin(session);
      }} />;
    case 'password':
      return <DoorPage room={session.room} problem={reason} onPassword={(password) => {
        setResuming(kKnocking);
        join(useSettings.getState().name, password);
      }} />;
    case 'lobby':
      return (
        <SessionProvider value={session}>
          <WaitingPage />
        </SessionProvider>
      );
    case 'joining':
      if (resuming !== '') return <Waiting text={resuming} />;
      break;
    case 'outside':
      break;
  }
  return <PreJoin room={session.room} info={lookup.info} standing={lookup.standing} joining={phase === 'joining'} onJoin={join} />;
}

/** What tabs, windows and screen readers call the page: the room, and how one stands in it. */
function usePageTitle(lookup: Lookup['kind']): void {
  const title = useMeeting((state) => titleOf(lookup, state));
  useEffect(() => {
    document.title = title;
  }, [title]);
}

const kGoingBack = 'Going back into the meeting…';
const kAsking = 'Asking to be let in…';
const kKnocking = 'Joining the meeting…';

/** The link for hosts, opened where this room is open already: the browser only tells of another fragment. */
function watchHostLink(code: string): () => void {
  const changed = () => {
    void takeHostKey(code).then((isNews) => {
      if (isNews && useMeeting.getState().phase === 'joined') location.reload();
    });
  };
  window.addEventListener('hashchange', changed);
  return () => window.removeEventListener('hashchange', changed);
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
