'use client';

import clsx from 'clsx';
import { useEffect, useRef } from 'react';

interface VideoViewProps {
  track: MediaStreamTrack;
  label: string;
  mirrored?: boolean;
  contain?: boolean;
  testId?: string;
  onFirstFrame?: (() => void) | undefined;
}

/** One video track on the screen. Always silent: sound is the audio sink's. */
export function VideoView({ track, label, mirrored = false, contain = false, testId, onFirstFrame }: VideoViewProps) {
  const ref = useRef<HTMLVideoElement>(null);
  const first = useRef(onFirstFrame);
  first.current = onFirstFrame;

  useEffect(() => {
    const element = ref.current;
    if (element === null) return;
    element.srcObject = new MediaStream([track]);
    // Muted video may always play; AbortError says only that the element was replaced meanwhile.
    void element.play().catch(() => undefined);
    const handle = element.requestVideoFrameCallback?.(() => first.current?.());
    return () => {
      if (handle !== undefined) element.cancelVideoFrameCallback(handle);
      element.srcObject = null;
    };
  }, [track]);

  return (
    <video
      ref={ref}
      data-testid={testId}
      aria-label={label}
      autoPlay
      playsInline
      muted
      disablePictureInPicture
      className={clsx('absolute inset-0 size-full', contain ? 'object-contain' : 'object-cover', mirrored && '-scale-x-100')}
    />
  );
}
