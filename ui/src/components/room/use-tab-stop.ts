import { useState, type KeyboardEvent } from 'react';

const kSteps: Record<string, number> = { ArrowUp: -1, ArrowDown: 1 };

/**
 * Of many alike buttons in a list one is a stop of the Tab key, so that what comes after the list is
 * one step away; arrows lead to the others. It is the last until another has had the focus.
 */
export function useTabStop(ids: readonly string[]) {
  const [had, setHad] = useState<string | null>(null);
  const stop = had !== null && ids.includes(had) ? had : ids.at(-1);
  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    const step = kSteps[event.key];
    const id = event.target instanceof HTMLElement ? event.target.dataset.stop : undefined;
    if (step === undefined || id === undefined) return;
    event.preventDefault();
    const next = ids[ids.indexOf(id) + step];
    if (next === undefined) return;
    setHad(next);
    event.currentTarget.querySelector<HTMLElement>(`[data-stop="${CSS.escape(next)}"]`)?.focus();
  };
  return { stop, onKeyDown, onFocus: setHad };
}
