import { useSyncExternalStore } from 'react';

const never = () => () => {};

/** Whether the page is alive: false in what was rendered when it was built, until React has taken it over. */
export function useAlive(): boolean {
  return useSyncExternalStore(never, () => true, () => false);
}
