import clsx from 'clsx';
import { ChevronLeft, ChevronRight } from 'lucide-react';

interface PagerProps {
  page: number;
  pages: number;
  onPage: (page: number) => void;
  elsewhere: boolean;
  /** No words, for the strip beside the spotlight. */
  compact?: boolean;
}

export function Pager({ page, pages, onPage, elsewhere, compact = false }: PagerProps) {
  const button = 'grid size-11 place-items-center rounded-xl text-soft hover:bg-ink-700 hover:text-text disabled:text-ink-500 disabled:hover:bg-transparent';
  return (
    <nav aria-label="Pages of participants" className="relative flex h-13 shrink-0 items-center justify-center gap-1" data-testid="pager">
      <button type="button" aria-label="Previous page" className={button} disabled={page === 0} onClick={() => onPage(page - 1)}>
        <ChevronLeft className="size-5" aria-hidden />
      </button>
      <span className={compact ? 'sr-only' : 'min-w-12 text-center text-sm text-soft tabular-nums'}>
        <span className="sr-only">Page </span>
        {page + 1}/{pages}
      </span>
      <button type="button" aria-label="Next page" className={button} disabled={page === pages - 1} onClick={() => onPage(page + 1)}>
        <ChevronRight className="size-5" aria-hidden />
      </button>
      {elsewhere && (
        <span className={clsx('inline-flex items-center gap-1.5 text-xs text-live', compact ? 'absolute' : 'ml-1')}>
          <i className="size-2 animate-pulse-soft rounded-full bg-live" aria-hidden />
          <span className={compact ? 'sr-only' : ''}>Someone on another page speaks</span>
        </span>
      )}
    </nav>
  );
}
