import { X } from 'lucide-react';
import type { ReactNode } from 'react';

interface SidePanelProps {
  title: string;
  testId: string;
  onClose: () => void;
  children: ReactNode;
}

/** Beside the stage on a desktop, over it on a phone. */
export function SidePanel({ title, testId, onClose, children }: SidePanelProps) {
  return (
    <aside
      aria-label={title}
      data-testid={testId}
      className="hairline z-30 flex flex-col overflow-hidden bg-ink-900 animate-sheet max-md:fixed max-md:inset-0 max-md:border-0 md:my-3 md:mr-3 md:w-88 md:shrink-0 md:rounded-3xl"
    >
      <header className="flex items-center justify-between pt-[max(0.5rem,env(safe-area-inset-top))] pr-2 pb-1 pl-5">
        <h2 className="text-lg font-semibold tracking-tight">{title}</h2>
        <button
          type="button"
          aria-label={`Close ${title.toLowerCase()}`}
          data-testid="close-panel"
          onClick={onClose}
          className="grid size-11 place-items-center rounded-xl text-soft hover:bg-ink-700 hover:text-text"
        >
          <X className="size-5" aria-hidden />
        </button>
      </header>
      {children}
    </aside>
  );
}
