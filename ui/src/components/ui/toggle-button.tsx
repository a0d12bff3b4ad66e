import clsx from 'clsx';
import type { ButtonHTMLAttributes, MouseEvent, ReactNode } from 'react';

interface ToggleButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  /** aria-pressed: whether what the label names is on. */
  pressed: boolean;
  label: string;
  icon: ReactNode;
  tone?: 'device' | 'panel' | 'alert';
  shortcut?: string;
  badge?: number;
  /** What the badge counts. */
  badgeOf?: string;
  /** Meant, and not yet so for the others: offline, or still being opened. */
  pending?: boolean;
}

/**
 * A round control with two states. Devices look lit when on and red when off; panels the other way
 * round, since closed is their rest. The name is its text, so that what is seen is part of it.
 */
export function ToggleButton({ pressed, label, icon, tone = 'panel', shortcut, badge = 0, badgeOf = 'unread', pending = false, className, ...rest }: ToggleButtonProps) {
  const off = tone === 'device' && !pressed;
  return (
    <button
      type="button"
      aria-pressed={pressed}
      aria-busy={pending || undefined}
      data-pending={pending || undefined}
      title={shortcut === undefined ? label : `${label} (${shortcut})`}
      className={clsx(
        'relative inline-flex size-12 shrink-0 items-center justify-center rounded-2xl transition-colors',
        off && 'bg-danger text-white hover:bg-danger-hi',
        tone === 'device' && pressed && 'bg-ink-700 text-text hover:bg-ink-600',
        tone === 'panel' && (pressed ? 'bg-accent text-on-accent hover:bg-accent-hi' : 'bg-ink-700 text-text hover:bg-ink-600'),
        tone === 'alert' && (pressed ? 'bg-live text-ink-950' : 'bg-ink-700 text-text hover:bg-ink-600'),
        'disabled:bg-ink-800 disabled:text-faint',
        pending && 'animate-pending',
        className,
      )}
      {...rest}
    >
      {icon}
      <span className="sr-only">{label}</span>
      {badge > 0 && (
        <span
          data-testid={`${badgeOf}-badge`}
          className="absolute -top-1.5 -right-1.5 grid h-5 min-w-5 place-items-center rounded-full bg-accent px-1 text-xs font-bold text-on-accent ring-2 ring-ink-950"
        >
          <span>
            {badge > 99 ? '99+' : badge}
            <span className="sr-only"> {badgeOf}</span>
          </span>
        </span>
      )}
    </button>
  );
}

/**
 * For controls that are clicked while one does something else: the click leaves the keyboard where
 * it was, so Space goes on to be push-to-talk and a half-written message keeps its caret.
 */
export function keepFocus(event: MouseEvent): void {
  event.preventDefault();
}
