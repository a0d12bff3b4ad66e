'use client';

import { createContext, use } from 'react';
import type { MeetingSession } from '@/lib/session/session';

const Context = createContext<MeetingSession | null>(null);

export const SessionProvider = Context.Provider;

export function useSession(): MeetingSession {
  const session = use(Context);
  if (session === null) throw new Error('used outside a room');
  return session;
}
