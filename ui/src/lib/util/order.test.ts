import { describe, expect, it } from 'vitest';
import { bringForward, keepOrder } from './order';

const isScreen = (key: string) => key.startsWith('screen');
const everyone = { mayGive: () => true, lastHeard: () => 0 };

describe('places of tiles', () => {
  it('stay when somebody joins or leaves', () => {
    expect(keepOrder(['a', 'b', 'c'], ['a', 'c', 'd', 'b'], isScreen)).toEqual(['a', 'b', 'c', 'd']);
    expect(keepOrder(['a', 'b', 'c'], ['a', 'c'], isScreen)).toEqual(['a', 'c']);
  });

  it('give the first to a shared screen', () => {
    expect(keepOrder(['a', 'b'], ['a', 'b', 'screen1'], isScreen)).toEqual(['screen1', 'a', 'b']);
  });
});

describe('who speaks on a later page', () => {
  it('comes to the first page, in the place of who was silent longest', () => {
    const heard: Record<string, number> = { a: 9, b: 2, c: 5 };
    const rule = { mayGive: (key: string) => key !== 'me', lastHeard: (key: string) => heard[key] ?? 0 };
    expect(bringForward(['me', 'a', 'b', 'c', 'd'], new Set(['me', 'a', 'b', 'c']), 'd', rule)).toEqual(['me', 'a', 'd', 'c', 'b']);
  });

  it('moves nobody who speaks, and nothing if no place can be had', () => {
    expect(bringForward(['me', 'a', 'b'], new Set(['me', 'a']), 'b', { ...everyone, mayGive: (key) => key !== 'me' && key !== 'a' })).toEqual(['me', 'a', 'b']);
  });

  it('stays where it is on the first page', () => {
    expect(bringForward(['a', 'b', 'c'], new Set(['a', 'b']), 'b', everyone)).toEqual(['a', 'b', 'c']);
  });
});
