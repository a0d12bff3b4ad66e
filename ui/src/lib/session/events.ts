import type { SignalingClient } from '@/lib/protocol/client';
import type { ServerEventName, ServerEvents } from '@/lib/protocol/types';
import { addMessage, deleteMessage } from '@/lib/store/chat';
import { addPerson, dropProducer, patchPerson, putProducer, removePerson, setProducerPaused, speakersToLevels, useMeeting, type MeetingStore } from '@/lib/store/meeting';
import { kRoleNames } from './hosting';
import { announce, notify, notifyAbout } from './notices';

const kGone = {
  left: { news: 'left', words: 'left' },
  timeout: { news: 'lost', words: 'lost the connection' },
  removed: { news: 'removed', words: 'was removed by a host' },
} as const;

const nameOf = (id: string) => useMeeting.getState().people[id]?.name ?? 'Someone';

/** What the server tells about the others, into the store. Media is the session's part. */
export function feedStore(signaling: SignalingClient): () => void {
  const stops: (() => void)[] = [];
  function on<E extends ServerEventName>(
    event: E,
    step: (state: MeetingStore, payload: ServerEvents[E]) => Partial<MeetingStore>,
    tell?: (payload: ServerEvents[E]) => void,
  ): void {
    stops.push(
      signaling.on(event, (payload) => {
        // Names are told before the step that may remove them.
        tell?.(payload);
        useMeeting.setState((state) => step(state, payload));
      }),
    );
  }

  on('participant:joined', (state, { participant }) => addPerson(state, participant), ({ participant }) => {
    announce(`${participant.name} joined`);
    notifyAbout(participant.name, 'joined');
  });
  on('participant:left', (state, { participantId }) => removePerson(state, participantId), ({ participantId, reason }) => {
    announce(`${nameOf(participantId)} ${kGone[reason].words}`);
    notifyAbout(nameOf(participantId), kGone[reason].news);
  });
  on('participant:updated', (state, { participant }) => ({
    ...patchPerson(state, participant.id, participant),
    // Somebody else lowered one's hand.
    ...(participant.id === state.selfId ? { wanted: { ...state.wanted, hand: participant.hand !== null } } : {}),
  }), ({ participant }) => {
    const before = useMeeting.getState().people[participant.id]?.hand ?? null;
    if (before === null && participant.hand !== null) {
      announce(`${participant.name} raised a hand`);
      notifyAbout(participant.name, 'hand');
    }
    const role = useMeeting.getState().people[participant.id]?.role;
    if (role !== undefined && role !== participant.role) announce(`${participant.name} is a ${kRoleNames[participant.role]} now`);
  });
  on('participant:connection', (state, { participantId, connection }) => patchPerson(state, participantId, { connection }));
  on('producer:added', (state, { participantId, producer }) => putProducer(state, participantId, producer), ({ participantId, producer }) => {
    if (producer.source === 'screen') announce(`${nameOf(participantId)} is sharing a screen`);
  });
  on('producer:closed', (state, { participantId, producerId }) => dropProducer(state, participantId, producerId));
  on('producer:paused', (state, { participantId, producerId }) => setProducerPaused(state, participantId, producerId, true));
  on('producer:resumed', (state, { participantId, producerId }) => setProducerPaused(state, participantId, producerId, false));
  on('speakers', (_state, { speakers }) => ({ speaking: speakersToLevels(speakers) }));
  on('chat:message', (state, { message }) => addMessage(state, message), ({ message }) => {
    announce(`${message.to === null ? 'Message' : 'Private message'} from ${message.from.name}: ${message.text}`);
  });
  on('chat:deleted', (state, { messageId }) => deleteMessage(state, messageId), ({ messageId }) => {
    const { chat, selfId } = useMeeting.getState();
    const line = chat.find((each) => each.id === messageId);
    if (line === undefined) return;
    if (line.from.id === selfId) notify('A host deleted a message of yours');
    else announce(`A host deleted a message from ${line.from.name}`);
  });
  return () => stops.forEach((stop) => stop());
}
