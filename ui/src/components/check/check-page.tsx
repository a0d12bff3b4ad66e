'use client';

import { CircleAlert, CircleCheck, CircleDashed, CircleX, LoaderCircle } from 'lucide-react';
import { useState } from 'react';
import { Button } from '@/components/ui/button';
import { Logo } from '@/components/ui/logo';
import { summaryOf, type Finding, type Verdict } from '@/lib/check/finding';
import { runChecks } from '@/lib/check/run';
import { describeError } from '@/lib/protocol/errors';

const kSigns: Record<Verdict, { icon: typeof CircleCheck; tone: string; word: string }> = {
  ok: { icon: CircleCheck, tone: 'text-live', word: 'Works' },
  warning: { icon: CircleAlert, tone: 'text-warn', word: 'Could be better' },
  wrong: { icon: CircleX, tone: 'text-danger-text', word: 'Wrong' },
  skipped: { icon: CircleDashed, tone: 'text-soft', word: 'Not looked at' },
};

/** What stands between this browser and a meeting, looked at piece by piece: each line with its remedy. */
export function CheckPage() {
  const [findings, setFindings] = useState<Finding[]>([]);
  const [stage, setStage] = useState<'before' | 'running' | 'done'>('before');

  const start = () => {
    setFindings([]);
    setStage('running');
    const room = new URLSearchParams(location.search).get('room');
    const tell = (finding: Finding) => setFindings((before) => [...before, finding]);
    void runChecks(tell, room)
      .catch((error: unknown) => tell({
        id: 'check', title: 'This check', verdict: 'wrong', what: `It broke off: ${describeError(error)}`, remedy: 'Reload the page and try again.',
      }))
      .finally(() => setStage('done'));
  };

  return (
    <div className="backdrop-glow min-h-dvh">
      <main className="mx-auto w-full max-w-2xl px-5 py-6 sm:px-8">
        <Logo />
        <h1 className="mt-10 text-3xl font-semibold tracking-tight">Check this connection</h1>
        <p className="mt-3 leading-relaxed text-soft">
          Looks at your devices, the way to this server, and the ways that sound and picture can take. Your browser asks for the camera and
          the microphone; nobody sees or hears them. In a meeting that is going on, others see “Check” come and go.
        </p>
        <div className="mt-6 flex flex-wrap items-center gap-4">
          <Button tone="accent" onClick={start} disabled={stage === 'running'} data-testid="check-start">
            {stage === 'before' ? 'Start' : 'Check again'}
          </Button>
          <p role="status" data-testid="check-summary" data-stage={stage} className="flex items-center gap-2">
            {stage === 'running' && (
              <>
                <LoaderCircle className="size-5 animate-spin text-soft" aria-hidden /> Looking…
              </>
            )}
            {stage === 'done' && summaryOf(findings)}
          </p>
        </div>
        {findings.length > 0 && (
          <ul className="mt-8 divide-y divide-ink-700 border-y border-ink-700">
            {findings.map((finding, n) => <Line key={`${finding.id}-${n}`} finding={finding} />)}
          </ul>
        )}
      </main>
    </div>
  );
}

function Line({ finding: { id, title, verdict, what, remedy } }: { finding: Finding }) {
  const { icon: Icon, tone, word } = kSigns[verdict];
  return (
    <li data-testid="check-line" data-check={id} data-verdict={verdict} className="flex gap-3 py-4">
      <Icon className={`mt-0.5 size-5 shrink-0 ${tone}`} aria-hidden />
      <div className="min-w-0">
        <h2 className="font-semibold">
          {title} <span className={`ml-1 text-sm font-medium ${tone}`}>{word}</span>
        </h2>
        <p className="mt-0.5 leading-relaxed break-words text-soft">{what}</p>
        {remedy !== undefined && <p className="mt-1 leading-relaxed break-words">{remedy}</p>}
      </div>
    </li>
  );
}
