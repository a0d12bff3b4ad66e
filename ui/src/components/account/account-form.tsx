'use client';

import { LoaderCircle } from 'lucide-react';
import { useId, useRef, useState, type FormEvent, type ReactNode } from 'react';
import { Button } from '@/components/ui/button';
import { FormProblem } from './field';
import { clockOf, problemOf, type Problem } from './problem';
import { useSecondsLeft } from './use-seconds-left';

interface FormProps {
  children: ReactNode;
  submit: string;
  testId: string;
  /** What is wrong with what was typed; then nothing is sent. */
  check: () => Problem | null;
  send: () => Promise<void>;
}

/** Fields, what is wrong with them, and one button. */
export function AccountForm({ children, submit, testId, check, send }: FormProps) {
  const [problem, setProblem] = useState<Problem | null>(null);
  const [busy, setBusy] = useState(false);
  const [waitS, startWait] = useSecondsLeft();
  const form = useRef<HTMLFormElement>(null);
  const textId = useId();

  const say = (found: Problem | null) => {
    setProblem(found);
    if (found === null) return;
    startWait(found.waitS ?? 0);
    const named = form.current?.elements.namedItem(found.field ?? '');
    if (named instanceof HTMLInputElement) {
      named.focus();
      if (named.type === 'password') named.select();
    }
  };

  const submitted = async (event: FormEvent) => {
    event.preventDefault();
    if (busy || waitS > 0) return;
    const found = check();
    say(found);
    if (found !== null) return;
    setBusy(true);
    try {
      await send();
    } catch (failure) {
      say(problemOf(failure));
    } finally {
      setBusy(false);
    }
  };

  return (
    <form ref={form} noValidate onSubmit={(event) => void submitted(event)} className="mt-6 flex flex-col gap-4" data-testid={testId}>
      <FormProblem value={{ field: problem?.field, textId }}>{children}</FormProblem>
      <p id={textId} role="alert" data-testid={`${testId}-error`} className="text-sm text-danger-text empty:hidden">{problem?.text}</p>
      {/* Never `disabled`: what was clicked would lose the focus. */}
      <Button type="submit" tone={waitS > 0 ? 'quiet' : 'accent'} large aria-busy={busy} aria-disabled={waitS > 0} data-testid={`${testId}-submit`}>
        {busy && <LoaderCircle className="size-5 animate-spin" aria-hidden />}
        {waitS > 0 ? <span className="tabular-nums">Try again in {clockOf(waitS)}</span> : submit}
      </Button>
    </form>
  );
}
