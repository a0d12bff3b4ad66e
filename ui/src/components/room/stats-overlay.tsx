'use client';

import { X } from 'lucide-react';
import { useEffect, useState } from 'react';
import type { StreamStats, TransportStats } from '@/lib/media/stats';
import { newStatsMemory, takeStats, type StatsSnapshot, type StreamRow } from '@/lib/session/debug';
import { useMeeting } from '@/lib/store/meeting';
import { useSession } from './session-context';

/** What the browser measures, as it measures it; a dash where it does not say. */
export function StatsOverlay({ onClose }: { onClose: () => void }) {
  const session = useSession();
  const people = useMeeting((state) => state.people);
  const [snapshot, setSnapshot] = useState<StatsSnapshot | null>(null);

  useEffect(() => {
    const memory = newStatsMemory();
    let shown = true;
    const look = async () => {
      const next = await takeStats(session, memory).catch(() => null);
      if (shown && next !== null) setSnapshot(next);
    };
    void look();
    const timer = setInterval(() => void look(), 1000);
    return () => {
      shown = false;
      clearInterval(timer);
    };
  }, [session]);

  const rows = snapshot?.streams ?? [];
  return (
    <section
      aria-label="Statistics"
      data-testid="stats"
      className="hairline fixed inset-x-2 top-14 z-30 flex max-h-[70dvh] flex-col rounded-3xl bg-ink-900/97 shadow-2xl shadow-black/60 animate-rise sm:right-auto sm:left-4 sm:w-[44rem] sm:max-w-[calc(100%-2rem)]"
    >
      <header className="flex items-center justify-between pt-2 pr-2 pl-5">
        <h2 className="font-semibold">Statistics</h2>
        <button
          type="button"
          aria-label="Close statistics"
          onClick={onClose}
          className="grid size-11 place-items-center rounded-xl text-soft hover:bg-ink-700 hover:text-text"
        >
          <X className="size-5" aria-hidden />
        </button>
      </header>
      <div className="min-h-0 overflow-auto px-5 pb-5" tabIndex={0} role="region" aria-label="Measured values">
        <p className="text-xs text-soft">Measured by this browser, once a second.</p>
        <div className="mt-3 grid gap-3 sm:grid-cols-2">
          <TransportCard title="Sending path" stats={snapshot?.transports.send ?? null} />
          <TransportCard title="Receiving path" stats={snapshot?.transports.recv ?? null} />
        </div>
        <StreamTable title="Sent" rows={rows.filter((each) => each.direction === 'send')} nameOf={() => 'You'} />
        <StreamTable title="Received" rows={rows.filter((each) => each.direction === 'recv')} nameOf={(id) => people[id]?.name ?? '–'} />
      </div>
    </section>
  );
}

function figure(value: number | undefined, unit: string, digits = 0): string {
  return value === undefined ? '–' : `${value.toFixed(digits)} ${unit}`.trim();
}

function TransportCard({ title, stats }: { title: string; stats: TransportStats | null }) {
  const rows: [string, string][] = [
    ['State', stats?.state ?? '–'],
    ['Path', stats === null ? '–' : `${stats.protocol ?? '–'}, ${stats.localType ?? '–'} → ${stats.remoteType ?? '–'}`],
    ['Round trip', figure(stats?.rttMs, 'ms', 1)],
    ['In / out', `${figure(stats?.kbpsIn, '')} / ${figure(stats?.kbpsOut, 'kbit/s')}`],
    ['Estimate', figure(stats?.availableKbps, 'kbit/s')],
    ['DTLS', [stats?.dtlsState ?? '–', stats?.dtlsVersion].filter(Boolean).join(', ')],
    ['SRTP', stats?.srtpCipher ?? '–'],
  ];
  return (
    <div className="rounded-2xl bg-ink-800 p-3.5">
      <h3 className="text-sm font-semibold">{title}</h3>
      <dl className="mt-2 grid grid-cols-[auto_1fr] gap-x-4 gap-y-1 text-xs">
        {rows.map(([name, value]) => (
          <div key={name} className="contents">
            <dt className="text-soft">{name}</dt>
            <dd className="text-right font-mono break-words tabular-nums">{value}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}

function StreamTable({ title, rows, nameOf }: { title: string; rows: readonly StreamRow[]; nameOf: (id: string) => string }) {
  if (rows.length === 0) return null;
  const head = 'py-1.5 pr-3 text-left font-medium whitespace-nowrap text-soft';
  const cell = 'py-1.5 pr-3 font-mono whitespace-nowrap tabular-nums';
  return (
    <table className="mt-4 w-full min-w-[36rem] text-xs">
      <caption className="pb-1 text-left text-sm font-semibold">{title}</caption>
      <thead>
        <tr className="border-b border-ink-600">
          {['Who', 'What', 'Codec', 'Picture', 'Rate', 'Loss', 'Jitter', 'Details'].map((each) => (
            <th key={each} scope="col" className={head}>{each}</th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map(({ id, participantId, source, stats }) => (
          <tr key={id} className="border-b border-ink-700 last:border-0" data-testid="stats-row">
            <th scope="row" className="max-w-32 truncate py-1.5 pr-3 text-left font-medium">{nameOf(participantId)}</th>
            <td className={cell}>{source}</td>
            <td className={cell}>{stats?.codec?.replace(/^(audio|video)\//, '') ?? '–'}</td>
            <td className={cell}>{picture(stats)}</td>
            <td className={cell}>{figure(stats?.kbps, 'kbit/s')}</td>
            <td className={cell}>{figure(stats?.lossPercent, '%', 1)}</td>
            <td className={cell}>{figure(stats?.jitterMs, 'ms', 1)}</td>
            <td className={cell}>{details(stats)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function picture(stats: StreamStats | null): string {
  if (stats?.width === undefined || stats.height === undefined) return '–';
  return `${stats.width}×${stats.height} · ${figure(stats.fps, 'fps')}`;
}

function details(stats: StreamStats | null): string {
  if (stats === null) return '–';
  const parts = stats.layers.map((each) => `${each.rid} ${each.height ?? 0}p ${figure(each.kbps, 'k')}`);
  if (stats.limitation !== undefined && stats.limitation !== 'none') parts.push(`limited by ${stats.limitation}`);
  if (stats.framesDropped) parts.push(`${stats.framesDropped} dropped`);
  if (stats.freezes) parts.push(`${stats.freezes} freezes`);
  return parts.length === 0 ? '–' : parts.join(', ');
}
