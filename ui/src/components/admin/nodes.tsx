'use client';

import { useState } from 'react';
import { Button } from '@/components/ui/button';
import { Dialog } from '@/components/ui/dialog';
import type { NodeInfo } from '@/lib/admin/api';
import { describeError } from '@/lib/protocol/errors';
import { useApi, usePolled } from './api-context';
import { Figure, Freshness, Heading } from './parts';

const kRoles: Record<NodeInfo['role'], string> = { serve: 'Everything in one process', signaling: 'Signaling', media: 'Media' };

const keyOf = (node: NodeInfo) => `${node.role}-${node.id}`;

function stateOf(node: NodeInfo): { word: string; tone: string } {
  if (!node.up) return { word: 'Does not answer', tone: 'text-danger-text' };
  if (node.leaving) return { word: 'Leaving', tone: 'text-warn' };
  if (node.draining) return { word: 'Drained: takes no new meetings', tone: 'text-warn' };
  return { word: 'Takes meetings', tone: 'text-live' };
}

export function Nodes() {
  const { api } = useApi();
  const polled = usePolled<{ nodes: NodeInfo[] }>('/api/nodes', 2000);
  const [asked, setAsked] = useState<NodeInfo | null>(null);
  const [problem, setProblem] = useState('');
  const change = async (node: NodeInfo, isDrain: boolean) => {
    setProblem('');
    try {
      await (isDrain ? api.drain(node.id) : api.undrain(node.id));
    } catch (failure) {
      setProblem(describeError(failure));
    }
    polled.again();
  };
  return (
    <section aria-label="Nodes">
      <Heading>Nodes</Heading>
      <ul className="mt-4 grid gap-3 md:grid-cols-2" data-testid="nodes">
        {(polled.value?.nodes ?? []).map((node) => (
          <Node key={keyOf(node)} node={node} onDrain={() => setAsked(node)} onUndrain={() => void change(node, false)} />
        ))}
      </ul>
      <p role="alert" data-testid="node-problem" className="mt-3 text-sm text-danger-text empty:hidden">{problem}</p>
      <Freshness of={polled} testId="freshness" />
      <Dialog
        open={asked !== null}
        onOpenChange={() => setAsked(null)}
        title={asked === null ? '' : `Drain node ${asked.id}?`}
        description={asked === null ? '' : warningOf(asked)}
        testId="confirm"
        openers={['[data-testid="drain"]', '[data-testid="undrain"]']}
      >
        <div className="flex flex-col gap-3 pt-2 sm:flex-row-reverse">
          <Button
            tone="danger"
            data-testid="confirm-yes"
            className="min-h-12 px-6"
            onClick={() => {
              if (asked !== null) void change(asked, true);
              setAsked(null);
            }}
          >
            Drain
          </Button>
          <Button data-testid="confirm-no" className="min-h-12 px-6" onClick={() => setAsked(null)}>Cancel</Button>
        </div>
      </Dialog>
    </section>
  );
}

function warningOf({ role, meetings }: NodeInfo): string {
  const there = meetings === 1 ? 'The meeting that is there goes' : `The ${meetings} meetings that are there go`;
  if (role === 'serve') return `No rooms can be made until you take it back. ${there} on, and people may join them.`;
  return `It is given no new meetings. ${there} on for ten minutes; what is left is then taken to another node, which interrupts sound and picture for a moment.`;
}

function Node({ node, onDrain, onUndrain }: { node: NodeInfo; onDrain: () => void; onUndrain: () => void }) {
  const { word, tone } = stateOf(node);
  return (
    <li className="card flex flex-col gap-3 rounded-2xl bg-ink-850 p-5" data-testid="node" data-node={keyOf(node)}>
      <div className="flex items-start gap-3">
        <div className="min-w-0 flex-1">
          <h3 className="font-semibold">Node {node.id}{node.self && <span className="font-normal text-soft"> · answers this page</span>}</h3>
          <p className="text-sm text-soft">{kRoles[node.role]}{node.region !== '' && `, ${node.region}`}</p>
          <p className={`mt-1 text-sm ${tone}`} data-testid="node-state">{word}</p>
        </div>
        {node.drainable && node.up && !node.draining && <Button data-testid="drain" onClick={onDrain}>Drain</Button>}
        {node.drainable && node.up && node.draining && <Button tone="accent" data-testid="undrain" onClick={onUndrain}>Take back</Button>}
      </div>
      <dl className="grid grid-cols-3 gap-3 text-sm">
        <Figure name="Meetings">{node.load?.meetings ?? node.meetings}</Figure>
        <Figure name="Transports">{node.load?.transports ?? '–'}</Figure>
        {node.load?.lagMs !== undefined && <Figure name="Loop late by">{node.load.lagMs.toFixed(1)} ms</Figure>}
      </dl>
    </li>
  );
}
