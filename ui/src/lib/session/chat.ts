import type { SignalingClient } from '@/lib/protocol/client';
import { ProtocolError } from '@/lib/protocol/errors';
import type { ChatMessage, Payload } from '@/lib/protocol/types';
import { addEarlier, mergeChat } from '@/lib/store/chat';
import { useMeeting, type Phase } from '@/lib/store/meeting';
import { newMessageId } from '@/lib/util/message-id';

const kChatTries = 3;
// Whoever comes back later is asked to send again, by the words left in the field.
const kBackWithinMs = 20_000;

/** Whether the meeting goes on within a time one would wait for a message to go out. */
function untilBack(): Promise<boolean> {
  return new Promise((resolve) => {
    const done = (isBack: boolean) => {
      clearTimeout(timer);
      stop();
      resolve(isBack);
    };
    const timer = setTimeout(() => done(false), kBackWithinMs);
    const look = ({ phase, offlineSince }: { phase: Phase; offlineSince: number | null }) => {
      if (phase !== 'joined') done(false);
      else if (offlineSince === null) done(true);
    };
    const stop = useMeeting.subscribe(look);
    look(useMeeting.getState());
  });
}

/** What one says in the chat: once, whatever becomes of the connection while it is said. */
export class Chat {
  private unsaid: { id: string; text: string; to: string | null } | undefined;

  constructor(private readonly signaling: SignalingClient) {}

  /** Rejects when it is not known to have been said; the same words once more are then the same message. */
  async send(text: string, to: string | null): Promise<void> {
    const before = this.unsaid;
    const id = before?.text === text && before.to === to ? before.id : newMessageId();
    this.unsaid = { id, text, to };
    const message = await this.say({ id, text, ...(to === null ? {} : { to }) });
    if (this.unsaid.id === id) this.unsaid = undefined;
    useMeeting.setState((state) => ({ chat: mergeChat(state.chat, [message]) }));
  }

  /** The page of the chat before the first line that is here. */
  async loadEarlier(): Promise<void> {
    const before = useMeeting.getState().chat[0]?.id;
    const page = await this.signaling.request('chat:history', before === undefined ? {} : { before });
    useMeeting.setState((state) => addEarlier(state, page));
  }

  /** Where the answer is lost with the connection, it is looked for and the message sent again after the return. */
  private async say(payload: Payload<'chat:send'>): Promise<ChatMessage> {
    for (let tries = kChatTries; ; ) {
      try {
        return (await this.signaling.request('chat:send', payload)).message;
      } catch (error) {
        const isUnknown = error instanceof ProtocolError && (error.code === 'offline' || error.code === 'timeout');
        if (!isUnknown || error.neverSent || --tries === 0 || !(await untilBack())) throw error;
        const said = useMeeting.getState().chat.find((each) => each.id === payload.id);
        if (said !== undefined) return said;
      }
    }
  }
}
