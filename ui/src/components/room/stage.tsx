'use client';

import clsx from 'clsx';
import { useEffect, useMemo, useRef, useState } from 'react';
import { useMeeting } from '@/lib/store/meeting';
import { isSameUse, kAllVideo, useOf, type ShownVideo } from '@/lib/media/use-of-video';
import { useSettings } from '@/lib/store/settings';
import { allTiles, focusedTile, type TileModel } from '@/lib/store/tiles';
import { bestGrid, gridBoxes, pageCapacity, pageOf, spotlightBoxes, type Box } from '@/lib/util/grid';
import { AloneCard } from './alone-card';
import { Pager } from './pager';
import { useSession } from './session-context';
import { Tile } from './tile';
import { useBringForward, usePlaces, useSpeakingElsewhere } from './use-places';
import { useResizing, useSize, type Size } from './use-size';
import { useTags } from './use-tags';

/** The meeting itself: a grid, or one tile large with the others beside it. */
export function Stage() {
  const ref = useRef<HTMLDivElement>(null);
  const size = useSize(ref);
  const resizing = useResizing();
  const covered = useMeeting((state) => state.panel !== 'none');
  return (
    // Under a panel that covers it (a phone) nothing of it may take the keyboard.
    <section aria-label="Participants' video" className={clsx('min-h-0 min-w-0 flex-1 p-2 sm:p-3', covered && 'max-md:invisible')}>
      <div ref={ref} className={clsx('relative size-full', resizing && 'still')}>
        {size.width > 0 && <Tiles size={size} />}
      </div>
    </section>
  );
}

/**
 * Every tile is a child of one box, whatever the layout: pinning, paging and joining move tiles and
 * never make them anew, so pictures go on and the keyboard stays where it was.
 */
function Tiles({ size }: { size: Size }) {
  const people = useMeeting((state) => state.people);
  const selfId = useMeeting((state) => state.selfId);
  const focus = useMeeting((state) => state.focus);
  const tags = useTags();
  const tiles = useMemo(() => allTiles({ people, selfId }), [people, selfId]);
  const { ordered, order, setKept } = usePlaces(tiles);
  const focused = focusedTile(tiles, focus);
  const pinnedKey = focus.kind === 'pinned' ? focus.tile : undefined;
  // Each layout has its own pages.
  const kind = focused === undefined ? 'grid' : 'spotlight';
  const [turned, setTurned] = useState({ kind, page: 0 });

  const layout = arrange(ordered, focused, size, turned.kind === kind ? turned.page : 0);
  const { items, page, pages, boxes } = layout;
  const elsewhere = useSpeakingElsewhere(tiles, items);
  useBringForward({ order, setKept, tiles, shown: items, elsewhere, firstPage: page === 0 && pages > 1 });
  useReportedUse(tiles, layout, focused?.key);

  // In the order of arrival, not of places: an element that is moved within the document loses the focus and its picture.
  const drawn = tiles.filter((each) => boxes.has(each.key));
  return (
    <div data-testid={kind} className="absolute inset-0">
      {drawn.map((tile) => (
        <Tile
          key={tile.key}
          tile={tile}
          box={boxes.get(tile.key) ?? kNowhere}
          pinned={tile.key === pinnedKey}
          tag={tags[tile.participant.id]}
        />
      ))}
      {layout.alone !== undefined && <AloneCard box={layout.alone} />}
      {pages > 1 && (
        <Pager
          page={page}
          pages={pages}
          onPage={(to) => setTurned({ kind, page: to })}
          elsewhere={elsewhere.length > 0}
          compact={kind === 'spotlight'}
          box={layout.pager}
        />
      )}
    </div>
  );
}

const kNowhere: Box = { x: 0, y: 0, width: 0, height: 0 };
const kPagerHeight = 52;

interface Arrangement {
  items: TileModel[];
  boxes: Map<string, Box>;
  alone?: Box | undefined;
  page: number;
  pages: number;
  pager: Box;
}

function arrange(ordered: readonly TileModel[], focused: TileModel | undefined, size: Size, wanted: number): Arrangement {
  return focused === undefined ? arrangeGrid(ordered, size, wanted) : arrangeSpotlight(ordered, focused, size, wanted);
}

function arrangeGrid(tiles: readonly TileModel[], { width, height }: Size, wanted: number): Arrangement {
  const gap = width < 640 ? 8 : 12;
  const isAlone = tiles.length === 1 && tiles[0]?.isSelf === true;
  const paged = tiles.length > pageCapacity(width, height, gap);
  const room = height - (paged ? kPagerHeight : 0);
  const capacity = pageCapacity(width, room, gap);
  const { items, page, pages } = pageOf(tiles, wanted, capacity);
  const shown = items.length + (isAlone ? 1 : 0);
  // With pages every page has the shape of a full one: tiles do not change size when turning.
  const places = gridBoxes(width, room, shown, gap, bestGrid(width, room, pages > 1 ? capacity : shown, gap));
  return {
    items,
    page,
    pages,
    boxes: new Map(items.map((each, index) => [each.key, places[index] ?? kNowhere])),
    alone: isAlone ? places[1] : undefined,
    pager: { x: 0, y: room, width, height: kPagerHeight },
  };
}

function arrangeSpotlight(tiles: readonly TileModel[], focused: TileModel, { width, height }: Size, wanted: number): Arrangement {
  const others = tiles.filter((each) => each.key !== focused.key);
  const { main, strip, pager, capacity } = spotlightBoxes(width, height, others.length, width < 640 ? 8 : 12);
  const { items, page, pages } = pageOf(others, wanted, capacity);
  const boxes = new Map(items.map((each, index) => [each.key, strip[index] ?? kNowhere]));
  return { items: [focused, ...items], page, pages, boxes: boxes.set(focused.key, main), pager };
}

/** Tells the media side whose video is looked at, and in what size. */
function useReportedUse(tiles: readonly TileModel[], { items, boxes }: Arrangement, focusedKey: string | undefined): void {
  const session = useSession();
  const receive = useSettings((state) => state.receive);
  const all = tiles.flatMap(({ isSelf, producerId }) => (isSelf || producerId === undefined ? [] : [producerId]));
  const shown = items.flatMap(({ key, kind, isSelf, producerId }): ShownVideo[] =>
    isSelf || producerId === undefined ? [] : [{ producerId, kind, height: boxes.get(key)?.height ?? 0, focused: key === focusedKey }]);
  const pixelRatio = typeof window === 'undefined' ? 1 : window.devicePixelRatio;
  const told = useRef(kAllVideo);
  const now = useOf(all, shown, pixelRatio, receive);
  useEffect(() => {
    if (isSameUse(told.current, now)) return;
    told.current = now;
    session.setUseOfVideo(now);
  });
}
