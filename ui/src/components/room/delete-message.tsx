'use client';

import { LoaderCircle, Trash2 } from 'lucide-react';
import { useEffect, useRef, useState, type KeyboardEvent } from 'react';
import type { ChatLine } from '@/lib/store/chat';
import { useSession } from './session-context';
import { useHeirOfFocus } from './use-heir-of-focus';

interface DeleteMessageProps {
  message: ChatLine;
  /** Whose it is, as the host sees it named. */
  writer: string;
  isStop: boolean;
  onFocus: (id: string) => void;
}

const kSpokenChars = 60;
const kChoice = 'min-h-9 rounded-lg px-3 text-sm font-semibold';

/** A host's way to take back what somebody said to all: asked once more in place, since it is for good. */
export function DeleteMessage({ message: { id, text }, writer, isStop, onFocus }: DeleteMessageProps) {
  const [asked, setAsked] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const keep = () => {
    setAsked(false);
    button.current?.focus();
  };
  return (
    <>
      <button
        ref={button}
        type="button"
        data-testid="delete-message"
        data-stop={id}
        tabIndex={isStop ? 0 : -1}
        aria-expanded={asked}
        aria-label={`Delete the message from ${writer}: ${text.slice(0, kSpokenChars)}`}
        title="Delete for everyone"
        onFocus={() => onFocus(id)}
        onClick={() => (asked ? keep() : setAsked(true))}
        className="grid size-9 shrink-0 place-items-center rounded-xl text-soft opacity-0 group-hover/line:opacity-100 hover:bg-ink-700 hover:text-text focus-visible:opacity-100 aria-expanded:opacity-100 pointer-coarse:size-11 pointer-coarse:opacity-100"
      >
        <Trash2 className="size-4" aria-hidden />
      </button>
      {asked && <Question id={id} onKeep={keep} />}
    </>
  );
}

function Question({ id, onKeep }: { id: string; onKeep: () => void }) {
  const { hosting } = useSession();
  const [busy, setBusy] = useState(false);
  const box = useRef<HTMLDivElement>(null);
  const yes = useRef<HTMLButtonElement>(null);
  useEffect(() => yes.current?.focus(), []);
  // It goes together with the message.
  useHeirOfFocus(box, '[data-testid="chat-messages"]');

  const remove = async () => {
    if (busy) return;
    setBusy(true);
    if (!(await hosting.deleteMessage(id))) setBusy(false);
  };
  const onKey = (event: KeyboardEvent) => {
    // A key that is held down answers nothing; Escape answers this, and closes no panel.
    if (event.key === 'Enter' && event.repeat) event.preventDefault();
    if (event.key !== 'Escape') return;
    event.preventDefault();
    event.stopPropagation();
    onKeep();
  };
  return (
    <div ref={box} role="group" aria-label="Delete for all?" data-testid="delete-question" onKeyDown={onKey} className="flex w-full flex-wrap items-center gap-2 py-1">
      <span className="text-sm text-soft" aria-hidden>Delete for all?</span>
      <button ref={yes} type="button" data-testid="delete-yes" aria-busy={busy} onClick={() => void remove()} className={`${kChoice} inline-flex items-center gap-1.5 bg-danger text-white hover:bg-danger-hi`}>
        {busy && <LoaderCircle className="size-4 animate-spin" aria-hidden />}
        Delete
      </button>
      <button type="button" data-testid="delete-no" onClick={onKeep} className={`${kChoice} bg-ink-700 hover:bg-ink-600`}>Keep</button>
    </div>
  );
}
