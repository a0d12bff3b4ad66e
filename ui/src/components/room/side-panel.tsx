import { X } from 'lucide-react';
import { useRef, type ReactNode, type RefObject } from 'react';
import { useKeptFocus } from './use-kept-focus';

interface SidePanelProps {
  title: string;
  testId: string;
  /** The control that opens it. */
  opener: string;
  onClose: () => void;
  /** What gets the focus; the heading if nothing is named. */
  first?: RefObject<HTMLElement | null>;
  children: ReactNode;
}

/** Beside the stage on a desktop; on a phone in its place, so that the controls stay to be seen and used. */
export function SidePanel({ title, testId, opener, onClose, first, children }: SidePanelProps) {
  const box = useRef<HTMLElement>(null);
  const heading = useRef<HTMLHeadingElement>(null);
  useKeptFocus(box, first ?? heading, opener);
  return (
    <aside
      ref={box}
      aria-label={title}
      data-testid={testId}
      onKeyDown={(event) => {
        if (event.key !== 'Escape' || event.defaultPrevented || event.nativeEvent.isComposing) return;
        event.preventDefault();
        onClose();
      }}
      className="hairline z-30 flex flex-col overflow-hidden bg-ink-900 animate-sheet max-md:absolute max-md:inset-x-1.5 max-md:inset-y-0 max-md:rounded-2xl md:my-3 md:mr-3 md:w-88 md:shrink-0 md:rounded-3xl"
    >
      <header className="flex items-center justify-between pt-2 pr-2 pb-1 pl-5">
        <h2 ref={heading} tabIndex={-1} className="text-lg font-semibold tracking-tight outline-none">{title}</h2>
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
