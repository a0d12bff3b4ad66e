'use client';

import clsx from 'clsx';
import { ChevronLeft, ChevronRight } from 'lucide-react';
import { useRef } from 'react';
import type { Box } from '@/lib/util/grid';
import { useHeirOfFocus } from './use-heir-of-focus';

interface PagerProps {
  page: number;
  pages: number;
  onPage: (page: number) => void;
  /** Somebody speaks whose tile is on another page. */
  elsewhere: boolean;
  /** No words, for the strip beside the spotlight. */
  compact?: boolean;
  box: Box;
}

export function Pager({ page, pages, onPage, elsewhere, compact = false, box: { x, y, width, height } }: PagerProps) {
  const button = 'grid size-11 shrink-0 place-items-center rounded-xl text-soft hover:bg-ink-700 hover:text-text aria-disabled:text-ink-500 aria-disabled:hover:bg-transparent';
  // aria-disabled: a button that goes out of use under one's finger keeps the focus.
  const turn = (to: number) => () => to >= 0 && to < pages && onPage(to);
  const ref = useRef<HTMLElement>(null);
  useHeirOfFocus(ref);
  return (
    <nav
      ref={ref}
      aria-label="Pages of participants"
      data-testid="pager"
      style={{ left: x, top: y, width, height }}
      className="absolute flex items-center justify-center gap-1"
    >
      <button type="button" aria-label="Previous page" data-testid="page-back" className={button} aria-disabled={page === 0} onClick={turn(page - 1)}>
        <ChevronLeft className="size-5" aria-hidden />
      </button>
      <span className={compact ? 'sr-only' : 'min-w-12 text-center text-sm text-soft tabular-nums'}>
        <span className="sr-only">Page </span>
        {page + 1}/{pages}
      </span>
      <button type="button" aria-label="Next page" data-testid="page-next" className={button} aria-disabled={page === pages - 1} onClick={turn(page + 1)}>
        <ChevronRight className="size-5" aria-hidden />
      </button>
      {elsewhere && (
        <span
          data-testid="speaks-elsewhere"
          className={clsx('pointer-events-none inline-flex items-center gap-1.5 text-xs text-live', compact ? 'absolute' : 'ml-1 leading-tight max-sm:max-w-28')}
        >
          <i className="size-2 animate-pulse-soft rounded-full bg-live" aria-hidden />
          <span className={compact ? 'sr-only' : ''}>Someone on another page speaks</span>
        </span>
      )}
    </nav>
  );
}
