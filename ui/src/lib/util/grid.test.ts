import { describe, expect, it } from 'vitest';
import { bestGrid, gridBoxes, pageCapacity, pageOf, spotlightBoxes, type Box } from './grid';

function inside(box: Box, width: number, height: number): boolean {
  return box.x >= 0 && box.y >= 0 && box.x + box.width <= width && box.y + box.height <= height;
}

function overlap(a: Box, b: Box): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

const kScreens = [[1280, 640], [390, 600], [360, 520], [304, 420], [900, 900], [300, 200], [2560, 1300]] as const;

describe('the grid', () => {
  it('never leaves the rectangle and never puts one tile over another, whatever the count', () => {
    for (const [width, height] of kScreens) {
      for (let count = 1; count <= 25; count++) {
        const boxes = gridBoxes(width, height, count, 12, bestGrid(width, height, count, 12));
        expect(boxes).toHaveLength(count);
        expect(boxes.every((box) => inside(box, width, height))).toBe(true);
        expect(boxes.some((box, i) => boxes.slice(i + 1).some((other) => overlap(box, other)))).toBe(false);
      }
    }
  });

  it('puts two side by side on a desktop and above each other on a phone', () => {
    expect(bestGrid(1280, 640, 2, 12)).toMatchObject({ columns: 2, rows: 1 });
    expect(bestGrid(366, 600, 2, 12)).toMatchObject({ columns: 1, rows: 2 });
  });

  it('leaves no black beside two people: their pictures are cut to fill', () => {
    for (const [width, height] of [[1256, 640], [900, 600], [366, 640]] as const) {
      const { columns, rows, tileWidth, tileHeight } = bestGrid(width, height, 2, 12);
      expect(width - columns * tileWidth - (columns - 1) * 12).toBeLessThanOrEqual(2);
      expect(height - rows * tileHeight - (rows - 1) * 12).toBeLessThanOrEqual(2);
    }
  });

  it('does not cut a picture down to a slit on a very wide screen', () => {
    const { tileWidth, tileHeight } = bestGrid(3000, 500, 1, 12);
    expect(tileWidth / tileHeight).toBeLessThanOrEqual(2.4);
  });

  it('puts the last row in the middle', () => {
    const boxes = gridBoxes(1000, 600, 3, 10, { columns: 2, rows: 2, tileWidth: 495, tileHeight: 295 });
    expect(boxes[2]).toEqual({ x: 252, y: 305, width: 495, height: 295 });
  });
});

describe('the spotlight', () => {
  it('keeps the large tile, the strip and its pager apart and on the screen', () => {
    for (const [width, height] of kScreens) {
      for (const others of [0, 1, 4, 30]) {
        const { main, strip, pager } = spotlightBoxes(width, height, others, 8);
        const all = [main, ...strip, ...(others > strip.length ? [pager] : [])];
        expect(all.every((box) => inside(box, width, height))).toBe(true);
        expect(all.some((box, i) => all.slice(i + 1).some((other) => overlap(box, other)))).toBe(false);
      }
    }
  });

  it('has the strip beside it on a desktop and below it on a phone', () => {
    expect(spotlightBoxes(1256, 640, 3, 12).beside).toBe(true);
    expect(spotlightBoxes(374, 640, 3, 8).beside).toBe(false);
  });
});

describe('paging', () => {
  it('keeps tiles readable', () => {
    expect(pageCapacity(366, 600, 8)).toBe(14);
    expect(pageCapacity(304, 400, 8)).toBeGreaterThanOrEqual(5);
    expect(pageCapacity(1280, 640, 12)).toBe(20);
    expect(pageCapacity(100, 50, 12)).toBe(1);
  });

  it('stays on a page that exists when people leave', () => {
    expect(pageOf([1, 2, 3, 4, 5], 1, 2)).toEqual({ items: [3, 4], page: 1, pages: 3 });
    expect(pageOf([1, 2], 7, 2)).toEqual({ items: [1, 2], page: 0, pages: 1 });
    expect(pageOf([], 0, 4)).toEqual({ items: [], page: 0, pages: 1 });
  });
});
