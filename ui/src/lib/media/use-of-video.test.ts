import { describe, expect, it } from 'vitest';
import { isSameUse, kAllVideo, layerFor, useOf, type ShownVideo } from './use-of-video';

const camera = (producerId: string, height: number, focused = false): ShownVideo => ({ producerId, kind: 'camera', height, focused });

describe('the layer asked for', () => {
  it('is the next size up of the place on the screen, in its own pixels', () => {
    expect([90, 180, 190, 240, 360, 390, 480, 1080].map((height) => layerFor(camera('a', height), 1, 'all'))).toEqual([0, 0, 0, 1, 1, 1, 2, 2]);
    expect(layerFor(camera('a', 180), 2, 'all')).toBe(1);
    expect(layerFor(camera('a', 180), 3, 'all')).toBe(2);
  });

  it('is all of a screen, whatever its place: text in half its size can not be read', () => {
    const screen: ShownVideo = { producerId: 's', kind: 'screen', height: 90, focused: false };
    expect(layerFor(screen, 1, 'all')).toBe(2);
    expect(layerFor(screen, 1, 'saver')).toBe(2);
  });

  it('is small where data is saved, and less so of what was asked for', () => {
    expect(layerFor(camera('a', 700), 2, 'saver')).toBe(0);
    expect(layerFor(camera('a', 700, true), 2, 'saver')).toBe(1);
    expect(layerFor(camera('a', 100, true), 1, 'saver')).toBe(0);
  });
});

describe('what there is a use for', () => {
  it('is what has a place', () => {
    const use = useOf(['a', 'b'], [camera('a', 360)], 1, 'all');
    expect([...use.hidden]).toEqual(['b']);
    expect([...use.layers]).toEqual([['a', 1]]);
  });

  it('is no video at all where sound alone is wanted', () => {
    expect([...useOf(['a', 'b'], [camera('a', 360)], 1, 'sound').hidden]).toEqual(['a', 'b']);
  });

  it('is told again only where it changed', () => {
    const use = useOf(['a'], [camera('a', 360)], 1, 'all');
    expect(isSameUse(use, useOf(['a'], [camera('a', 350)], 1, 'all'))).toBe(true);
    expect(isSameUse(use, useOf(['a'], [camera('a', 600)], 1, 'all'))).toBe(false);
    expect(isSameUse(use, useOf(['a', 'b'], [camera('a', 360)], 1, 'all'))).toBe(false);
    expect(isSameUse(kAllVideo, use)).toBe(false);
    const large = useOf(['a'], [camera('a', 360, true)], 1, 'all');
    expect(large.focused).toBe('a');
    expect(isSameUse(use, large)).toBe(false);
  });
});
