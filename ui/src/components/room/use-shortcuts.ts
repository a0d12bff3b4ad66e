'use client';

import { useEffect } from 'react';
import type { RoomActions } from './actions';
import { PushToTalk } from './push-to-talk';

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

// A shorter press on the microphone's own button is a click on it.
const kHoldMs = 350;

const closest = (target: EventTarget | null, selector: string) => (target instanceof Element ? target.closest(selector) : null);

/** Where letters have a meaning of their own: text, lists that are searched by typing, what lies over the room. */
function ownsLetters(target: EventTarget | null): boolean {
  return closest(target, 'input, textarea, select, [contenteditable], [role="menu"], [role="listbox"], [role="dialog"]') !== null;
}

function ownsSpace(target: EventTarget | null): boolean {
  return closest(target, 'button, a, summary, [role="region"]') !== null;
}

export function useShortcuts(actions: RoomActions, openHelp: () => void, blocked: boolean): void {
  useEffect(() => {
    if (blocked) return;
    const talk = new PushToTalk({ isOn: actions.wantsMicrophone, set: actions.setMicrophone });
    let hold: ReturnType<typeof setTimeout> | undefined;
    let held = false;
    const stop = () => {
      clearTimeout(hold);
      held = false;
      talk.end();
    };

    const space = (event: KeyboardEvent) => {
      const onMicrophone = closest(event.target, '[data-testid="toggle-mic"]') !== null;
      if (ownsSpace(event.target) && !onMicrophone) return;
      if (!onMicrophone) {
        // A page must not scroll by it.
        event.preventDefault();
        if (!event.repeat) talk.begin();
      } else if (!event.repeat) {
        hold = setTimeout(() => (held = talk.begin()), kHoldMs);
      }
    };
    const down = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || ownsLetters(event.target)) return;
      if (event.code === 'Space') return space(event);
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
        escape: actions.closeTop,
      }[event.key.toLowerCase()];
      if (act === undefined) return;
      event.preventDefault();
      act();
    };
    const up = (event: KeyboardEvent) => {
      if (event.code !== 'Space') return;
      // Held on the microphone's button: the release ends the talk and is no click.
      if (held) event.preventDefault();
      stop();
    };
    const hidden = () => document.hidden && stop();
    window.addEventListener('keydown', down);
    window.addEventListener('keyup', up, true);
    // The key is released somewhere else when the window loses the focus.
    window.addEventListener('blur', stop);
    document.addEventListener('visibilitychange', hidden);
    return () => {
      stop();
      window.removeEventListener('keydown', down);
      window.removeEventListener('keyup', up, true);
      window.removeEventListener('blur', stop);
      document.removeEventListener('visibilitychange', hidden);
    };
  }, [actions, openHelp, blocked]);
}
