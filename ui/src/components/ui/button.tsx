import clsx from 'clsx';
import type { ButtonHTMLAttributes, Ref } from 'react';

export type ButtonTone = 'accent' | 'quiet' | 'ghost' | 'danger';

const kTones: Record<ButtonTone, string> = {
  accent: 'bg-accent text-on-accent hover:bg-accent-hi font-semibold',
  quiet: 'bg-ink-700 text-text hover:bg-ink-600 font-medium',
  ghost: 'bg-transparent text-soft hover:bg-ink-800 hover:text-text font-medium',
  danger: 'bg-danger text-white hover:bg-danger-hi font-semibold',
};

interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  tone?: ButtonTone;
  ref?: Ref<HTMLButtonElement>;
}

export function Button({ tone = 'quiet', className, type = 'button', ...rest }: ButtonProps) {
  return (
    <button
      type={type}
      className={clsx(
        'inline-flex min-h-11 items-center justify-center gap-2 rounded-xl px-4 text-[0.95rem] transition-colors',
        'disabled:bg-ink-800 disabled:text-faint',
        kTones[tone],
        className,
      )}
      {...rest}
    />
  );
}
