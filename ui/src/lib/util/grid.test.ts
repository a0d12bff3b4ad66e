import { describe, expect, it } from 'vitest';
import { bestGrid, pageCapacity, pageOf } from './grid';

describe('bestGrid', () => {
  it('never leaves the rectangle, whatever the count', () => {
    for (const [width, height] of [[1280, 640], [390, 600], [900, 900], [300, 200]] as const) {
      for (let count = 1; count <= 25; count++) {
        const { columns, rows, tileWidth, tileHeight } = bestGrid(width, height, count, 12);
        expect(columns * rows).toBeGreaterThanOrEqual(count);
        expect(columns * tileWidth + (columns - 1) * 12).toBeLessThanOrEqual(width);
        expect(rows * tileHeight + (rows - 1) * 12).toBeLessThanOrEqual(height);
      }
    }
  });

  it('puts two side by side on a desktop and above each other on a phone', () => {
    expect(bestGrid(1280, 640, 2, 12)).toMatchObject({ columns: 2, rows: 1 });
    expect(bestGrid(366, 600, 2, 12)).toMatchObject({ columns: 1, rows: 2 });
  });
});

describe('paging', () => {
  it('keeps tiles readable', () => {
    expect(pageCapacity(366, 600, 8)).toBe(12);
    expect(pageCapacity(1280, 640, 12)).toBe(20);
    expect(pageCapacity(100, 50, 12)).toBe(1);
  });

  it('stays on a page that exists when people leave', () => {
    expect(pageOf([1, 2, 3, 4, 5], 1, 2)).toEqual({ items: [3, 4], page: 1, pages: 3 });
    expect(pageOf([1, 2], 7, 2)).toEqual({ items: [1, 2], page: 0, pages: 1 });
    expect(pageOf([], 0, 4)).toEqual({ items: [], page: 0, pages: 1 });
  });
});
