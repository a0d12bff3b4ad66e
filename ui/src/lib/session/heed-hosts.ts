import type { SignalingClient } from '@/lib/protocol/client';
import type { Doer, Participant, Permits, RoomSettings, ServerEventName, ServerEvents, Source } from '@/lib/protocol/types';
import { addPerson, addWaiting, dropWaiting, isLive, useMeeting, type Phase } from '@/lib/store/meeting';
import { isolated } from '@/lib/util/text';
import type { Hosting } from './hosting';
import { announce, notify, notifyWaiting, shownWaiting } from './notices';
import type { Publisher } from './publisher';

const byWhom = (by: Doer, otherwise = 'A host') => (by === null ? otherwise : isolated(by.name));

const kStopped: Record<Source, string> = {
  camera: 'stopped your camera',
  microphone: 'stopped your microphone',
  screen: 'stopped your screen share',
  'screen-audio': 'stopped the sound of your screen',
};

/** What hosts do to this person and to the room, into the store, into words and into what is sent. */
export function heedHosts(
  signaling: SignalingClient,
  publisher: Publisher,
  hosting: Hosting,
  finish: (phase: Phase, reason: string) => void,
): () => void {
  const stops: (() => void)[] = [];
  function on<E extends ServerEventName>(event: E, heed: (payload: ServerEvents[E]) => void): void {
    stops.push(signaling.on(event, heed));
  }
  const lobbyActions = {
    admit: (waitingId: string) => void hosting.admit(waitingId),
    show: () => useMeeting.setState({ panel: 'people' }),
  };

  on('self:updated', ({ self, permits, lobby }) => {
    const before = useMeeting.getState();
    useMeeting.setState((state) => ({
      ...addPerson(state, self), permits, lobby: lobby ?? null, wanted: { ...state.wanted, hand: self.hand !== null },
    }));
    publisher.obeyPermits();
    tellRole(before.people[self.id], self, permits);
  });
  on('moderation', ({ action, source, by }) => {
    if (action === 'mute') notify(source === 'camera' ? `${byWhom(by)} paused your camera` : `${byWhom(by)} muted you`, 'warn');
    else if (action === 'stop') notify(`${byWhom(by)} ${kStopped[source ?? 'camera']}`, 'warn');
    else {
      useMeeting.setState((state) => ({ wanted: { ...state.wanted, hand: false } }));
      notify(`${byWhom(by)} lowered your hand`);
    }
  });
  on('producer:paused', ({ participantId, producerId }) => {
    if (participantId === useMeeting.getState().selfId) publisher.pausedByServer(producerId);
  });
  on('unmute:asked', ({ source, by }) => {
    const { people, selfId } = useMeeting.getState();
    // A server unmutes nobody, and neither does this page: the person is asked.
    if (!isLive(people[selfId], source)) useMeeting.setState({ unmuteAsked: { source, by } });
  });
  on('room:updated', ({ settings, by }) => {
    const { settings: before } = useMeeting.getState();
    useMeeting.setState({ settings });
    const changes = before === null ? [] : changesOf(before, settings);
    if (changes.length > 0) notify(`${byWhom(by, 'An operator')} ${changes.join(', ')}`);
  });

  on('room:unkept', ({ unkept }) => {
    if (unkept) notify('The server cannot write down what hosts decide just now. It holds meanwhile, and is tried again.', 'warn');
    else notify('What hosts decided is written down now');
  });

  on('lobby:knocked', ({ waiting }) => {
    useMeeting.setState((state) => addWaiting(state, waiting));
    announce(`${waiting.name} is waiting to be let in`);
    notifyWaiting(useMeeting.getState().lobby ?? [], lobbyActions);
  });
  on('lobby:left', ({ waitingId }) => {
    useMeeting.setState((state) => dropWaiting(state, waitingId));
    // What was dismissed does not come back for one who goes.
    if (shownWaiting() !== undefined) notifyWaiting(useMeeting.getState().lobby ?? [], lobbyActions);
  });

  on('lobby:message', (message) => {
    useMeeting.setState((state) => ({ door: { ...state.door, message } }));
  });
  on('lobby:denied', () => finish('denied', ''));
  on('removed', ({ banned, by }) => {
    const who = byWhom(by, 'An operator');
    if (banned) finish('removed', `${who} removed you, for good: you cannot come back to this room.`);
    // The end of a session or token is told in the same way, and bars nobody from coming again.
    else if (by === null) finish('removed', 'You were signed out, or an operator removed you. Signed out? Sign in and open the link again.');
    else finish('removed', `${who} removed you: you cannot come back to this meeting.`);
  });
  on('meeting:ended', ({ by }) => {
    const { selfId } = useMeeting.getState();
    finish('ended', by !== null && by.id === selfId ? 'You ended it for everyone.' : `${byWhom(by, 'An operator')} ended it for everyone.`);
  });
  return () => stops.forEach((stop) => stop());
}

function tellRole(before: Participant | undefined, now: Participant, permits: Permits): void {
  if (before === undefined || before.role === now.role) return;
  notify({
    host: 'You are a host now. The tools for that are in the bar below and in People.',
    cohost: 'You are a co-host now. The tools for that are in the bar below and in People.',
    member: before.role === 'viewer' ? 'You may take part now: unmute when you want to speak.' : 'You are no longer a host here.',
    viewer: permits.sources.length === 0 ? 'You are here to watch and listen now.' : 'You are a viewer now.',
  }[now.role], 'warn');
}

const kPermissions = {
  unmute: ['lets members unmute themselves', 'lets members unmute only when asked'],
  share: ['lets members share screens', 'keeps screen sharing to hosts'],
  chat: ['lets members write in the chat', 'keeps the chat to hosts'],
} as const;

function changesOf(before: RoomSettings, now: RoomSettings): string[] {
  const changes: string[] = [];
  if (now.locked !== before.locked) changes.push(now.locked ? 'locked the meeting' : 'unlocked the meeting');
  if (now.lobby !== before.lobby) changes.push(now.lobby ? 'turned the waiting room on' : 'turned the waiting room off');
  if (now.hasPassword !== before.hasPassword) changes.push(now.hasPassword ? 'set a password' : 'took the password away');
  if (now.title !== before.title) changes.push(now.title === '' ? 'took the title away' : `named the meeting “${isolated(now.title)}”`);
  for (const each of ['unmute', 'share', 'chat'] as const) {
    if (now.permissions[each] !== before.permissions[each]) changes.push(kPermissions[each][now.permissions[each] ? 0 : 1]);
  }
  return changes;
}
