import { create } from 'zustand';
import type { Grade } from '@/lib/media/quality';

export interface Verdict {
  grade: Grade;
  /** A sentence without its full stop; empty where all is well. */
  reason: string;
}

interface QualityStore {
  /** By participant, oneself too. Who is not named is not measured, or not yet. */
  people: Record<string, Verdict>;
  /** Producers whose picture stands still. */
  stalled: ReadonlySet<string>;
  /** Producers whose video the server does not send, since the connection to here does not carry it. */
  paused: ReadonlySet<string>;
}

export const kUnmeasured: QualityStore = { people: {}, stalled: new Set(), paused: new Set() };

/** How well each person is seen and heard here. Written by the session's QualityWatch alone. */
export const useQuality = create<QualityStore>()(() => kUnmeasured);
