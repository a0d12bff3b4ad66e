'use client';

import type { Sample } from '@/lib/admin/history';
import { kHistoryMs } from '@/lib/admin/history';
import { ageWords, rateWords } from '@/lib/admin/words';

const kWidth = 300;
const kHeight = 64;

/** The next of 1, 2, 5 times a power of ten: a line that people can read. */
export function ceilingOf(value: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(value, 1)));
  return (([1, 2, 5, 10].find((each) => each * power >= value) ?? 10) * power);
}

/** Of what is drawn: a minute at the least, so that what has begun is not a dot at the edge. */
export function spanOf(samples: readonly Sample[]): number {
  const [first, last] = [samples[0], samples.at(-1)];
  return Math.min(kHistoryMs, Math.max(60_000, (last?.at ?? 0) - (first?.at ?? 0)));
}

interface Frame {
  end: number;
  span: number;
  ceiling: number;
}

function pathOf(samples: readonly Sample[], pick: (sample: Sample) => number | undefined, { end, span, ceiling }: Frame): string {
  let path = '';
  let down = false;
  for (const sample of samples) {
    const value = pick(sample);
    if (value === undefined) {
      down = false;
      continue;
    }
    const x = kWidth * (1 - (end - sample.at) / span);
    const y = kHeight * (1 - Math.min(value, ceiling) / ceiling);
    path += `${down ? 'L' : 'M'}${x.toFixed(1)} ${y.toFixed(1)}`;
    down = true;
  }
  return path;
}

/** What goes to and comes from somebody, and what their connection would carry, over the last five minutes. */
export function RateChart({ samples, name }: { samples: readonly Sample[]; name: string }) {
  const last = samples.at(-1);
  const values = samples.flatMap((each) => [each.outBps ?? 0, each.inBps ?? 0]);
  // An estimate far above what is sent would press the rest to the ground.
  const peak = Math.max(50_000, ...values);
  const ceiling = ceilingOf(Math.max(peak, Math.min(last?.targetBps ?? 0, 3 * peak)));
  const span = spanOf(samples);
  const frame: Frame = { end: last?.at ?? 0, span, ceiling };
  const lines = [
    { key: 'estimate', label: 'May be sent', color: 'var(--color-warn)', dash: '3 3', value: last?.targetBps, path: pathOf(samples, (each) => each.targetBps, frame) },
    { key: 'out', label: 'Sent to them', color: 'var(--color-live)', dash: undefined, value: last?.outBps, path: pathOf(samples, (each) => each.outBps, frame) },
    { key: 'in', label: 'Comes from them', color: 'var(--color-accent)', dash: undefined, value: last?.inBps, path: pathOf(samples, (each) => each.inBps, frame) },
  ];
  const text = `${name}, over the last ${ageWords(span)}: ${lines.map((each) => `${each.label.toLowerCase()} ${rateWords(each.value)}`).join(', ')}`;
  return (
    <figure data-testid="chart">
      <div className="relative">
        <span className="absolute top-0 left-0 rounded bg-ink-900/80 px-1 text-[0.7rem] text-soft tabular-nums" aria-hidden>{rateWords(ceiling)}</span>
        <svg viewBox={`0 0 ${kWidth} ${kHeight}`} preserveAspectRatio="none" role="img" aria-label={text} className="h-20 w-full rounded-lg bg-ink-900">
          {[0.5, 1].map((each) => <line key={each} x1="0" x2={kWidth} y1={kHeight * (1 - each) + 0.5} y2={kHeight * (1 - each) + 0.5} stroke="var(--color-ink-700)" vectorEffect="non-scaling-stroke" />)}
          {lines.map((each) => (
            <path key={each.key} d={each.path} data-line={each.key} fill="none" stroke={each.color} strokeWidth="1.75" strokeDasharray={each.dash} strokeLinejoin="round" vectorEffect="non-scaling-stroke" />
          ))}
        </svg>
      </div>
      <figcaption className="mt-1.5 flex flex-wrap gap-x-4 gap-y-1 text-xs text-soft">
        {lines.map((each) => (
          <span key={each.key} className="inline-flex items-center gap-1.5 whitespace-nowrap">
            <svg viewBox="0 0 16 4" className="h-1 w-4" aria-hidden><line x1="0" x2="16" y1="2" y2="2" stroke={each.color} strokeWidth="2.5" strokeDasharray={each.dash} /></svg>
            {each.label} <span className="text-text tabular-nums">{rateWords(each.value)}</span>
          </span>
        ))}
        <span className="ml-auto whitespace-nowrap">Last {ageWords(span)}</span>
      </figcaption>
    </figure>
  );
}
