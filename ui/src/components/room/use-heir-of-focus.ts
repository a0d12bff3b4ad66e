'use client';

import { useLayoutEffect, type RefObject } from 'react';
import { focusFirst } from '@/lib/util/focus';

/** Where the focus goes when what has it leaves by itself: a message that times out, a tile whose person left. */
export function useHeirOfFocus(ref: RefObject<HTMLElement | null>, ...heirs: string[]): void {
  useLayoutEffect(() => {
    const box = ref.current;
    return () => {
      if (box?.contains(document.activeElement)) focusFirst(...heirs, '[data-testid="room-code"]', 'h1');
    };
    // The heirs are constants of each caller.
  }, [ref]);
}
