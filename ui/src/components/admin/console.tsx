'use client';

import { LogOut } from 'lucide-react';
import { Button } from '@/components/ui/button';
import { Logo } from '@/components/ui/logo';
import type { NodeStats } from '@/lib/admin/api';
import { ageWords } from '@/lib/admin/words';
import { usePolled } from './api-context';
import { AuditLog } from './audit-log';
import { Joins } from './joins';
import { MeetingList } from './meeting-list';
import { MeetingView } from './meeting-view';
import { Nodes } from './nodes';
import { Freshness } from './parts';
import { kTabs, usePlace, type Tab } from './use-place';

const kTitles: Record<Tab, string> = { meetings: 'Meetings', nodes: 'Nodes', joins: 'Joins', audit: 'Audit log' };

export function Console({ onSignOut }: { onSignOut: () => void }) {
  const { tab, meeting } = usePlace();
  const stats = usePolled<NodeStats>('/api/stats', 5000);
  return (
    <div className="min-h-dvh">
      <header className="border-b border-ink-700">
        <div className="mx-auto flex max-w-6xl flex-wrap items-center gap-x-4 gap-y-1 px-4 pt-3 sm:px-8">
          <Logo compact />
          <h1 className="text-lg font-semibold tracking-tight">Admin</h1>
          <Button tone="ghost" className="ml-auto px-3" data-testid="sign-out" onClick={onSignOut}>
            <LogOut className="size-4" aria-hidden /> Sign out
          </Button>
          <nav aria-label="Parts" className="-mb-px flex w-full gap-1 overflow-x-auto">
            {kTabs.map((each) => (
              <a
                key={each}
                href={`#${each}`}
                data-testid={`tab-${each}`}
                aria-current={each === tab ? 'page' : undefined}
                className={`min-h-11 rounded-t-lg border-b-2 px-3 py-2.5 text-[0.95rem] font-medium whitespace-nowrap ${each === tab ? 'border-accent text-text' : 'border-transparent text-soft hover:text-text'}`}
              >
                {kTitles[each]}
              </a>
            ))}
          </nav>
        </div>
      </header>
      <main className="mx-auto max-w-6xl px-4 py-6 sm:px-8">
        <Overview stats={stats} />
        {tab === 'meetings' && (meeting === null ? <MeetingList /> : <MeetingView key={meeting} id={meeting} />)}
        {tab === 'nodes' && <Nodes />}
        {tab === 'joins' && <Joins stats={stats} />}
        {tab === 'audit' && <AuditLog />}
      </main>
    </div>
  );
}

function Overview({ stats }: { stats: ReturnType<typeof usePolled<NodeStats>> }) {
  const { value } = stats;
  const figures: [string, string][] = [
    ['Meetings', value?.meetings.toString() ?? '–'],
    ['People', value?.participants.toString() ?? '–'],
    ['Sockets', value?.sockets.toString() ?? '–'],
    ['Streams in', value?.producers.toString() ?? '–'],
    ['Streams out', value?.consumers.toString() ?? '–'],
    ['Running for', value === null ? '–' : ageWords(value.at - value.since)],
  ];
  return (
    <section aria-label="This node" className="mb-8">
      <dl className="grid grid-cols-3 gap-2 sm:grid-cols-6" data-testid="overview">
        {figures.map(([name, figure]) => (
          <div key={name} className="card rounded-2xl bg-ink-850 px-3 py-2.5 sm:px-4">
            <dt className="text-xs text-soft">{name}</dt>
            <dd className="mt-0.5 text-lg font-semibold whitespace-nowrap tabular-nums sm:text-xl" data-testid={`figure-${name.toLowerCase().replace(' ', '-')}`}>{figure}</dd>
          </div>
        ))}
      </dl>
      <Freshness of={stats} testId="overview-freshness" note={value === null ? '' : `Node ${value.node}, build ${value.build}`} />
    </section>
  );
}
