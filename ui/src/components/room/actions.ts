import type { MeetingSession } from '@/lib/session/session';
import { useMeeting, type Panel } from '@/lib/store/meeting';

/** What buttons and keys do; in one place, so that both do the same. */
export function roomActions(session: MeetingSession) {
  // What is meant, not what the server has heard of it: a second click takes back the first, offline too.
  const wanted = () => useMeeting.getState().wanted;
  return {
    toggleMicrophone: () => void session.publisher.setMicrophone(!wanted().microphone),
    wantsMicrophone: () => wanted().microphone,
    setMicrophone: (on: boolean) => void session.publisher.setMicrophone(on),
    toggleCamera: () => void session.publisher.setCamera(!wanted().camera),
    toggleScreen: () => {
      if (useMeeting.getState().screen === null) void session.publisher.startScreen();
      else session.publisher.stopScreen();
    },
    toggleHand: () => void session.setHand(!wanted().hand),
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
