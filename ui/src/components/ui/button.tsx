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
  large?: boolean;
  ref?: Ref<HTMLButtonElement>;
}

export function Button({ tone = 'quiet', large = false, className, type = 'button', ...rest }: ButtonProps) {
  return (
    <button
      type={type}
      className={clsx(
        'inline-flex items-center justify-center gap-2 transition-colors',
        large ? 'min-h-14 rounded-2xl px-7 text-lg' : 'min-h-11 rounded-xl px-4 text-[0.95rem]',
        'disabled:bg-ink-800 disabled:text-faint',
        kTones[tone],
        className,
      )}
      {...rest}
    />
  );
}
