'use client';

import { useMemo } from 'react';
import { useMeeting } from '@/lib/store/meeting';
import { tagsOf } from '@/lib/util/alike';

/** Participant id → the tag that tells it from others of its name; also from those who only wrote and left. */
export function useTags(): Record<string, string> {
  const people = useMeeting((state) => state.people);
  const chat = useMeeting((state) => state.chat);
  return useMemo(() => {
    const writers = chat.flatMap(({ from, to }) => (to === null ? [from] : [from, to]));
    return tagsOf([...Object.values(people), ...writers.filter(({ id }) => people[id] === undefined)]);
  }, [people, chat]);
}

/** In one line of text, where no markup can be. */
export function tagged(name: string, tag: string | undefined): string {
  return tag === undefined ? name : `${name} · ${tag}`;
}
