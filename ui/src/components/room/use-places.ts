'use client';

import { useEffect, useEffectEvent, useMemo, useRef, useState } from 'react';
import { isLive, useMeeting } from '@/lib/store/meeting';
import type { TileModel } from '@/lib/store/tiles';
import { bringForward, keepOrder } from '@/lib/util/order';

// A cough or a "yes" does not move anybody; a breath between two words does not begin it anew.
const kSpeaksForMs = 900;
const kBreathMs = 1500;

/**
 * The order in which tiles stand. `view` says which of them are to be seen, and whether that is the
 * first page: only there somebody who speaks elsewhere is brought forward, since who leafs through
 * the others wants them to hold still.
 */
export function usePlaces(tiles: readonly TileModel[]) {
  const [kept, setKept] = useState<readonly string[]>([]);
  const byKey = useMemo(() => new Map(tiles.map((each) => [each.key, each])), [tiles]);
  const order = useMemo(
    () => keepOrder(kept, tiles.map((each) => each.key), (key) => byKey.get(key)?.kind === 'screen'),
    [kept, tiles, byKey],
  );
  const ordered = useMemo(() => order.flatMap((key) => byKey.get(key) ?? []), [order, byKey]);
  return { ordered, order, setKept };
}

/** Keys of the tiles of whoever speaks and cannot be seen. */
export function useSpeakingElsewhere(tiles: readonly TileModel[], shown: readonly TileModel[]): string[] {
  const speaking = useMeeting((state) => state.speaking);
  return useMemo(() => {
    const visible = new Set(shown.map((each) => each.participant.id));
    return tiles
      .filter(({ kind, participant: { id } }) => kind === 'camera' && !visible.has(id) && speaking[id] !== undefined)
      .filter(({ participant }) => isLive(participant, 'microphone'))
      .map((each) => each.key);
  }, [tiles, shown, speaking]);
}

interface ForwardProps {
  order: readonly string[];
  setKept: (order: readonly string[]) => void;
  tiles: readonly TileModel[];
  shown: readonly TileModel[];
  elsewhere: readonly string[];
  firstPage: boolean;
}

/** Brings who speaks on a later page to the first one. */
export function useBringForward({ order, setKept, tiles, shown, elsewhere, firstPage }: ForwardProps): void {
  const heard = useRef(new Map<string, number>());
  const speaking = useMeeting((state) => state.speaking);
  useEffect(() => {
    for (const id of Object.keys(speaking)) heard.current.set(`${id}:camera`, Date.now());
  }, [speaking]);

  const bring = useEffectEvent((speaker: string) => {
    const now = useMeeting.getState().speaking;
    const byKey = new Map(tiles.map((each) => [each.key, each]));
    const mayGive = (key: string) => {
      const tile = byKey.get(key);
      return tile !== undefined && !tile.isSelf && tile.kind === 'camera' && now[tile.participant.id] === undefined;
    };
    const inView = new Set(shown.map((each) => each.key));
    setKept(bringForward(order, inView, speaker, { mayGive, lastHeard: (key) => heard.current.get(key) ?? 0 }));
  });
  const begun = useRef({ speaker: '', since: 0, until: 0 });
  const speaker = firstPage ? elsewhere[0] : undefined;
  useEffect(() => {
    if (speaker === undefined) return;
    const at = Date.now();
    const goesOn = begun.current.speaker === speaker && at - begun.current.until < kBreathMs;
    const since = goesOn ? begun.current.since : at;
    const timer = setTimeout(() => bring(speaker), Math.max(0, since + kSpeaksForMs - at));
    return () => {
      clearTimeout(timer);
      begun.current = { speaker, since, until: Date.now() };
    };
  }, [speaker]);
}
