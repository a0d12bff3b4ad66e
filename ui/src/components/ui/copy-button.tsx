'use client';

import clsx from 'clsx';
import { Check, Copy, X } from 'lucide-react';
import { Button, type ButtonTone } from './button';
import { useCopy } from './use-copy';

interface CopyButtonProps {
  text: string;
  label: string;
  tone?: ButtonTone;
  className?: string;
  testId?: string;
}

export function CopyButton({ text, label, tone = 'quiet', className, testId }: CopyButtonProps) {
  const [state, copy] = useCopy(text);
  const Icon = state === 'copied' ? Check : Copy;
  return (
    <Button tone={tone} className={className} data-testid={testId} onClick={copy}>
      <Icon className="size-4 shrink-0" aria-hidden />
      <span aria-live="polite">{state === 'copied' ? 'Copied' : state === 'failed' ? 'Could not copy' : label}</span>
    </Button>
  );
}

const kIcons = { idle: Copy, copied: Check, failed: X };

/** The same where there is no room for words: `label` is heard and shown by the pointer. */
export function CopyIconButton({ text, label, className, testId }: Omit<CopyButtonProps, 'tone'>) {
  const [state, copy] = useCopy(text);
  const Icon = kIcons[state];
  return (
    <button type="button" aria-label={label} title={label} onClick={copy} data-testid={testId} className={clsx('grid size-11 shrink-0 place-items-center rounded-xl text-soft hover:bg-ink-700 hover:text-text', className)}>
      <Icon className={clsx('size-4.5', state === 'copied' && 'text-live', state === 'failed' && 'text-danger-text')} aria-hidden />
      <span role="status" className="sr-only">{state === 'copied' ? 'Copied' : state === 'failed' ? 'Could not copy' : ''}</span>
    </button>
  );
}
