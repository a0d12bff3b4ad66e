/**
 * What the browser keeps for us, where it does. A person may have blocked it, a private window may
 * refuse it and a full one may throw: even looking at `sessionStorage` throws then. Refused storage
 * is the same as an empty one.
 */
export type Place = 'local' | 'session';

function area(place: Place): Storage | undefined {
  try {
    return place === 'local' ? localStorage : sessionStorage;
  } catch {
    return undefined;
  }
}

export function readStored(place: Place, key: string): string | null {
  try {
    return area(place)?.getItem(key) ?? null;
  } catch {
    return null;
  }
}

export function writeStored(place: Place, key: string, value: string): void {
  try {
    area(place)?.setItem(key, value);
  } catch {
    // Full or refused: it is asked for again next time.
  }
}

export function removeStored(place: Place, key: string): void {
  try {
    area(place)?.removeItem(key);
  } catch {
    // What cannot be reached cannot be read either.
  }
}
