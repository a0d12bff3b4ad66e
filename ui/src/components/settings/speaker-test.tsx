'use client';

import { Volume2 } from 'lucide-react';
import { useState } from 'react';
import { Button } from '@/components/ui/button';
import { playTestSound } from '@/lib/media/level';

export function SpeakerTest({ speakerId }: { speakerId: string | undefined }) {
  const [state, setState] = useState<'idle' | 'playing' | 'failed'>('idle');
  const play = async () => {
    setState('playing');
    try {
      await playTestSound(speakerId);
      setState('idle');
    } catch {
      setState('failed');
    }
  };
  return (
    <Button className="w-full" disabled={state === 'playing'} data-testid="speaker-test" onClick={() => void play()}>
      <Volume2 className="size-4" aria-hidden />
      {state === 'playing' ? 'Playing…' : state === 'failed' ? 'Could not play: choose another' : 'Test the speaker'}
    </Button>
  );
}
