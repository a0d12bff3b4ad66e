'use client';

import clsx from 'clsx';
import { Lock } from 'lucide-react';
import { useLayoutEffect, useRef, useState } from 'react';
import { Avatar } from '@/components/ui/avatar';
import { NameTag } from '@/components/ui/name-tag';
import { describeError } from '@/lib/protocol/errors';
import type { ChatMessage } from '@/lib/protocol/types';
import { notify } from '@/lib/session/notices';
import { useMeeting } from '@/lib/store/meeting';
import { clockTime, splitLinks } from '@/lib/util/text';
import { ChatComposer } from './chat-composer';
import { useSession } from './session-context';
import { SidePanel } from './side-panel';
import { tagged, useTags } from './use-tags';

export function ChatPanel({ onClose }: { onClose: () => void }) {
  const field = useRef<HTMLTextAreaElement>(null);
  return (
    <SidePanel title="Chat" testId="chat-panel" opener='[data-testid="toggle-chat"]' first={field} onClose={onClose}>
      <MessageList />
      <ChatComposer field={field} />
    </SidePanel>
  );
}

function MessageList() {
  const chat = useMeeting((state) => state.chat);
  const selfId = useMeeting((state) => state.selfId);
  const mayWrite = useMeeting((state) => state.permits?.chat !== false);
  const tags = useTags();
  const list = useRef<HTMLDivElement>(null);
  const atEnd = useRef(true);
  const height = useRef(0);
  const first = useRef<string | undefined>(undefined);

  // Follows new messages unless the person has scrolled back to read.
  useLayoutEffect(() => {
    const element = list.current;
    if (element === null) return;
    // Earlier lines came in above: what was being read stays where it is.
    const isAbove = first.current !== undefined && chat.some((each) => each.id === first.current) && chat[0]?.id !== first.current;
    if (atEnd.current) element.scrollTop = element.scrollHeight;
    else if (isAbove) element.scrollTop += element.scrollHeight - height.current;
    height.current = element.scrollHeight;
    first.current = chat[0]?.id;
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
      className="min-h-0 flex-1 overflow-y-auto px-4 py-2 [overflow-anchor:none]"
    >
      <EarlierButton />
      {chat.length === 0 ? (
        <p className="grid h-full place-items-center px-6 text-center text-sm text-balance text-soft">
          {mayWrite ? 'No messages yet. Write to everyone, or pick one person to write to privately.' : 'No messages yet.'}
        </p>
      ) : (
        <ol className="flex flex-col">
          {chat.map((message, index) => (
            <Message key={message.id} message={message} selfId={selfId} tags={tags} follows={follows(chat[index - 1], message)} />
          ))}
        </ol>
      )}
    </div>
  );
}

function EarlierButton() {
  const session = useSession();
  const earlier = useMeeting((state) => state.chatEarlier);
  const [busy, setBusy] = useState(false);
  if (!earlier) return null;
  const load = async () => {
    setBusy(true);
    await session.loadEarlierChat().catch((error: unknown) => notify(describeError(error), 'error'));
    setBusy(false);
  };
  return (
    <button
      type="button"
      data-testid="chat-earlier"
      disabled={busy}
      onClick={() => void load()}
      className="mx-auto mb-2 block min-h-11 rounded-xl px-4 text-sm text-accent hover:bg-ink-800 disabled:text-faint"
    >
      Show earlier messages
    </button>
  );
}

/** Same writer, same reader, within two minutes: one block. */
function follows(before: ChatMessage | undefined, message: ChatMessage): boolean {
  return before?.from.id === message.from.id && before.to?.id === message.to?.id && message.sentAt - before.sentAt < 120_000;
}

interface MessageProps {
  message: ChatMessage;
  selfId: string;
  tags: Record<string, string>;
  follows: boolean;
}

function Message({ message, selfId, tags, follows: sameBlock }: MessageProps) {
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
            <span className="min-w-0 font-semibold break-words"><bdi>{mine ? 'You' : message.from.name}</bdi></span>
            {!mine && <NameTag tag={tags[message.from.id]} />}
            {secret && (
              <span className="inline-flex items-center gap-1 text-xs font-medium text-warn">
                <Lock className="size-3" aria-hidden />
                <span>{mine ? <>to <bdi>{tagged(message.to?.name ?? '', tags[message.to?.id ?? ''])}</bdi>, privately</> : 'to you, privately'}</span>
              </span>
            )}
            <time className="text-xs text-faint tabular-nums" dateTime={new Date(message.sentAt).toISOString()}>
              {clockTime(message.sentAt)}
            </time>
          </p>
        )}
        {/* By itself: signs that turn the direction of writing must not reach what stands around it. */}
        <p
          dir="auto"
          className={clsx(
            'mt-1 w-fit [unicode-bidi:isolate] max-w-full rounded-2xl px-3 py-2 text-[0.95rem] leading-snug [overflow-wrap:anywhere] whitespace-pre-wrap',
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
