import clsx from 'clsx';
import { Lock } from 'lucide-react';
import type { ReactNode } from 'react';
import { Avatar } from '@/components/ui/avatar';
import { NameTag } from '@/components/ui/name-tag';
import type { ChatMessage } from '@/lib/protocol/types';
import type { ChatLine } from '@/lib/store/chat';
import { clockTime, splitLinks } from '@/lib/util/text';
import { tagged } from './use-tags';

/** Same writer, same reader, within two minutes: one block. */
export function follows(before: ChatMessage | undefined, message: ChatMessage): boolean {
  return before?.from.id === message.from.id && before.to?.id === message.to?.id && message.sentAt - before.sentAt < 120_000;
}

interface MessageProps {
  message: ChatLine;
  selfId: string;
  tags: Record<string, string>;
  follows: boolean;
  /** What may be done with it, beside its words. */
  children?: ReactNode;
}

export function Message({ message, selfId, tags, follows: sameBlock, children }: MessageProps) {
  const mine = message.from.id === selfId;
  return (
    <li className={clsx('flex gap-2.5', sameBlock ? 'mt-1' : 'mt-4 first:mt-1')} data-testid="chat-message" data-private={message.to !== null}>
      <span className="w-8 shrink-0">
        {!sameBlock && <Avatar id={message.from.id} name={message.from.name} className="size-8 text-xs" />}
      </span>
      <div className="min-w-0 flex-1">
        {!sameBlock && <Head message={message} mine={mine} tags={tags} />}
        {message.deleted === true ? (
          <p className="mt-1 py-2 text-sm text-soft italic" data-testid="message-deleted">Deleted by a host</p>
        ) : (
          <div className="group/line mt-1 flex flex-wrap items-center gap-x-1">
            <Words message={message} mine={mine} room={Boolean(children)} />
            {children}
          </div>
        )}
      </div>
    </li>
  );
}

function Head({ message, mine, tags }: { message: ChatLine; mine: boolean; tags: Record<string, string> }) {
  return (
    <p className="flex flex-wrap items-baseline gap-x-2 text-sm">
      <span className="min-w-0 font-semibold break-words"><bdi>{mine ? 'You' : message.from.name}</bdi></span>
      {!mine && <NameTag tag={tags[message.from.id]} />}
      {message.to !== null && (
        <span className="inline-flex items-center gap-1 text-xs font-medium text-warn">
          <Lock className="size-3" aria-hidden />
          <span>{mine ? <>to <bdi>{tagged(message.to.name, tags[message.to.id])}</bdi>, privately</> : 'to you, privately'}</span>
        </span>
      )}
      <time className="text-xs text-faint tabular-nums" dateTime={new Date(message.sentAt).toISOString()}>
        {clockTime(message.sentAt)}
      </time>
    </p>
  );
}

/** `room`: something stands beside it. */
function Words({ message: { to, text }, mine, room }: { message: ChatLine; mine: boolean; room: boolean }) {
  return (
    // By itself: signs that turn the direction of writing must not reach what stands around it.
    <p
      dir="auto"
      className={clsx(
        'w-fit [unicode-bidi:isolate] rounded-2xl px-3 py-2 text-[0.95rem] leading-snug [overflow-wrap:anywhere] whitespace-pre-wrap',
        room ? 'max-w-[calc(100%-2.5rem)] pointer-coarse:max-w-[calc(100%-3rem)]' : 'max-w-full',
        to !== null ? 'bg-warn/10 ring-1 ring-warn/30' : mine ? 'bg-ink-700' : 'bg-ink-800',
      )}
    >
      {splitLinks(text).map((part, index) =>
        part.kind === 'link' ? (
          <a key={index} href={part.href} target="_blank" rel="noopener noreferrer nofollow" className="text-accent underline underline-offset-2">
            {part.text}
          </a>
        ) : (
          part.text
        ),
      )}
    </p>
  );
}
