'use client';

import { CircleAlert, Info, TriangleAlert, X } from 'lucide-react';
import { useEffect, useRef, type ReactNode } from 'react';
import { dismissNotice, shownNotice } from '@/lib/session/notices';
import { useNews, type Notice } from '@/lib/store/news';
import { useHeirOfFocus } from './use-heir-of-focus';

const kShownMs: Record<Notice['tone'], number> = { info: 5_000, warn: 9_000, error: 12_000 };
// Something to decide takes longer than something to read.
const kOfferedMs = 20_000;

const kIcons: Record<Notice['tone'], ReactNode> = {
  info: <Info className="size-4 shrink-0 text-soft" aria-hidden />,
  warn: <TriangleAlert className="size-4 shrink-0 text-warn" aria-hidden />,
  error: <CircleAlert className="size-4 shrink-0 text-danger-text" aria-hidden />,
};

/** Short messages, one at a time, in the bar above the pictures: never over a face. */
export function Notices() {
  const notices = useNews((state) => state.notices);
  const shown = shownNotice(notices);
  useEffect(() => {
    if (shown === undefined) return;
    const timer = setTimeout(() => dismissNotice(shown.id), shown.action === undefined ? kShownMs[shown.tone] : kOfferedMs);
    return () => clearTimeout(timer);
    // A message that grows ("and 2 others") is read anew.
  }, [shown]);
  return (
    <section aria-label="News" className="pointer-events-none fixed inset-x-2 top-1.5 z-60 flex justify-center sm:inset-x-40" data-testid="notices">
      {shown !== undefined && <Message key={shown.id} notice={shown} more={notices.length - 1} />}
    </section>
  );
}

function Message({ notice: { id, tone, text, news, action }, more }: { notice: Notice; more: number }) {
  const ref = useRef<HTMLDivElement>(null);
  useHeirOfFocus(ref);
  return (
    <div
      ref={ref}
      data-testid="notice"
      data-tone={tone}
      // What happens to others is announced by the live region, in words of its own.
      role={news !== undefined ? undefined : tone === 'info' ? 'status' : 'alert'}
      className="hairline pointer-events-auto flex min-h-11 max-w-lg min-w-0 items-center gap-2.5 rounded-2xl bg-ink-800 pr-0.5 pl-3.5 text-sm shadow-xl shadow-black/40 animate-toast"
    >
      {kIcons[tone]}
      <span className="line-clamp-2 min-w-0 leading-tight [overflow-wrap:anywhere]" title={text}>{text}</span>
      {action !== undefined && (
        <button
          type="button"
          data-testid="notice-action"
          onClick={() => {
            dismissNotice(id);
            action.run();
          }}
          className="min-h-10 shrink-0 rounded-lg px-2 font-semibold text-accent hover:text-accent-hi"
        >
          {action.label}
        </button>
      )}
      {more > 0 && (
        <span className="shrink-0 rounded-full bg-ink-600 px-1.5 text-xs leading-5 font-semibold tabular-nums">
          +{more}<span className="sr-only"> more messages</span>
        </span>
      )}
      <button
        type="button"
        aria-label="Dismiss"
        onClick={() => dismissNotice(id)}
        className="grid size-10 shrink-0 place-items-center rounded-xl text-soft hover:text-text"
      >
        <X className="size-4" aria-hidden />
      </button>
    </div>
  );
}
