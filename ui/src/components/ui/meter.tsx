'use client';

import { useEffect, useRef, useState } from 'react';
import { watchLevel } from '@/lib/media/level';

const kBars = 12;

/** How loud the microphone is, as bars that fill. */
export function LevelMeter({ track, label }: { track: MediaStreamTrack | null; label: string }) {
  const [bars, setBars] = useState(0);
  const last = useRef(0);
  useEffect(() => {
    if (track === null) return;
    const stop = watchLevel(track, (level) => {
      // Falls slowly, rises at once, as people expect of a meter.
      last.current = Math.max(level, last.current - 0.08);
      setBars(Math.round(last.current * kBars));
    });
    return () => {
      stop();
      last.current = 0;
      setBars(0);
    };
  }, [track]);
  return (
    <div
      role="meter"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={kBars}
      aria-valuenow={bars}
      data-testid="level-meter"
      className="flex h-4 items-center gap-1"
    >
      {Array.from({ length: kBars }, (_, i) => (
        <span key={i} className={i < bars ? 'meter-on h-full flex-1 rounded-full bg-live' : 'meter-off h-1.5 flex-1 rounded-full bg-ink-600'} />
      ))}
    </div>
  );
}
