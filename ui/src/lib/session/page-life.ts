import type { ResumeRecord } from './resume';

/** By its token, or by its join where that is not answered yet. */
export type Leaver = Partial<Pick<ResumeRecord, 'token' | 'socketId'>> & { attempt?: string | undefined };

/**
 * Said by the browser for a page that goes away, when its socket cannot speak any more: the others
 * see it leave at once, unless a page that a reload loads in its place says that it is back.
 */
export function sayPageCloses(room: string, { socketId, token, attempt }: Leaver): void {
  if (socketId === undefined) return;
  const url = `/api/rooms/${encodeURIComponent(room)}/leave`;
  // Refused where too much is on its way: the server then waits for us as after a lost network.
  navigator.sendBeacon(url, JSON.stringify(token === undefined ? { attempt, socketId } : { resumeToken: token, socketId }));
}

/** What pages do as they go and as they are shown again from the browser's history. */
export function watchPage(handlers: { closes: (isKept: boolean) => void; shownAgain: () => void }): () => void {
  const hide = (event: Event) => handlers.closes((event as PageTransitionEvent).persisted);
  const show = (event: Event) => {
    if ((event as PageTransitionEvent).persisted) handlers.shownAgain();
  };
  window.addEventListener('pagehide', hide);
  window.addEventListener('pageshow', show);
  return () => {
    window.removeEventListener('pagehide', hide);
    window.removeEventListener('pageshow', show);
  };
}

/**
 * Stands in the page itself and runs before anything else is loaded: over a slow line the app comes
 * many seconds after it, and by then a reload would have been taken for a departure. The same
 * record as loadResume() reads.
 */
export const kReturnScript = `(function () {
  try {
    var room = /^\\/room\\/([^/]+)/.exec(location.pathname)[1];
    var was = JSON.parse(sessionStorage.getItem('confab:resume:' + room.toLowerCase()));
    if (was && was.socketId) {
      navigator.sendBeacon('/api/rooms/' + room + '/return', JSON.stringify({ resumeToken: was.token, socketId: was.socketId }));
    }
  } catch (e) {}
})();`;
