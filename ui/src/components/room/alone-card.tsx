'use client';

import { useRef } from 'react';
import { CopyButton } from '@/components/ui/copy-button';
import { useMeeting } from '@/lib/store/meeting';
import type { Box } from '@/lib/util/grid';
import { invitationLink } from '@/lib/util/room-code';
import { useHeirOfFocus } from './use-heir-of-focus';

/** Nobody else yet: what to do about it. */
export function AloneCard({ box: { x, y, width, height } }: { box: Box }) {
  const room = useMeeting((state) => state.room);
  const ref = useRef<HTMLDivElement>(null);
  useHeirOfFocus(ref);
  return (
    <div
      ref={ref}
      style={{ left: x, top: y, width, height }}
      data-testid="alone"
      className="absolute grid place-items-center overflow-auto rounded-(--radius-tile) border border-dashed border-ink-600 p-4 text-center"
    >
      <div>
        <p className="font-semibold">Nobody else is here yet</p>
        <p className="mt-1 font-mono text-sm text-soft">{room}</p>
        <CopyButton text={invitationLink(room)} label="Copy the invitation link" tone="accent" className="mt-4" testId="copy-invite" />
      </div>
    </div>
  );
}
