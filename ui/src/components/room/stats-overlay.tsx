'use client';

import { X } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import type { StreamStats, TransportStats } from '@/lib/media/stats';
import type { LayerReason } from '@/lib/protocol/types';
import { newStatsMemory, takeStats, type StatsSnapshot, type StreamRow } from '@/lib/session/debug';
import { useMeeting } from '@/lib/store/meeting';
import { useSession } from './session-context';
import { useKeptFocus } from './use-kept-focus';
import { useSize } from './use-size';
import { tagged, useTags } from './use-tags';

// Below this the table would be cut off.
const kTableWidth = 640;

/** What the browser measures, as it measures it; a dash where it does not say. */
export function StatsOverlay({ onClose }: { onClose: () => void }) {
  const session = useSession();
  const people = useMeeting((state) => state.people);
  const tags = useTags();
  const [snapshot, setSnapshot] = useState<StatsSnapshot | null>(null);
  const box = useRef<HTMLElement>(null);
  const heading = useRef<HTMLHeadingElement>(null);
  const values = useRef<HTMLDivElement>(null);
  useKeptFocus(box, heading);
  const narrow = useSize(values).width < kTableWidth;
  const nameOf = (id: string) => tagged(people[id]?.name ?? '–', tags[id]);

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
      ref={box}
      aria-label="Statistics"
      data-testid="stats"
      className="hairline fixed inset-x-2 top-14 z-30 flex max-h-[70dvh] flex-col rounded-3xl bg-ink-900 shadow-2xl shadow-black/60 animate-rise sm:right-auto sm:left-4 sm:w-[58rem] sm:max-w-[calc(100%-2rem)]"
    >
      <header className="flex items-center justify-between pt-2 pr-2 pl-5">
        <h2 ref={heading} tabIndex={-1} className="font-semibold outline-none">Statistics</h2>
        <button
          type="button"
          aria-label="Close statistics"
          data-testid="close-stats"
          onClick={onClose}
          className="grid size-11 place-items-center rounded-xl text-soft hover:bg-ink-700 hover:text-text"
        >
          <X className="size-5" aria-hidden />
        </button>
      </header>
      <div className="min-h-0 overflow-y-auto px-5 pb-5" tabIndex={0} role="region" aria-label="Measured values">
        <div ref={values}>
          <p className="text-xs text-soft">Measured by this browser and by the server, once a second.</p>
          <div className="mt-3 grid gap-3 sm:grid-cols-2">
            <TransportCard title="Sending path" stats={snapshot?.transports.send ?? null} sends />
            <TransportCard title="Receiving path" stats={snapshot?.transports.recv ?? null} link={snapshot?.link ?? null} />
          </div>
          <Streams title="Sent" rows={rows.filter((each) => each.direction === 'send')} nameOf={() => 'You'} narrow={narrow} />
          <Streams title="Received" rows={rows.filter((each) => each.direction === 'recv')} nameOf={nameOf} narrow={narrow} />
        </div>
      </div>
    </section>
  );
}

function figure(value: number | undefined, unit: string, digits = 0): string {
  return value === undefined ? '–' : `${value.toFixed(digits)} ${unit}`.trim();
}

interface TransportProps {
  title: string;
  stats: TransportStats | null;
  sends?: boolean;
  link?: StatsSnapshot['link'];
}

function TransportCard({ title, stats, sends = false, link = null }: TransportProps) {
  const rows: [string, string][] = [
    ['State', stats?.state ?? '–'],
    ['Path', stats === null ? '–' : `${stats.protocol ?? '–'}, ${stats.localType ?? '–'} → ${stats.remoteType ?? '–'}`],
    ['Round trip', figure(stats?.rttMs, 'ms', 1)],
    ['In / out', `${figure(stats?.kbpsIn, '')} / ${figure(stats?.kbpsOut, 'kbit/s')}`],
    // A browser estimates what it may send; on the other path it has nothing to say.
    ...(sends ? [['Estimate', figure(stats?.availableKbps, 'kbit/s')] satisfies [string, string]] : []),
    // There it is the server that estimates.
    ...(link === null ? [] : ([
      ['Estimate (server)', figure(link.targetBps / 1000, 'kbit/s')],
      ['Waiting in the network', figure(link.networkQueueMs, 'ms')],
    ] satisfies [string, string][])),
    ['DTLS', [stats?.dtlsState ?? '–', stats?.dtlsVersion].filter(Boolean).join(', ')],
    ['SRTP', stats?.srtpCipher ?? '–'],
  ];
  return (
    <div className="card rounded-2xl bg-ink-800 p-3.5">
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

const kColumns = ['Who', 'What', 'Codec', 'Picture', 'Rate', 'Loss', 'Jitter', 'Details'] as const;

interface StreamsProps {
  title: string;
  rows: readonly StreamRow[];
  nameOf: (id: string) => string;
  /** Too little room for a table: each stream is a list of its own. */
  narrow: boolean;
}

function Streams({ title, rows, nameOf, narrow }: StreamsProps) {
  if (rows.length === 0) return null;
  return narrow ? <StreamCards title={title} rows={rows} nameOf={nameOf} /> : <StreamTable title={title} rows={rows} nameOf={nameOf} />;
}

function cells({ source, stats, served }: StreamRow): string[] {
  return [
    source,
    stats?.codec?.replace(/^(audio|video)\//, '') ?? '–',
    picture(stats),
    figure(stats?.kbps, 'kbit/s'),
    figure(stats?.lossPercent, '%', 1),
    figure(stats?.jitterMs, 'ms', 1),
    [details(stats), servedWords(served)].filter((each) => each !== '' && each !== '–').join(', ') || '–',
  ];
}

function StreamTable({ title, rows, nameOf }: Omit<StreamsProps, 'narrow'>) {
  return (
    <table className="mt-4 w-full text-xs">
      <caption className="pb-1 text-left text-sm font-semibold">{title}</caption>
      <thead>
        <tr className="border-b border-ink-600">
          {kColumns.map((each) => (
            <th key={each} scope="col" className="py-1.5 pr-3 text-left font-medium whitespace-nowrap text-soft last:pr-0">{each}</th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={row.id} className="border-b border-ink-700 align-top last:border-0" data-testid="stats-row">
            <th scope="row" className="max-w-32 py-1.5 pr-3 text-left font-medium break-words">{nameOf(row.participantId)}</th>
            {cells(row).map((value, index, all) => (
              <td
                key={kColumns[index + 1]}
                className={`py-1.5 font-mono tabular-nums ${index === all.length - 1 ? 'break-words' : 'pr-3 whitespace-nowrap'}`}
              >
                {value}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function StreamCards({ title, rows, nameOf }: Omit<StreamsProps, 'narrow'>) {
  return (
    <section aria-label={title} className="mt-4">
      <h3 className="pb-1 text-sm font-semibold">{title}</h3>
      <ul className="flex flex-col gap-2">
        {rows.map((row) => (
          <li key={row.id} className="card rounded-2xl bg-ink-800 p-3" data-testid="stats-row">
            <p className="text-sm font-medium break-words">{nameOf(row.participantId)}</p>
            <dl className="mt-1 grid grid-cols-[auto_1fr] gap-x-4 gap-y-1 text-xs">
              {cells(row).map((value, index) => (
                <div key={kColumns[index + 1]} className="contents">
                  <dt className="text-soft">{kColumns[index + 1]}</dt>
                  <dd className="min-w-0 text-right font-mono break-words tabular-nums">{value}</dd>
                </div>
              ))}
            </dl>
          </li>
        ))}
      </ul>
    </section>
  );
}

function picture(stats: StreamStats | null): string {
  if (stats?.width === undefined || stats.height === undefined) return '–';
  return `${stats.width}×${stats.height} · ${figure(stats.fps, 'fps')}`;
}

const kReasons: Record<LayerReason, string> = {
  none: '',
  estimate: 'limited by your connection',
  draining: 'limited by your connection (emptying a queue)',
  probe_wait: 'limited by your connection (trying for more)',
  server_limit: 'limited by your connection (it fell behind)',
  paused_estimate: 'paused: your connection is too weak',
  client_wish: 'as large as its tile',
  publisher_off: 'switched off by the sender',
  publisher_limited: 'the sender sends no more',
  waiting_key_frame: 'waiting for a whole picture',
};

function servedWords(served: StreamRow['served']): string {
  if (served === undefined) return '';
  const layer = served.spatialLayer === null ? '' : `layer ${served.spatialLayer + 1}`;
  return [layer, kReasons[served.reason]].filter(Boolean).join(', ');
}

function details(stats: StreamStats | null): string {
  if (stats === null) return '–';
  const parts = stats.layers.map((each) => `${each.rid} ${each.height ?? 0}p ${figure(each.kbps, 'k')}`);
  if (stats.limitation !== undefined && stats.limitation !== 'none') parts.push(`limited by ${stats.limitation}`);
  if (stats.framesDropped) parts.push(`${stats.framesDropped} dropped`);
  if (stats.freezes) parts.push(`${stats.freezes} freezes`);
  return parts.length === 0 ? '–' : parts.join(', ');
}
