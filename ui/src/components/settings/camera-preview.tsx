'use client';

import { LoaderCircle, Video } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { Button } from '@/components/ui/button';
import { VideoView } from '@/components/ui/video-view';
import { openCamera } from '@/lib/media/devices';
import { useLocal } from '@/lib/store/local';
import { cameraChoice, useSettings } from '@/lib/store/settings';

/**
 * How one looks. While the camera is off in the meeting it can be tried here: that picture is opened
 * by this preview alone, goes to nobody, and ends with it.
 */
export function CameraPreview() {
  const sent = useLocal((state) => state.camera);
  const mirrored = useSettings((state) => state.mirrorSelf);
  const { tried, state, attempt } = useTriedCamera(sent !== null);
  const track = sent ?? tried;
  return (
    <div className="relative aspect-video overflow-hidden rounded-2xl bg-ink-900" data-testid="settings-preview">
      {track !== null ? (
        <>
          <VideoView track={track} label="Your camera" mirrored={mirrored} testId="settings-preview-video" />
          {sent === null && (
            <p className="absolute bottom-2 left-2 rounded-lg bg-black/65 px-2.5 py-1.5 text-xs font-medium text-white">Only you see this</p>
          )}
        </>
      ) : (
        <div className="absolute inset-0 grid place-content-center justify-items-center gap-3 p-4 text-center">
          <p className="text-sm text-soft">{state === 'failed' ? 'The camera could not be opened.' : 'Your camera is off.'}</p>
          <Button data-testid="try-camera" aria-busy={state === 'opening'} onClick={attempt}>
            {state === 'opening' ? <LoaderCircle className="size-4 animate-spin" aria-hidden /> : <Video className="size-4" aria-hidden />}
            Try it here
          </Button>
        </div>
      )}
    </div>
  );
}

function useTriedCamera(inUse: boolean) {
  const [tried, setTried] = useState<MediaStreamTrack | null>(null);
  const [state, setState] = useState<'off' | 'opening' | 'failed'>('off');
  const wanted = useRef({ latest: 0 });
  const settings = useSettings();
  const choice = cameraChoice(settings);

  // The meeting took the camera itself, another one was chosen, or the dialog closed.
  useEffect(() => {
    const attempts = wanted.current;
    return () => {
      attempts.latest++;
      setTried(null);
      setState('off');
    };
  }, [inUse, choice.deviceId, choice.resolution]);
  useEffect(() => () => tried?.stop(), [tried]);

  const attempt = async () => {
    const mine = ++wanted.current.latest;
    setState('opening');
    const result = await openCamera(choice);
    if (mine !== wanted.current.latest) {
      if ('track' in result) result.track.stop();
      return;
    }
    setState('failure' in result ? 'failed' : 'off');
    if ('track' in result) setTried(result.track);
  };
  return { tried, state, attempt: () => void attempt() };
}
