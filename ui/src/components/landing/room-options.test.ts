import { expect, it } from 'vitest';
import { kNoOptions, roomOf } from './room-options';

it('a room is made with what was changed, and nothing else', () => {
  expect(roomOf(kNoOptions)).toEqual({});
  expect(roomOf({ ...kNoOptions, title: '  ' })).toEqual({});
  expect(roomOf({ ...kNoOptions, title: ' Weekly ', password: 'sesame', lobby: true, chat: false })).toEqual({
    title: 'Weekly', password: 'sesame', lobby: true, permissions: { unmute: true, share: true, chat: false },
  });
});
