import { useSyncExternalStore } from 'react';

export const kTabs = ['meetings', 'nodes', 'joins', 'audit'] as const;
export type Tab = (typeof kTabs)[number];

export interface Place {
  tab: Tab;
  /** Of the meeting that is looked at. */
  meeting: string | null;
}

export function placeOf(hash: string): Place {
  const [word = '', meeting] = hash.replace(/^#/, '').split('/');
  const tab = kTabs.find((each) => each === word) ?? 'meetings';
  return { tab, meeting: tab === 'meetings' && /^mt_[0-9a-z]{26}$/.test(meeting ?? '') ? (meeting ?? null) : null };
}

const subscribe = (listener: () => void) => {
  addEventListener('hashchange', listener);
  return () => removeEventListener('hashchange', listener);
};
const read = () => location.hash;
const none = () => '';

/** What is looked at stands in the address, so that Back and a link work. */
export function usePlace(): Place {
  return placeOf(useSyncExternalStore(subscribe, read, none));
}
