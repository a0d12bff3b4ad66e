'use client';

import clsx from 'clsx';
import { Lock, SendHorizontal } from 'lucide-react';
import { useEffect, useLayoutEffect, useRef, useState, type KeyboardEvent } from 'react';
import { Avatar } from '@/components/ui/avatar';
import { describeError } from '@/lib/protocol/errors';
import type { ChatMessage } from '@/lib/protocol/types';
import { inOrder, useMeeting } from '@/lib/store/meeting';
import { clockTime, splitLinks } from '@/lib/util/text';
import { useSession } from './session-context';
import { SidePanel } from './side-panel';

export function ChatPanel({ onClose }: { onClose: () => void }) {
  return (
    <SidePanel title="Chat" testId="chat-panel" onClose={onClose}>
      <MessageList />
      <Composer />
    </SidePanel>
  );
}

function MessageList() {
  const chat = useMeeting((state) => state.chat);
  const selfId = useMeeting((state) => state.selfId);
  const list = useRef<HTMLDivElement>(null);
  const atEnd = useRef(true);

  // Follows new messages unless the person has scrolled back to read.
  useLayoutEffect(() => {
    const element = list.current;
    if (element !== null && atEnd.current) element.scrollTop = element.scrollHeight;
  }, [chat]);

  return (
    <div
      ref={list}
      tabIndex={0}
      role="region"
      aria-label="Messages"
      data-testid="chat-messages"
      onScroll={({ currentTarget: { scrollHeight, scrollTop, clientHeight } }) => {
        atEnd.current = scrollHeight - scrollTop - clientHeight < 48;
      }}
      className="min-h-0 flex-1 overflow-y-auto px-4 py-2"
    >
      {chat.length === 0 ? (
        <p className="grid h-full place-items-center px-6 text-center text-sm text-balance text-soft">
          No messages yet. Write to everyone, or pick one person to write to privately.
        </p>
      ) : (
        <ol className="flex flex-col">
          {chat.map((message, index) => (
            <Message key={message.id} message={message} selfId={selfId} follows={follows(chat[index - 1], message)} />
          ))}
        </ol>
      )}
    </div>
  );
}

/** Same writer, same reader, within two minutes: one block. */
function follows(before: ChatMessage | undefined, message: ChatMessage): boolean {
  return before?.from.id === message.from.id && before.to?.id === message.to?.id && message.sentAt - before.sentAt < 120_000;
}

function Message({ message, selfId, follows: sameBlock }: { message: ChatMessage; selfId: string; follows: boolean }) {
  const mine = message.from.id === selfId;
  const secret = message.to !== null;
  return (
    <li className={clsx('flex gap-2.5', sameBlock ? 'mt-1' : 'mt-4 first:mt-1')} data-testid="chat-message" data-private={secret}>
      <span className="w-8 shrink-0">
        {!sameBlock && <Avatar id={message.from.id} name={message.from.name} className="size-8 text-xs" />}
      </span>
      <div className="min-w-0 flex-1">
        {!sameBlock && (
          <p className="flex flex-wrap items-baseline gap-x-2 text-sm">
            <bdi className="font-semibold break-words">{mine ? 'You' : message.from.name}</bdi>
            {secret && (
              <span className="inline-flex items-center gap-1 text-xs font-medium text-warn">
                <Lock className="size-3" aria-hidden />
                {mine ? <>to <bdi>{message.to?.name ?? ''}</bdi>, privately</> : 'to you, privately'}
              </span>
            )}
            <time className="text-xs text-faint tabular-nums" dateTime={new Date(message.sentAt).toISOString()}>
              {clockTime(message.sentAt)}
            </time>
          </p>
        )}
        <p
          dir="auto"
          className={clsx(
            'mt-1 w-fit max-w-full rounded-2xl px-3 py-2 text-[0.95rem] leading-snug break-words whitespace-pre-wrap',
            secret ? 'bg-warn/10 ring-1 ring-warn/30' : mine ? 'bg-ink-700' : 'bg-ink-800',
          )}
        >
          {splitLinks(message.text).map((part, index) =>
            part.kind === 'link' ? (
              <a key={index} href={part.href} target="_blank" rel="noopener noreferrer nofollow" className="text-accent underline underline-offset-2">
                {part.text}
              </a>
            ) : (
              part.text
            ),
          )}
        </p>
      </div>
    </li>
  );
}

function Composer() {
  const session = useSession();
  const people = useMeeting((state) => state.people);
  const selfId = useMeeting((state) => state.selfId);
  const to = useMeeting((state) => state.chatTo);
  const limit = useMeeting((state) => state.chatLimit);
  const [text, setText] = useState('');
  const [error, setError] = useState('');
  const [sending, setSending] = useState(false);
  const field = useRef<HTMLTextAreaElement>(null);
  const others = inOrder({ people, selfId }).filter((each) => each.id !== selfId);
  const left = limit - text.length;

  useEffect(() => field.current?.focus({ preventScroll: true }), []);

  const send = async () => {
    const trimmed = text.trim();
    if (trimmed === '' || sending) return;
    setSending(true);
    setError('');
    try {
      await session.sendChat(trimmed, to);
      setText('');
    } catch (failure) {
      // What was written stays in the field.
      setError(describeError(failure));
    } finally {
      setSending(false);
      field.current?.focus();
    }
  };

  const onKey = (event: KeyboardEvent) => {
    if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    void send();
  };

  return (
    <form
      className="border-t border-ink-700 p-3 pb-[max(0.75rem,env(safe-area-inset-bottom))]"
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      <div className="mb-2 flex items-center gap-2">
        <label htmlFor="chat-to" className="shrink-0 text-sm text-soft">To</label>
        <select
          id="chat-to"
          data-testid="chat-to"
          value={to ?? ''}
          onChange={(event) => useMeeting.setState({ chatTo: event.target.value === '' ? null : event.target.value })}
          className={clsx('field min-h-11 flex-1 text-sm', to !== null && 'border-warn! text-warn')}
        >
          <option value="">Everyone</option>
          {others.map((each) => (
            <option key={each.id} value={each.id} dir="auto">{each.name} (privately)</option>
          ))}
        </select>
      </div>
      <div className="flex items-end gap-2">
        <textarea
          ref={field}
          id="chat-text"
          data-testid="chat-input"
          aria-label={to === null ? 'Message to everyone' : `Private message to ${people[to]?.name ?? ''}`}
          rows={Math.min(5, text.split('\n').length)}
          value={text}
          maxLength={limit}
          placeholder="Write a message"
          onChange={(event) => setText(event.target.value)}
          onKeyDown={onKey}
          className="field min-h-11 resize-none py-2.5 leading-snug"
        />
        <button
          type="submit"
          aria-label="Send"
          data-testid="chat-send"
          disabled={text.trim() === '' || sending}
          className="grid size-11 shrink-0 place-items-center rounded-xl bg-accent text-on-accent hover:bg-accent-hi disabled:bg-ink-700 disabled:text-faint"
        >
          <SendHorizontal className="size-5" aria-hidden />
        </button>
      </div>
      {left < 200 && <p className="mt-1.5 text-xs text-soft">{left} characters left</p>}
      <p role="alert" className="mt-1.5 text-sm text-danger-text empty:hidden">{error}</p>
    </form>
  );
}
