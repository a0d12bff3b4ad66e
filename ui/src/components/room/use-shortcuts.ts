'use client';

import { useEffect } from 'react';
import { isLive, useMeeting } from '@/lib/store/meeting';
import type { RoomActions } from './actions';

export const kShortcuts = [
  { keys: 'M', does: 'Microphone on or off' },
  { keys: 'Space', does: 'Hold to talk while muted' },
  { keys: 'V', does: 'Camera on or off' },
  { keys: 'S', does: 'Share your screen, or stop' },
  { keys: 'H', does: 'Raise or lower your hand' },
  { keys: 'C', does: 'Chat' },
  { keys: 'P', does: 'People' },
  { keys: 'G', does: 'Grid, or follow shared screens' },
  { keys: 'T', does: 'Statistics' },
  { keys: '?', does: 'This list' },
  { keys: 'Esc', does: 'Close what is open' },
] as const;

/** Keys belong to the field or control that has the focus first. */
function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName));
}

function ownsSpace(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest('button, a, summary, [role="menuitem"], [role="dialog"]') !== null;
}

export function useShortcuts(actions: RoomActions, openHelp: () => void, blocked: boolean): void {
  useEffect(() => {
    if (blocked) return;
    let talking = false;
    const stopTalking = () => {
      if (!talking) return;
      talking = false;
      actions.setMicrophone(false);
    };
    const down = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
      if (event.code === 'Space') {
        if (ownsSpace(event.target)) return;
        event.preventDefault();
        const { people, selfId } = useMeeting.getState();
        if (event.repeat || isLive(people[selfId], 'microphone')) return;
        talking = true;
        actions.setMicrophone(true);
        return;
      }
      if (event.repeat) return;
      const act = {
        m: actions.toggleMicrophone,
        v: actions.toggleCamera,
        s: actions.toggleScreen,
        h: actions.toggleHand,
        c: () => actions.togglePanel('chat'),
        p: () => actions.togglePanel('people'),
        g: actions.toggleGrid,
        t: actions.toggleStats,
        '?': openHelp,
        escape: actions.closePanel,
      }[event.key.toLowerCase()];
      if (act === undefined) return;
      event.preventDefault();
      act();
    };
    const up = (event: KeyboardEvent) => {
      if (event.code === 'Space') stopTalking();
    };
    window.addEventListener('keydown', down);
    window.addEventListener('keyup', up);
    // The key is released somewhere else when the window loses the focus.
    window.addEventListener('blur', stopTalking);
    return () => {
      stopTalking();
      window.removeEventListener('keydown', down);
      window.removeEventListener('keyup', up);
      window.removeEventListener('blur', stopTalking);
    };
  }, [actions, openHelp, blocked]);
}
