import clsx from 'clsx';
import type { ButtonHTMLAttributes, ReactNode } from 'react';

interface ToggleButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  /** aria-pressed: whether what the label names is on. */
  pressed: boolean;
  label: string;
  icon: ReactNode;
  tone?: 'device' | 'panel' | 'alert';
  caption?: string;
  shortcut?: string;
  badge?: number;
}

/**
 * A round control with two states. Devices look lit when on and red when off; panels the other way
 * round, since closed is their rest.
 */
export function ToggleButton({ pressed, label, icon, tone = 'panel', caption, shortcut, badge = 0, className, ...rest }: ToggleButtonProps) {
  const off = tone === 'device' && !pressed;
  return (
    <button
      type="button"
      aria-pressed={pressed}
      aria-label={badge > 0 ? `${label} (${badge} unread)` : label}
      title={shortcut === undefined ? label : `${label} (${shortcut})`}
      className={clsx(
        'relative inline-flex size-12 shrink-0 items-center justify-center rounded-2xl transition-colors',
        off && 'bg-danger text-white hover:bg-danger-hi',
        tone === 'device' && pressed && 'bg-ink-700 text-text hover:bg-ink-600',
        tone === 'panel' && (pressed ? 'bg-accent text-on-accent hover:bg-accent-hi' : 'bg-ink-700 text-text hover:bg-ink-600'),
        tone === 'alert' && (pressed ? 'bg-live text-ink-950' : 'bg-ink-700 text-text hover:bg-ink-600'),
        'disabled:bg-ink-800 disabled:text-faint',
        className,
      )}
      {...rest}
    >
      {icon}
      {caption !== undefined && <span className="ml-2 text-sm font-medium">{caption}</span>}
      {badge > 0 && (
        <span
          aria-hidden
          data-testid="unread-badge"
          className="absolute -top-1.5 -right-1.5 grid h-5 min-w-5 place-items-center rounded-full bg-accent px-1 text-xs font-bold text-on-accent ring-2 ring-ink-950"
        >
          {badge > 99 ? '99+' : badge}
        </span>
      )}
    </button>
  );
}
