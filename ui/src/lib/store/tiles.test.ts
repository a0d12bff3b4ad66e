import { describe, expect, it } from 'vitest';
import type { Participant, ProducerInfo } from '@/lib/protocol/types';
import { allTiles, focusedTile } from './tiles';

const camera = (id: string, paused = false): ProducerInfo => ({ id, kind: 'video', source: 'camera', paused });
const screen = (id: string): ProducerInfo => ({ id, kind: 'video', source: 'screen', paused: false });

function person(id: string, joinedAt: number, producers: ProducerInfo[] = []): Participant {
  return { id, name: id, role: 'member', joinedAt, hand: null, connection: 'connected', producers };
}

function state(...list: Participant[]) {
  return { selfId: 'me', people: Object.fromEntries(list.map((each) => [each.id, each])) };
}

describe('tiles', () => {
  it('are one per person, with or without a camera, plus one per screen', () => {
    const tiles = allTiles(state(person('b', 2, [camera('pc'), screen('ps')]), person('me', 3), person('a', 1, [camera('px', true)])));
    expect(tiles.map((each) => [each.key, each.producerId])).toEqual([
      ['b:screen', 'ps'],
      ['me:camera', undefined],
      ['a:camera', undefined],
      ['b:camera', 'pc'],
    ]);
  });

  it('stay one per person while a producer replaces another', () => {
    const tiles = allTiles(state(person('b', 1, [camera('old', true), camera('new')])));
    expect(tiles).toHaveLength(1);
    expect(tiles[0]?.producerId).toBe('new');
  });
});

describe('the spotlight', () => {
  const tiles = allTiles(state(person('me', 0, [screen('mine')]), person('b', 1, [screen('ps')]), person('c', 2)));

  it('goes to the pin first, then to another’s screen, never by itself to one’s own', () => {
    expect(focusedTile(tiles, { kind: 'pinned', tile: 'c:camera' })?.key).toBe('c:camera');
    expect(focusedTile(tiles, { kind: 'auto' })?.key).toBe('b:screen');
    expect(focusedTile(tiles, { kind: 'pinned', tile: 'gone:camera' })?.key).toBe('b:screen');
    expect(focusedTile(allTiles(state(person('me', 0, [screen('mine')]))), { kind: 'auto' })).toBeUndefined();
  });

  it('is left when the grid is asked for', () => {
    expect(focusedTile(tiles, { kind: 'grid' })).toBeUndefined();
  });
});
