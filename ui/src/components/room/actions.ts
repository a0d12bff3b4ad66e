import { describeError } from '@/lib/protocol/errors';
import { notify } from '@/lib/session/notices';
import type { MeetingSession } from '@/lib/session/session';
import { isLive, useMeeting, type Panel } from '@/lib/store/meeting';

/** What buttons and keys do; in one place, so that both do the same. */
export function roomActions(session: MeetingSession) {
  const self = () => {
    const { people, selfId } = useMeeting.getState();
    return people[selfId];
  };
  return {
    toggleMicrophone: () => void session.publisher.setMicrophone(!isLive(self(), 'microphone')),
    wantsMicrophone: () => session.publisher.intent.microphone,
    setMicrophone: (on: boolean) => void session.publisher.setMicrophone(on),
    toggleCamera: () => void session.publisher.setCamera(!isLive(self(), 'camera')),
    toggleScreen: () => {
      if (useMeeting.getState().screen === null) void session.publisher.startScreen();
      else session.publisher.stopScreen();
    },
    toggleHand: () => {
      session.setHand(self()?.hand === null).catch((error: unknown) => notify(describeError(error), 'error'));
    },
    togglePanel: (panel: Exclude<Panel, 'none'>) =>
      useMeeting.setState((state) => {
        const next = state.panel === panel ? 'none' : panel;
        return next === 'chat' ? { panel: next, unread: 0 } : { panel: next };
      }),
    closePanel: () => useMeeting.setState({ panel: 'none' }),
    /** What was opened last goes first. */
    closeTop: () => useMeeting.setState(({ statsOpen }) => (statsOpen ? { statsOpen: false } : { panel: 'none' })),
    stopScreen: () => session.publisher.stopScreen(),
    toggleStats: () => useMeeting.setState((state) => ({ statsOpen: !state.statsOpen })),
    toggleGrid: () =>
      useMeeting.setState((state) => ({ focus: state.focus.kind === 'grid' ? { kind: 'auto' } : { kind: 'grid' } })),
    leave: () => void session.leave(),
  };
}

export type RoomActions = ReturnType<typeof roomActions>;
