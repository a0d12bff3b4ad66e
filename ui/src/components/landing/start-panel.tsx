'use client';

import { ArrowRight, LoaderCircle, Plus } from 'lucide-react';
import { useEffect, useRef, useState, type FormEvent } from 'react';
import { Button } from '@/components/ui/button';
import { useAlive } from '@/components/ui/use-alive';
import type { Bar } from '@/lib/protocol/accounts';
import { describeError } from '@/lib/protocol/errors';
import { createRoom } from '@/lib/protocol/rest';
import { saveHostKey } from '@/lib/session/resume';
import { parseRoomInput } from '@/lib/util/room-code';
import { kNoOptions, RoomOptions, roomOf } from './room-options';

interface StartPanelProps {
  /** Whether one may start a meeting, as one is. */
  bar: Bar;
}

export function StartPanel({ bar }: StartPanelProps) {
  const [options, setOptions] = useState(kNoOptions);
  const [creating, setCreating] = useState(false);
  const [text, setText] = useState('');
  const [createError, setCreateError] = useState('');
  const [joinError, setJoinError] = useState('');
  // Before it a click would be lost: tests and people can see when the page is alive.
  const ready = useAlive();
  const start = useRef<HTMLButtonElement>(null);
  const field = useRef<HTMLInputElement>(null);

  useEffect(() => {
    // Back from a meeting by the browser's history cache: the button must not spin for ever.
    const shown = () => setCreating(false);
    window.addEventListener('pageshow', shown);
    return () => window.removeEventListener('pageshow', shown);
  }, []);

  // A button that was out of use has lost the focus.
  useEffect(() => {
    if (createError !== '') start.current?.focus();
  }, [createError]);

  const create = async () => {
    setCreating(true);
    setCreateError('');
    try {
      const { code, hostKey } = await createRoom(roomOf(options));
      if (hostKey !== undefined) saveHostKey(code, hostKey);
      location.assign(`/room/${code}`);
    } catch (error) {
      setCreateError(describeError(error));
      setCreating(false);
    }
  };

  const join = (event: FormEvent) => {
    event.preventDefault();
    const code = parseRoomInput(text);
    if (code !== null) {
      location.assign(`/room/${code}`);
      return;
    }
    setJoinError(text.trim() === '' ? 'Enter a code or paste a link.' : 'This is neither a meeting code nor a link to one.');
    field.current?.focus();
  };

  return (
    <div className="mt-9 max-w-lg">
      {bar === 'token' && <p className="text-soft" data-testid="cannot-start">Meetings on this server are started by the programs that use it.</p>}
      {bar === 'sign-in' && (
        <a href="/account" data-testid="sign-in-to-start" className="inline-flex min-h-14 w-full items-center justify-center rounded-2xl bg-accent px-7 text-lg font-semibold text-on-accent hover:bg-accent-hi sm:w-auto">
          Sign in to start a meeting
        </a>
      )}
      {bar === 'none' && (
        <>
          <Button
            ref={start}
            tone="accent"
            data-testid="create-meeting"
            large
            className="w-full sm:w-auto"
            disabled={!ready || creating}
            aria-busy={creating}
            onClick={() => void create()}
          >
            {creating ? <LoaderCircle className="size-5 animate-spin" aria-hidden /> : <Plus className="size-5" aria-hidden />}
            {creating ? 'Starting…' : 'Start a meeting'}
          </Button>
          <p role="alert" className="mt-2 text-sm text-danger-text empty:hidden">{createError}</p>
          <RoomOptions options={options} onChange={setOptions} />
        </>
      )}

      <form onSubmit={join} className="mt-7" noValidate>
        <label htmlFor="room-code" className="text-sm font-medium text-soft">
          {bar === 'token' ? 'Join one with its code or link' : 'Or join one with its code or link'}
        </label>
        <div className="mt-2 flex gap-2.5">
          <input
            ref={field}
            id="room-code"
            data-testid="room-input"
            className="field"
            value={text}
            onChange={(event) => {
              setText(event.target.value);
              setJoinError('');
            }}
            placeholder="abc-defg-hij"
            autoComplete="off"
            autoCapitalize="none"
            spellCheck={false}
            aria-invalid={joinError !== ''}
            aria-describedby="room-code-error"
          />
          <Button type="submit" data-testid="join-by-code" className="min-h-12 shrink-0 px-5" disabled={!ready}>
            Join <ArrowRight className="size-4" aria-hidden />
          </Button>
        </div>
        <p id="room-code-error" role="alert" className="mt-2 text-sm text-danger-text empty:hidden">{joinError}</p>
      </form>
    </div>
  );
}
