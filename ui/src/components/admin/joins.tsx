'use client';

import type { NodeStats } from '@/lib/admin/api';
import type { Polled } from '@/lib/admin/poller';
import { refusalWords, stepWords, timeWords } from '@/lib/admin/words';
import { sentence } from '@/lib/protocol/errors';
import { Heading, Nothing } from './parts';

/** How attempts to come in ended, since the node was started. */
export function Joins({ stats }: { stats: Polled<NodeStats> }) {
  const joins = stats.value?.joins;
  if (joins === undefined) return null;
  const refused = Object.entries(joins.refused).sort(([, a], [, b]) => b - a);
  const gaveUp = Object.entries(joins.gaveUp).sort(([, a], [, b]) => b - a);
  const total = refused.reduce((sum, [, count]) => sum + count, 0);
  return (
    <section aria-label="Joins" className="grid gap-8">
      <div>
        <Heading>Joins</Heading>
        <p className="mt-2 text-soft" data-testid="joins-summary">
          Since this node was started {joins.letIn} came in (also those that came back), {joins.lobby} were sent to a lobby and {total} were refused.
        </p>
      </div>
      <div className="grid gap-8 md:grid-cols-2">
        <Counts title="Why the server refused" none="It refused nobody." rows={refused.map(([code, count]) => [refusalWords(code), count])} testId="refused" />
        <Counts title="Where browsers gave up" none="None that has said so." rows={gaveUp.map(([step, count]) => [stepWords(step), count])} testId="gave-up" />
      </div>
      <section aria-label="Last refusals">
        <h3 className="text-lg font-semibold">The last that were refused</h3>
        {joins.lastRefused.length === 0 ? <Nothing testId="no-refusals">Nobody was refused.</Nothing> : (
          <ul className="mt-3 divide-y divide-ink-700 rounded-2xl bg-ink-850 px-4 sm:px-5" data-testid="last-refused">
            {[...joins.lastRefused].reverse().map((each, n) => (
              <li key={`${each.at}-${n}`} className="flex flex-wrap gap-x-4 gap-y-0.5 py-2.5 text-sm">
                <time dateTime={new Date(each.at).toISOString()} className="w-44 shrink-0 text-soft tabular-nums">{timeWords(each.at)}</time>
                <span className="min-w-0 flex-1 basis-60 break-words">{sentence(each.message)} <span className="font-mono text-xs text-soft">{each.code}</span></span>
              </li>
            ))}
          </ul>
        )}
      </section>
    </section>
  );
}

function Counts({ title, none, rows, testId }: { title: string; none: string; rows: [string, number][]; testId: string }) {
  const most = Math.max(1, ...rows.map(([, count]) => count));
  return (
    <section aria-label={title}>
      <h3 className="text-lg font-semibold">{title}</h3>
      {rows.length === 0 ? <p className="mt-2 text-soft">{none}</p> : (
        <ul className="mt-3 grid gap-3" data-testid={testId}>
          {rows.map(([words, count]) => (
            <li key={words} className="text-sm">
              <span className="flex gap-4"><span className="min-w-0 flex-1">{words}</span><span className="font-medium tabular-nums">{count}</span></span>
              <svg viewBox="0 0 100 2" preserveAspectRatio="none" className="mt-1.5 h-1.5 w-full rounded-full bg-ink-800" aria-hidden>
                <rect width={(100 * count) / most} height="2" fill="var(--color-warn)" />
              </svg>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
