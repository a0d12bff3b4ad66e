import { notify } from '@/lib/session/notices';

export function canFloat(): boolean {
  return typeof document !== 'undefined' && document.pictureInPictureEnabled === true;
}

/** The picture that matters most, in a small window over other programs: a screen, who speaks, anybody. */
export function floatPicture(): void {
  const wanted = ['[data-kind="screen"]', '[data-speaking="true"]', ''].map((each) => `[data-testid="tile"]${each}:not([data-self]) video`);
  const video = [...wanted, '[data-testid="tile"] video'].map((each) => document.querySelector<HTMLVideoElement>(each)).find((each) => each !== null);
  if (video === undefined) {
    notify('There is no picture to show yet.');
    return;
  }
  if (document.pictureInPictureElement === video) void document.exitPictureInPicture();
  else video.requestPictureInPicture().catch(() => notify('The browser did not open the window.', 'warn'));
}
