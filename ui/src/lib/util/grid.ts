/** How tiles share a rectangle. Pure, so that it can be tried without a page. */

export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface GridShape {
  columns: number;
  rows: number;
  tileWidth: number;
  tileHeight: number;
}

const kPicture = 16 / 9;
// On a screen held upright wide tiles would make faces small: what matters there is the middle of the picture.
const kFace = 1;
// Pictures are cut to fill their tile. Beyond these shapes too little of a face would be left, and
// the tile stays smaller than its room instead.
const kNarrowest = 0.66;
const kWidest = 2.4;

/** The arrangement in which most of `count` pictures is seen and least of the rectangle stays empty. */
export function bestGrid(width: number, height: number, count: number, gap: number): GridShape {
  let best: GridShape = { columns: 1, rows: 1, tileWidth: 0, tileHeight: 0 };
  let most = -Infinity;
  const wanted = width < height ? kFace : kPicture;
  for (let columns = 1; columns <= Math.max(1, count); columns++) {
    const rows = Math.ceil(Math.max(1, count) / columns);
    const room = {
      width: Math.max(0, Math.floor((width - gap * (columns - 1)) / columns)),
      height: Math.max(0, Math.floor((height - gap * (rows - 1)) / rows)),
    };
    const tileWidth = Math.min(room.width, Math.floor(room.height * kWidest));
    const tileHeight = Math.min(room.height, Math.floor(room.width / kNarrowest));
    const tile = tileWidth * tileHeight;
    const worth = count * tile * shownPart(tileWidth / tileHeight, wanted) - (width * height - count * tile);
    if (worth > most) {
      most = worth;
      best = { columns, rows, tileWidth, tileHeight };
    }
  }
  return best;
}

/** How much of a picture of the wanted shape is left when it is cut to fill a tile. */
function shownPart(shape: number, wanted: number): number {
  return shape > 0 ? Math.min(shape / wanted, wanted / shape) : 0;
}

/** Where each of `count` tiles stands: rows in the middle, the last one too when it is not full. */
export function gridBoxes(width: number, height: number, count: number, gap: number, shape: GridShape): Box[] {
  const { columns, tileWidth, tileHeight } = shape;
  const rows = Math.ceil(count / columns);
  const top = Math.floor((height - rows * tileHeight - (rows - 1) * gap) / 2);
  return Array.from({ length: count }, (_, index) => {
    const row = Math.floor(index / columns);
    const inRow = Math.min(columns, count - row * columns);
    const left = Math.floor((width - inRow * tileWidth - (inRow - 1) * gap) / 2);
    return {
      x: left + (index % columns) * (tileWidth + gap),
      y: top + row * (tileHeight + gap),
      width: tileWidth,
      height: tileHeight,
    };
  });
}

export interface SpotlightShape {
  main: Box;
  /** Where the others stand, and where their pager does if there is one. */
  strip: Box[];
  pager: Box;
  beside: boolean;
  /** How many of the others the strip shows at once. */
  capacity: number;
}

/** One tile large; the others in a strip beside it, or below it on a screen held upright. */
export function spotlightBoxes(width: number, height: number, others: number, gap: number): SpotlightShape {
  const beside = width > height * 1.2 && width >= 680;
  const tile = beside ? { width: 224, height: 126 } : { width: 122, height: 92 };
  if (others === 0) {
    const none = { x: 0, y: 0, width: 0, height: 0 };
    return { main: { x: 0, y: 0, width, height }, strip: [], pager: none, beside, capacity: 1 };
  }
  const along = beside ? height : width;
  const step = (beside ? tile.height : tile.width) + gap;
  const pagerLong = beside ? 52 : 100;
  const fits = Math.max(1, Math.floor((along + gap) / step));
  // Where all do not fit the pager needs its room too.
  const paged = others > fits;
  const capacity = paged ? Math.max(1, Math.floor((along + gap - pagerLong - gap) / step)) : fits;
  const shown = Math.min(others, capacity);
  const used = shown * step - gap + (paged ? gap + pagerLong : 0);
  const start = Math.max(0, Math.floor((along - used) / 2));
  const main = beside
    ? { x: 0, y: 0, width: width - tile.width - gap, height }
    : { x: 0, y: 0, width, height: height - tile.height - gap };
  const strip = Array.from({ length: shown }, (_, index) =>
    beside
      ? { x: width - tile.width, y: start + index * step, ...tile }
      : { x: start + index * step, y: height - tile.height, ...tile },
  );
  const after = start + shown * step;
  const pager = beside
    ? { x: width - tile.width, y: after, width: tile.width, height: pagerLong }
    : { x: after, y: height - tile.height, width: pagerLong, height: tile.height };
  return { main, strip, pager, beside, capacity };
}

/** How many tiles a page holds before faces become too small to read. */
export function pageCapacity(width: number, height: number, gap: number): number {
  const least = width < 640 ? 140 : 220;
  const columns = Math.max(1, Math.floor((width + gap) / (least + gap)));
  const rows = Math.max(1, Math.floor((height + gap) / (least / kPicture + gap)));
  return Math.min(25, columns * rows);
}

export function pageOf<T>(items: readonly T[], page: number, size: number): { items: T[]; page: number; pages: number } {
  const pages = Math.max(1, Math.ceil(items.length / size));
  const shown = Math.min(Math.max(0, page), pages - 1);
  return { items: items.slice(shown * size, (shown + 1) * size), page: shown, pages };
}
