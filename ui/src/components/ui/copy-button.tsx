'use client';

import { Check, Copy } from 'lucide-react';
import { useState } from 'react';
import { Button, type ButtonTone } from './button';

interface CopyButtonProps {
  text: string;
  label: string;
  tone?: ButtonTone;
  className?: string;
  testId?: string;
}

export function CopyButton({ text, label, tone = 'quiet', className, testId }: CopyButtonProps) {
  const [state, setState] = useState<'idle' | 'copied' | 'failed'>('idle');
  const copy = async () => {
    try {
      // The clipboard exists only in secure contexts; over plain http on a LAN it does not.
      await navigator.clipboard.writeText(text);
      setState('copied');
    } catch {
      setState(copyBySelection(text) ? 'copied' : 'failed');
    }
    setTimeout(() => setState('idle'), 2200);
  };
  const Icon = state === 'copied' ? Check : Copy;
  return (
    <Button tone={tone} className={className} data-testid={testId} onClick={() => void copy()}>
      <Icon className="size-4 shrink-0" aria-hidden />
      <span aria-live="polite">{state === 'copied' ? 'Copied' : state === 'failed' ? 'Could not copy' : label}</span>
    </Button>
  );
}

function copyBySelection(text: string): boolean {
  const field = document.createElement('textarea');
  field.value = text;
  field.className = 'sr-only';
  document.body.append(field);
  field.select();
  const done = document.execCommand('copy');
  field.remove();
  return done;
}
