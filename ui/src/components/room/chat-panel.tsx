'use client';

import { useLayoutEffect, useRef, useState } from 'react';
import { describeError } from '@/lib/protocol/errors';
import { notify } from '@/lib/session/notices';
import type { ChatLine } from '@/lib/store/chat';
import { leadOf, useMeeting } from '@/lib/store/meeting';
import { ChatComposer } from './chat-composer';
import { follows, Message } from './chat-message';
import { DeleteMessage } from './delete-message';
import { useSession } from './session-context';
import { SidePanel } from './side-panel';
import { useTabStop } from './use-tab-stop';
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
  const isHost = useMeeting((state) => leadOf(state) === 'host');
  const tags = useTags();
  // What two said to each other is none of a host's business, and the server refuses it.
  const mayDelete = ({ to, deleted }: ChatLine) => isHost && to === null && deleted !== true;
  const { stop, ...stops } = useTabStop(chat.filter(mayDelete).map((each) => each.id));
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
        <ol className="flex flex-col" onKeyDown={stops.onKeyDown}>
          {chat.map((message, index) => (
            <Message key={message.id} message={message} selfId={selfId} tags={tags} follows={follows(chat[index - 1], message)}>
              {mayDelete(message) && (
                <DeleteMessage
                  message={message}
                  writer={message.from.id === selfId ? 'you' : tagged(message.from.name, tags[message.from.id])}
                  isStop={message.id === stop}
                  onFocus={stops.onFocus}
                />
              )}
            </Message>
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
