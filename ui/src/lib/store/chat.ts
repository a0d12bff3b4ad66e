// The chat in the store: each step a pure function of the state before.
import type { ChatMessage, MeetingState } from '@/lib/protocol/types';
import type { MeetingStore } from './meeting';

/** Of a line that a host deleted its place stays for those who were there: nothing jumps, and one sees why. */
export type ChatLine = ChatMessage & { deleted?: true };

type Change = Partial<MeetingStore>;

type Page = Pick<MeetingState, 'chat' | 'chatEarlier' | 'chatDeleted'>;

/**
 * The last page of the server's into what is here; in its place, if so much was missed that nothing joins the two.
 * `asked`: what was here when it was asked for. What came since may not be in it yet.
 */
export function takeChat(state: MeetingStore, fresh: Page, asked = state.chat): Pick<MeetingStore, 'chat' | 'chatEarlier'> {
  const known = new Set(state.chat.map((each) => each.id));
  const joinsOn = state.chat.length > 0 && (!fresh.chatEarlier || fresh.chat.some((each) => known.has(each.id)));
  if (!joinsOn) return { chat: [...fresh.chat], chatEarlier: fresh.chatEarlier };
  const deleted = new Set(fresh.chatDeleted);
  const left = state.chat.map((line) => (deleted.has(line.id) ? emptied(line) : line));
  return { chat: mergeChat(withoutGone(left, fresh, asked, state.chatHistory), fresh.chat), chatEarlier: state.chatEarlier };
}

export function addEarlier(state: MeetingStore, page: Pick<MeetingState, 'chat' | 'chatEarlier'>): Change {
  return { chat: mergeChat(state.chat, page.chat), chatEarlier: page.chatEarlier };
}

const bySending = (a: ChatMessage, b: ChatMessage) => a.sentAt - b.sentAt || a.id.localeCompare(b.id);

export function mergeChat(known: readonly ChatLine[], fresh: readonly ChatLine[]): ChatLine[] {
  const byId = new Map(known.map((each) => [each.id, each]));
  for (const each of fresh) byId.set(each.id, each);
  return [...byId.values()].sort(bySending);
}

const emptied = (line: ChatLine): ChatLine => ({ ...line, text: '', deleted: true });

/**
 * Where the server's last page reaches, what is not there any more is not shown any more: deleted
 * while one was away, or lost by the server. Which of them is not known, so nothing is said of it.
 * It reaches back to its first line; all the way, where the server has no more and could keep more.
 */
function withoutGone(known: readonly ChatLine[], { chat, chatEarlier }: Page, asked: readonly ChatLine[], kept: number): readonly ChatLine[] {
  const since = !chatEarlier && chat.length < kept ? -Infinity : (chat[0]?.sentAt ?? Infinity);
  const there = new Set(chat.map((each) => each.id));
  const missing = new Set(asked.map((each) => each.id).filter((id) => !there.has(id)));
  return known.filter((line) => line.to !== null || line.deleted || !missing.has(line.id) || line.sentAt <= since);
}

export function addMessage(state: MeetingStore, message: ChatMessage): Change {
  const mine = message.from.id === state.selfId;
  const seen = state.panel === 'chat' || mine || state.chat.some((each) => each.id === message.id);
  return { chat: mergeChat(state.chat, [message]), unread: seen ? state.unread : state.unread + 1 };
}

/** A host deleted it. That there was something new stays counted: whether it was read is not known. */
export function deleteMessage(state: MeetingStore, messageId: string): Change {
  return { chat: state.chat.map((each) => (each.id === messageId ? emptied(each) : each)) };
}
