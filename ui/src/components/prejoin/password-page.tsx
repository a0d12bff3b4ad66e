'use client';

import { useEffect, useId, useRef, useState, type FormEvent } from 'react';
import { MessagePage } from '@/components/room/message-page';
import { Button } from '@/components/ui/button';

interface PasswordPageProps {
  room: string;
  /** Why it is asked for again. */
  problem: string;
  onPassword: (password: string) => void;
}

const kPasswordLimit = 128;

/** The room has a password: nobody comes in without it but its owner. */
export function PasswordPage({ room, problem, onPassword }: PasswordPageProps) {
  const [password, setPassword] = useState('');
  const [missing, setMissing] = useState(false);
  const field = useRef<HTMLInputElement>(null);
  const id = useId();
  useEffect(() => field.current?.focus(), []);

  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (password === '') {
      setMissing(true);
      field.current?.focus();
      return;
    }
    onPassword(password);
  };

  return (
    <MessagePage title="This meeting has a password" testId="phase-password">
      <p className="mt-3 text-soft">
        Whoever invited you to <span className="font-mono text-text">{room}</span> knows it.
      </p>
      <form onSubmit={submit} noValidate className="mt-6 flex w-80 max-w-full flex-col gap-3 text-left">
        <div>
          <label htmlFor={id} className="mb-1.5 block text-sm font-medium text-soft">Password</label>
          <input
            ref={field}
            id={id}
            type="password"
            data-testid="password-input"
            className="field"
            value={password}
            maxLength={kPasswordLimit}
            autoComplete="off"
            aria-invalid={missing || problem !== ''}
            aria-describedby={`${id}-problem`}
            onChange={(event) => {
              setPassword(event.target.value);
              setMissing(false);
            }}
          />
          <p id={`${id}-problem`} role="alert" className="mt-1.5 text-sm text-danger-text empty:hidden">
            {missing ? 'Enter the password.' : problem}
          </p>
        </div>
        <Button type="submit" tone="accent" large data-testid="password-join">Join</Button>
        <a href="/" className="inline-flex min-h-11 items-center justify-center rounded-xl text-soft hover:text-text">Start page</a>
      </form>
    </MessagePage>
  );
}
