/**
 * Who stands where, kept from one look to the next: tiles must not change places because of what
 * others do, except that who speaks on a later page comes to the first one.
 */

/** The places of before, without who has gone; who is new stands at the end. Screens go first. */
export function keepOrder(before: readonly string[], keys: readonly string[], isScreen: (key: string) => boolean): string[] {
  const present = new Set(keys);
  const known = new Set(before);
  const all = [...before.filter((key) => present.has(key)), ...keys.filter((key) => !known.has(key))];
  return [...all.filter(isScreen), ...all.filter((key) => !isScreen(key))];
}

interface Spoken {
  /** Whether this tile may give up its place: not one's own, not a screen, not who speaks now. */
  mayGive: (key: string) => boolean;
  /** When it was last heard; 0 for never. */
  lastHeard: (key: string) => number;
}

/** `speaker` changes places with whoever of the tiles in view was heard least recently. */
export function bringForward(order: readonly string[], inView: ReadonlySet<string>, speaker: string, { mayGive, lastHeard }: Spoken): string[] {
  const from = order.indexOf(speaker);
  if (from < 0 || inView.has(speaker)) return [...order];
  let to = -1;
  order.forEach((key, i) => {
    const held = order[to];
    if (!inView.has(key) || !mayGive(key)) return;
    // Of equals the last one: the eye rests at the top.
    if (held === undefined || lastHeard(key) <= lastHeard(held)) to = i;
  });
  if (to < 0) return [...order];
  const next = [...order];
  next[from] = order[to] ?? speaker;
  next[to] = speaker;
  return next;
}
