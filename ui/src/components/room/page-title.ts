import type { MeetingStore } from '@/lib/store/meeting';

type Seen = Pick<MeetingStore, 'room' | 'phase' | 'offlineSince' | 'unread'>;

/** The title of a room's page: what is the matter first, since a tab shows only its beginning. */
export function titleOf(lookup: 'looking' | 'barred' | 'found' | 'none' | 'error', { room, phase, offlineSince, unread }: Seen): string {
  const say = (...parts: string[]) => [...parts, 'confab'].filter(Boolean).join(' · ');
  if (lookup === 'none') return say('There is no such meeting');
  if (lookup === 'barred') return say('Not for guests', room);
  if (lookup === 'error') return say('The meeting could not be looked up');
  switch (phase) {
    case 'outside':
      return say(lookup === 'looking' ? 'Looking for the meeting' : 'Ready to join?', room);
    case 'password':
      return say('A password is needed', room);
    case 'lobby':
      return say(offlineSince !== null ? 'Reconnecting…' : 'Waiting to be let in', room);
    case 'denied':
      return say('You were not let in', room);
    case 'removed':
      return say('You were removed', room);
    case 'joining':
      return say('Joining…', room);
    case 'joined':
      return say(offlineSince !== null ? 'Reconnecting…' : unread > 0 ? `(${unread}) In the meeting` : 'In the meeting', room);
    case 'left':
      return say('You left the meeting', room);
    case 'ended':
      return say('The meeting is over', room);
    case 'replaced':
      return say('Goes on in another tab', room);
    case 'failed':
      return say('You could not join', room);
  }
}
