import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { memoryStorage } from '@/testing/storage';
import { takeHostKey } from './host-link';
import { loadHostKey, saveHostKey } from './resume';

const room = 'abc-defg-hij';
let shown = '';

beforeEach(() => {
  vi.stubGlobal('localStorage', memoryStorage());
  vi.stubGlobal('location', { hash: '#host=new-key-1', pathname: `/room/${room}`, search: '?x=1' });
  vi.stubGlobal('history', { state: null, replaceState: (_: unknown, __: string, path: string) => (shown = path) });
});
afterEach(() => vi.unstubAllGlobals());

it('keeps the key of a host link at once, and takes it out of the address bar', () => {
  void takeHostKey(room, () => Promise.reject(new Error('not asked')));
  expect(loadHostKey(room)).toBe('new-key-1');
  expect(shown).toBe(`/room/${room}?x=1`);
});

it('a link that somebody made up costs the owner nothing', async () => {
  saveHostKey(room, 'the-owners');
  expect(await takeHostKey(room, () => Promise.resolve(false))).toBe(false);
  expect(loadHostKey(room)).toBe('the-owners');
  expect(shown).toBe(`/room/${room}?x=1`);
});

it('one that the server knows takes the place of an old one', async () => {
  saveHostKey(room, 'of-before');
  expect(await takeHostKey(room, () => Promise.resolve(true))).toBe(true);
  expect(loadHostKey(room)).toBe('new-key-1');
});
