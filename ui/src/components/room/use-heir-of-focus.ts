'use client';

import { useEffectEvent, useLayoutEffect, type RefObject } from 'react';
import { focusFirst } from '@/lib/util/focus';

/** Where the focus goes when what has it leaves by itself: a message that times out, a tile whose person left. */
export function useHeirOfFocus(ref: RefObject<HTMLElement | null>, ...heirs: string[]): void {
  const passOn = useEffectEvent(() => focusFirst(...heirs, '[data-testid="room-code"]', 'h1'));
  useLayoutEffect(() => {
    const box = ref.current;
    return () => {
      if (box?.contains(document.activeElement)) passOn();
    };
  }, [ref]);
}
