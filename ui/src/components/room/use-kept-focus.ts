'use client';

import { useEffectEvent, useLayoutEffect, type RefObject } from 'react';
import { focusFirst } from '@/lib/util/focus';

/**
 * What opens over the room or beside it takes the focus, and gives it back when it closes: to where
 * it was, or to the control that opens it. `first` is what gets it inside.
 */
export function useKeptFocus(ref: RefObject<HTMLElement | null>, first: RefObject<HTMLElement | null>, ...openers: string[]): void {
  const giveBack = useEffectEvent((before: HTMLElement | null) => {
    // Menu items vanish together with their menu.
    focusFirst(before?.closest('[role="menu"]') ? null : before, ...openers, '[data-testid="more"]', '[data-testid="room-code"]');
  });
  useLayoutEffect(() => {
    const box = ref.current;
    const before = document.activeElement instanceof HTMLElement ? document.activeElement : null;
    // What is meant to have it may not be there: a chat that one may only read.
    (first.current ?? box?.querySelector<HTMLElement>('h2'))?.focus({ preventScroll: true });
    return () => {
      const now = document.activeElement;
      if (box !== null && now !== null && now !== document.body && !box.contains(now)) return;
      giveBack(before);
    };
  }, [ref, first]);
}
