'use client';

import clsx from 'clsx';
import { SendHorizontal } from 'lucide-react';
import { useEffect, useEffectEvent, useRef, useState, type KeyboardEvent, type ReactNode, type RefObject } from 'react';
import { describeError } from '@/lib/protocol/errors';
import type { Participant } from '@/lib/protocol/types';
import type { MeetingSession } from '@/lib/session/session';
import { inOrder, isSilentViewer, useMeeting } from '@/lib/store/meeting';
import { useSession } from './session-context';
import { tagged, useTags } from './use-tags';

/** Half-written messages, while the panel is closed. */
const drafts = new WeakMap<MeetingSession, string>();

/** Where members may not write to all, hosts are still there to be written to. */
export function ChatComposer(props: ComposerProps) {
  const isSilent = useMeeting(isSilentViewer);
  const onlyHosts = useMeeting((state) => state.permits?.chat === false);
  const hasHosts = useMeeting(({ people, selfId }) => Object.values(people).some((each) => each.id !== selfId && leads(each)));
  if (isSilent) return <Closed>You are a viewer: you read along, and write nothing.</Closed>;
  if (onlyHosts && !hasHosts) return <Closed>Only hosts write in this chat, and none is here to be written to.</Closed>;
  return <Composer {...props} onlyHosts={onlyHosts} />;
}

function Closed({ children }: { children: ReactNode }) {
  return <p data-testid="chat-closed" className="border-t border-ink-700 p-4 text-sm text-soft">{children}</p>;
}

const leads = ({ role }: Participant) => role === 'host' || role === 'cohost';

interface ComposerProps {
  field: RefObject<HTMLTextAreaElement | null>;
}

/**
 * Writes to everyone unless somebody is chosen, and for one message only: the next goes to everyone
 * again, since a word meant for all that only one gets is missed, and one meant for one that all get
 * cannot be taken back, so who it goes to is always in view above it.
 */
function Composer({ field, onlyHosts }: ComposerProps & { onlyHosts: boolean }) {
  const session = useSession();
  const people = useMeeting((state) => state.people);
  const to = useMeeting((state) => state.chatTo);
  const limit = useMeeting((state) => state.chatLimit);
  const tags = useTags();
  const [text, setText] = useState(drafts.get(session) ?? '');
  const [error, setError] = useState('');
  const [sending, setSending] = useState(false);
  /** Asked for while a message is on its way: what is in the field then goes next. */
  const next = useRef<{ to: string | null } | null>(null);
  const { gone, choose } = useReader(text !== '');
  const left = limit - text.length;

  useEffect(() => {
    drafts.set(session, text);
  }, [session, text]);

  const send = async () => {
    const trimmed = text.trim();
    if (trimmed === '' || gone !== null || (onlyHosts && to === null)) return;
    field.current?.focus();
    if (sending) {
      next.current = { to };
      return;
    }
    setSending(true);
    setError('');
    try {
      await session.sendChat(trimmed, to);
      // What was typed meanwhile is the next message.
      setText((now) => (now.startsWith(text) ? now.slice(text.length) : now));
      // Another reader may have been chosen meanwhile, or the next message is for the same one.
      const isLast = next.current === null || next.current.to !== to;
      if (isLast && !onlyHosts && useMeeting.getState().chatTo === to) choose(null);
    } catch (failure) {
      // What was written stays in the field.
      next.current = null;
      setError(describeError(failure));
    } finally {
      setSending(false);
    }
  };

  // With the words and the reader of the moment when the one before has gone out.
  const sendNext = useEffectEvent(() => {
    if (next.current === null) return;
    const { to: meant } = next.current;
    next.current = null;
    if (meant === to) void send();
  });
  useEffect(() => {
    if (!sending) sendNext();
  }, [sending]);

  const onKey = (event: KeyboardEvent) => {
    if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    void send();
  };

  const reader = to === null ? undefined : people[to];
  return (
    <form
      className="border-t border-ink-700 p-3"
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      {onlyHosts && <p className="mb-2 text-sm text-soft">Only hosts write to everyone here. You can write to one of them.</p>}
      <Readers gone={gone} choose={choose} onlyHosts={onlyHosts} />
      <div className="flex items-end gap-2">
        <textarea
          ref={field}
          id="chat-text"
          data-testid="chat-input"
          dir="auto"
          aria-label={reader === undefined ? 'Message to everyone' : `Private message to ${tagged(reader.name, tags[reader.id])}`}
          rows={Math.min(5, text.split('\n').length)}
          value={text}
          maxLength={limit}
          placeholder={reader === undefined ? 'Write a message' : 'Write privately'}
          onChange={(event) => setText(event.target.value)}
          onKeyDown={onKey}
          className={clsx('field min-h-11 resize-none py-2.5 leading-snug', reader !== undefined && 'border-warn!')}
        />
        <button
          type="submit"
          aria-label="Send"
          data-testid="chat-send"
          disabled={text.trim() === '' || gone !== null || (onlyHosts && to === null)}
          className="grid size-11 shrink-0 place-items-center rounded-xl bg-accent text-on-accent hover:bg-accent-hi disabled:bg-ink-700 disabled:text-faint"
        >
          <SendHorizontal className="size-5" aria-hidden />
        </button>
      </div>
      {left < 200 && <p className="mt-1.5 text-xs text-soft">{left} characters left</p>}
      <p role="alert" className="mt-1.5 text-sm text-danger-text empty:hidden">
        {gone === null ? error : `${gone} is no longer here. Choose who gets this message.`}
      </p>
    </form>
  );
}

/**
 * Who is written to. When that person leaves the store falls back to everyone; what was begun for
 * one alone must not go to all by that.
 */
function useReader(written: boolean) {
  const to = useMeeting((state) => state.chatTo);
  const people = useMeeting((state) => state.people);
  const [gone, setGone] = useState<string | null>(null);
  const last = useRef<{ id: string; name: string } | null>(null);

  useEffect(() => {
    const reader = to === null ? undefined : people[to];
    if (reader !== undefined) last.current = { id: reader.id, name: reader.name };
    if (to !== null || last.current === null) return;
    if (written && people[last.current.id] === undefined) setGone(last.current.name);
    last.current = null;
  }, [to, people, written]);

  const choose = (id: string | null) => {
    last.current = null;
    setGone(null);
    useMeeting.setState({ chatTo: id });
  };
  return { gone: written ? gone : null, choose };
}

const kNobody = '-';

interface ReadersProps {
  gone: string | null;
  choose: (id: string | null) => void;
  onlyHosts: boolean;
}

function Readers({ gone, choose, onlyHosts }: ReadersProps) {
  const people = useMeeting((state) => state.people);
  const selfId = useMeeting((state) => state.selfId);
  const to = useMeeting((state) => state.chatTo);
  const tags = useTags();
  const others = inOrder({ people, selfId }).filter((each) => each.id !== selfId && (!onlyHosts || leads(each)));
  return (
    <div className="mb-2 flex items-center gap-2">
      <label htmlFor="chat-to" className="shrink-0 text-sm text-soft">To</label>
      <select
        id="chat-to"
        data-testid="chat-to"
        value={gone === null ? (to ?? '') : kNobody}
        onChange={(event) => choose(event.target.value === '' ? null : event.target.value)}
        className={clsx('field min-h-11 min-w-0 flex-1 text-sm', to !== null && 'border-warn! text-warn')}
      >
        {gone !== null && <option value={kNobody} disabled>Choose…</option>}
        <option value="" disabled={onlyHosts}>{onlyHosts ? 'Choose a host…' : 'Everyone'}</option>
        {others.map((each) => (
          <option key={each.id} value={each.id} dir="auto">{tagged(each.name, tags[each.id])} (privately)</option>
        ))}
      </select>
    </div>
  );
}
