import { useEffect, useRef } from 'react';
import { Logo } from '@/components/ui/logo';
import { Button } from '@/components/ui/button';
import type { Phase } from '@/lib/store/meeting';

interface EndedProps {
  phase: Extract<Phase, 'left' | 'ended' | 'removed' | 'denied' | 'replaced' | 'failed'>;
  reason: string;
  onRejoin: () => void;
}

const kTexts: Record<EndedProps['phase'], { title: string; text: string; rejoin: string | null }> = {
  left: { title: 'You left the meeting', text: 'Your camera and microphone are off.', rejoin: 'Rejoin' },
  ended: { title: 'The meeting is over', text: '', rejoin: null },
  removed: { title: 'You were removed from the meeting', text: 'Your camera and microphone are off.', rejoin: null },
  denied: { title: 'You were not let in', text: 'A host turned you away. You can ask again.', rejoin: 'Ask again' },
  replaced: {
    title: 'This meeting goes on in another tab',
    text: 'You can be in it once. Going on here ends it there.',
    rejoin: 'Go on here',
  },
  failed: { title: 'You could not join', text: '', rejoin: 'Try again' },
};

export function Ended({ phase, reason, onRejoin }: EndedProps) {
  const { title, text, rejoin } = kTexts[phase];
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), [phase]);
  return (
    <main className="backdrop-glow grid min-h-dvh place-items-center px-6" data-testid={`phase-${phase}`}>
      <div className="flex w-full max-w-md flex-col items-center text-center">
        <Logo compact />
        <h1 ref={heading} tabIndex={-1} className="mt-6 text-3xl font-semibold tracking-tight text-balance outline-none">{title}</h1>
        <p className="mt-3 text-soft" role="status">{reason === '' ? text : reason}</p>
        <div className="mt-8 flex w-full flex-col gap-3 sm:w-auto sm:flex-row">
          {rejoin !== null && (
            <Button tone="accent" className="min-h-12 px-7" data-testid="rejoin" onClick={onRejoin}>{rejoin}</Button>
          )}
          <a href="/" className="inline-flex min-h-12 items-center justify-center rounded-xl bg-ink-700 px-7 font-medium hover:bg-ink-600">
            Start page
          </a>
        </div>
      </div>
    </main>
  );
}
