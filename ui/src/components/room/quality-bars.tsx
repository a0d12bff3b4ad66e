import clsx from 'clsx';
import type { Verdict } from '@/lib/store/quality';

const kBars = ['h-1.5', 'h-2.5', 'h-3.5'];
const kLook = {
  good: { lit: 3, color: 'bg-live', words: 'Good connection' },
  fair: { lit: 2, color: 'bg-warn', words: 'Weak connection' },
  poor: { lit: 1, color: 'bg-danger-text', words: 'Bad connection' },
} as const;

export const qualityWords = ({ grade, reason }: Verdict): string => (reason === '' ? kLook[grade].words : reason);

/** How well a person is seen and heard here; where all is well only under the pointer or the keyboard. */
export function QualityBars({ verdict }: { verdict: Verdict }) {
  const { lit, color } = kLook[verdict.grade];
  const words = qualityWords(verdict);
  return (
    <span
      role="img"
      data-testid="tile-quality"
      data-grade={verdict.grade}
      aria-label={words}
      title={words}
      className={clsx('flex h-3.5 shrink-0 items-end gap-[2px]', verdict.grade === 'good' && 'hidden group-focus-within:flex group-hover:flex')}
    >
      {kBars.map((height, index) => (
        <i key={height} className={clsx('w-[3px] rounded-full', height, index < lit ? color : 'bg-white/30')} aria-hidden />
      ))}
    </span>
  );
}
