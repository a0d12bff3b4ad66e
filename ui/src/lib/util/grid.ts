/** How tiles share a rectangle. Pure, so that it can be tried without a page. */

export interface GridShape {
  columns: number;
  rows: number;
  tileWidth: number;
  tileHeight: number;
}

const kAspect = 16 / 9;

/** The arrangement in which `count` tiles of 16:9 become largest. */
export function bestGrid(width: number, height: number, count: number, gap: number): GridShape {
  let best: GridShape = { columns: 1, rows: 1, tileWidth: 0, tileHeight: 0 };
  for (let columns = 1; columns <= Math.max(1, count); columns++) {
    const rows = Math.ceil(Math.max(1, count) / columns);
    const roomWide = (width - gap * (columns - 1)) / columns;
    const roomHigh = (height - gap * (rows - 1)) / rows;
    const tileWidth = Math.floor(Math.max(0, Math.min(roomWide, roomHigh * kAspect)));
    if (tileWidth > best.tileWidth) {
      best = { columns, rows, tileWidth, tileHeight: Math.floor(tileWidth / kAspect) };
    }
  }
  return portraitFill(best, width, height, count, gap);
}

/** On a phone held upright wide tiles waste the screen: let them grow in height, up to 4:5. */
function portraitFill(shape: GridShape, width: number, height: number, count: number, gap: number): GridShape {
  if (width >= height || count > 8) return shape;
  const columns = count <= 2 ? 1 : 2;
  const rows = Math.ceil(Math.max(1, count) / columns);
  const tileWidth = Math.floor((width - gap * (columns - 1)) / columns);
  const room = Math.floor((height - gap * (rows - 1)) / rows);
  const tileHeight = Math.min(room, Math.floor(tileWidth * 1.25));
  return tileWidth * tileHeight > shape.tileWidth * shape.tileHeight ? { columns, rows, tileWidth, tileHeight } : shape;
}

/** How many tiles a page holds before faces become too small to read. */
export function pageCapacity(width: number, height: number, gap: number): number {
  const least = width < 640 ? 150 : 220;
  const columns = Math.max(1, Math.floor((width + gap) / (least + gap)));
  const rows = Math.max(1, Math.floor((height + gap) / (least / kAspect + gap)));
  return Math.min(25, columns * rows);
}

export function pageOf<T>(items: readonly T[], page: number, size: number): { items: T[]; page: number; pages: number } {
  const pages = Math.max(1, Math.ceil(items.length / size));
  const shown = Math.min(Math.max(0, page), pages - 1);
  return { items: items.slice(shown * size, (shown + 1) * size), page: shown, pages };
}
