'use client';

import clsx from 'clsx';
import { useEffect, useEffectEvent, useRef, useState } from 'react';

interface VideoViewProps {
  track: MediaStreamTrack;
  label: string;
  mirrored?: boolean;
  /** Nothing of the picture may be cut off: a shared screen. */
  contain?: boolean;
  /** The place is higher than wide. */
  upright?: boolean;
  testId?: string;
  onFirstFrame?: (() => void) | undefined;
}

/** One video track on the screen. Always silent: sound is the audio sink's. */
export function VideoView({ track, label, mirrored = false, contain = false, upright = false, testId, onFirstFrame }: VideoViewProps) {
  const ref = useRef<HTMLVideoElement>(null);
  const firstFrame = useEffectEvent(() => onFirstFrame?.());
  const [tall, setTall] = useState(false);

  useEffect(() => {
    const element = ref.current;
    if (element === null) return;
    element.srcObject = new MediaStream([track]);
    // Muted video may always play; AbortError says only that the element was replaced meanwhile.
    void element.play().catch(() => undefined);
    const handle = element.requestVideoFrameCallback?.(() => firstFrame());
    return () => {
      if (handle !== undefined) element.cancelVideoFrameCallback(handle);
      element.srcObject = null;
    };
  }, [track]);

  // Cut to fill, a phone held upright would be a slit across a face.
  const whole = contain || (tall && !upright);
  return (
    <video
      ref={ref}
      data-testid={testId}
      aria-label={label}
      autoPlay
      playsInline
      muted
      onResize={({ currentTarget: { videoWidth, videoHeight } }) => setTall(videoHeight > videoWidth)}
      className={clsx('absolute inset-0 size-full', whole ? 'object-contain' : 'object-cover', mirrored && '-scale-x-100')}
    />
  );
}
