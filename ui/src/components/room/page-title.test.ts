import { describe, expect, it } from 'vitest';
import { titleOf } from './page-title';

const inside = { room: 'abc-defg-hij', phase: 'joined', offlineSince: null, unread: 0 } as const;

describe('the title of the tab', () => {
  it('names the room and whether one is in it', () => {
    expect(titleOf('found', { ...inside, phase: 'outside' })).toBe('Ready to join? · abc-defg-hij · confab');
    expect(titleOf('found', inside)).toBe('In the meeting · abc-defg-hij · confab');
    expect(titleOf('found', { ...inside, phase: 'left' })).toBe('You left the meeting · abc-defg-hij · confab');
  });

  it('begins with what wants attention', () => {
    expect(titleOf('found', { ...inside, unread: 3 })).toBe('(3) In the meeting · abc-defg-hij · confab');
    expect(titleOf('found', { ...inside, unread: 3, offlineSince: 1 })).toBe('Reconnecting… · abc-defg-hij · confab');
  });

  it('says that there is no meeting', () => {
    expect(titleOf('none', { ...inside, phase: 'outside' })).toBe('There is no such meeting · confab');
  });
});
