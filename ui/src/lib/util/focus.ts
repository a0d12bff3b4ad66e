/** Where the keyboard goes when what it was in has gone. */

function canTake(element: HTMLElement | null): element is HTMLElement {
  return element !== null && element !== document.body && element.isConnected && !element.matches(':disabled') && element.checkVisibility({ visibilityProperty: true });
}

/** The first of these that is on the screen gets the focus; selectors name what may be drawn anew. */
export function focusFirst(...wanted: (HTMLElement | string | null)[]): void {
  for (const each of wanted) {
    const found = typeof each === 'string' ? [...document.querySelectorAll<HTMLElement>(each)].find(canTake) ?? null : each;
    if (!canTake(found)) continue;
    found.focus({ preventScroll: true });
    if (document.activeElement === found) return;
  }
}
