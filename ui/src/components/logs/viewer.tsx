'use client';

import { Download, LogOut, Pause, Play } from 'lucide-react';
import { Button } from '@/components/ui/button';
import { CopyButton } from '@/components/ui/copy-button';
import { Logo } from '@/components/ui/logo';
import { downloadUrl, signOut } from '@/lib/logs/api';
import type { FeedState } from '@/lib/logs/feed';
import { toQuery } from '@/lib/logs/filter';
import { FilterBar } from './filter-bar';
import { LineList } from './line-list';
import { useFeed } from './use-feed';
import { useFilter } from './use-filter';

interface ViewerProps {
  canSignOut: boolean;
  onSignedOut: () => void;
}

const kTail: Record<FeedState['tail'], string> = {
  off: 'Not live', connecting: 'Connecting…', live: 'Live', paused: 'Paused',
};

export function Viewer({ canSignOut, onSignedOut }: ViewerProps) {
  const [filter, change, clear] = useFilter();
  const [feed, state] = useFeed(filter, onSignedOut);
  const leave = () => signOut().then(onSignedOut, onSignedOut);
  const paused = state.tail === 'paused';

  return (
    <div className="flex h-dvh flex-col">
      <header className="flex flex-wrap items-center gap-x-3 gap-y-2 border-b border-ink-700 px-3 py-2 sm:px-5">
        <Logo compact />
        <h1 className="text-lg font-semibold tracking-tight">Logs</h1>
        <TailState state={state} />
        <div className="ml-auto flex items-center gap-2">
          {filter.to === '' && (
            <Button data-testid="pause" aria-keyshortcuts="p" title={paused ? 'Go on (P)' : 'Pause (P)'} className="px-3" onClick={() => (paused ? feed.resume() : feed.pause())}>
              {paused ? <Play className="size-4" aria-hidden /> : <Pause className="size-4" aria-hidden />}
              {paused ? 'Go on' : 'Pause'}
            </Button>
          )}
          <a
            data-testid="download"
            href={downloadUrl(toQuery(filter))}
            download
            className="inline-flex min-h-11 items-center gap-2 rounded-xl bg-ink-700 px-3 text-[0.95rem] font-medium hover:bg-ink-600"
          >
            <Download className="size-4" aria-hidden />
            <span className="max-sm:sr-only">Download</span>
          </a>
          <CopyButton label="Link" text={typeof location === 'undefined' ? '' : location.href} tone="ghost" className="px-3 max-sm:hidden" testId="copy-link" />
          {canSignOut && (
            <Button tone="ghost" className="px-3" data-testid="sign-out" onClick={() => void leave()}>
              <LogOut className="size-4" aria-hidden />
              <span className="max-sm:sr-only">Sign out</span>
            </Button>
          )}
        </div>
      </header>
      <main className="flex min-h-0 flex-1 flex-col">
        <FilterBar filter={filter} entries={state.entries} onChange={change} onClear={clear} />
        {state.lost !== '' && <p role="status" data-testid="lost" className="border-b border-ink-700 px-3 py-2 text-sm text-warn sm:px-5">{state.lost}</p>}
        <LineList feed={feed} state={state} onFollow={(what) => change(what)} />
      </main>
    </div>
  );
}

function TailState({ state }: { state: FeedState }) {
  const live = state.tail === 'live';
  return (
    <p role="status" data-testid="tail" className={`flex items-center gap-1.5 text-sm ${live ? 'text-live' : 'text-soft'}`}>
      <span aria-hidden className={`size-2 rounded-full ${live ? 'animate-pulse-soft bg-live' : 'bg-ink-500'}`} />
      {kTail[state.tail]}
    </p>
  );
}
