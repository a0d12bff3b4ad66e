'use client';

import clsx from 'clsx';
import { useEffect, useMemo, useRef, useState } from 'react';
import { isLive, useMeeting } from '@/lib/store/meeting';
import { allTiles, focusedTile, type TileModel } from '@/lib/store/tiles';
import { bestGrid, pageCapacity, pageOf } from '@/lib/util/grid';
import { AloneCard } from './alone-card';
import { Pager } from './pager';
import { useSession } from './session-context';
import { Tile } from './tile';
import { useSize, type Size } from './use-size';

/** The meeting itself: a grid, or one tile large with the others beside it. */
export function Stage() {
  const ref = useRef<HTMLDivElement>(null);
  const size = useSize(ref);
  const people = useMeeting((state) => state.people);
  const selfId = useMeeting((state) => state.selfId);
  const focus = useMeeting((state) => state.focus);
  const tiles = useMemo(() => allTiles({ people, selfId }), [people, selfId]);
  const focused = focusedTile(tiles, focus);
  const pinnedKey = focus.kind === 'pinned' ? focus.tile : undefined;

  return (
    <section aria-label="Participants' video" className="min-h-0 min-w-0 flex-1 p-2 sm:p-3">
      <div ref={ref} className="size-full">
        {size.width > 0 &&
          (focused === undefined ? (
            <Grid tiles={tiles} size={size} pinnedKey={pinnedKey} />
          ) : (
            <Spotlight tiles={tiles} focused={focused} size={size} pinnedKey={pinnedKey} />
          ))}
      </div>
    </section>
  );
}

interface LayoutProps {
  tiles: readonly TileModel[];
  size: Size;
  pinnedKey: string | undefined;
}

function Grid({ tiles, size, pinnedKey }: LayoutProps) {
  const [wanted, setWanted] = useState(0);
  const gap = size.width < 640 ? 8 : 12;
  const alone = tiles.length === 1 && tiles[0]?.isSelf === true;
  const paged = tiles.length > pageCapacity(size.width, size.height, gap);
  const height = size.height - (paged ? 52 : 0);
  const { items, page, pages } = pageOf(tiles, wanted, pageCapacity(size.width, height, gap));
  // With pages every page has the shape of a full one: tiles do not change size when turning.
  const count = pages > 1 ? pageCapacity(size.width, height, gap) : items.length + (alone ? 1 : 0);
  const { columns, tileWidth, tileHeight } = bestGrid(size.width, height, count, gap);
  const box = { width: tileWidth, height: tileHeight };
  useVisibility(tiles, items);

  return (
    <div className="flex size-full flex-col" data-testid="grid">
      <div className="flex min-h-0 flex-1 items-center justify-center">
        <div className="flex flex-wrap justify-center" style={{ gap, width: columns * tileWidth + (columns - 1) * gap }}>
          {items.map((tile) => (
            <Tile key={tile.key} tile={tile} style={box} small={tileWidth < 260} pinned={tile.key === pinnedKey} />
          ))}
          {alone && <AloneCard style={box} />}
        </div>
      </div>
      {pages > 1 && <Pager page={page} pages={pages} onPage={setWanted} elsewhere={speakingElsewhere(tiles, items)} />}
    </div>
  );
}

function Spotlight({ tiles, focused, size, pinnedKey }: LayoutProps & { focused: TileModel }) {
  const [wanted, setWanted] = useState(0);
  const others = tiles.filter((each) => each.key !== focused.key);
  const beside = size.width > size.height * 1.2 && size.width >= 760;
  const strip = beside ? { width: 224, height: 126 } : { width: 122, height: 92 };
  const room = beside ? size.height : size.width;
  const step = (beside ? strip.height : strip.width) + 8;
  const fits = Math.max(1, Math.floor((room + 8) / step));
  // Where all do not fit the pager needs its room too.
  const fitsPaged = Math.max(1, Math.floor((room + 8 - (beside ? 60 : 100)) / step));
  const { items, page, pages } = pageOf(others, wanted, others.length > fits ? fitsPaged : fits);
  useVisibility(tiles, [focused, ...items]);

  return (
    <div className={clsx('flex size-full gap-3', !beside && 'flex-col')} data-testid="spotlight">
      <div className="relative min-h-0 min-w-0 flex-1">
        <Tile key={focused.key} tile={focused} className="size-full" pinned={focused.key === pinnedKey} />
      </div>
      {others.length > 0 && (
        <div className={clsx('flex shrink-0 items-center justify-center gap-2', beside ? 'w-56 flex-col' : 'h-[92px]')}>
          {items.map((tile) => (
            <Tile key={tile.key} tile={tile} style={strip} className="shrink-0" small pinned={tile.key === pinnedKey} />
          ))}
          {pages > 1 && <Pager page={page} pages={pages} onPage={setWanted} elsewhere={speakingElsewhere(tiles, [focused, ...items])} compact />}
        </div>
      )}
    </div>
  );
}

/** Whether somebody speaks whose tile is on another page. */
function speakingElsewhere(tiles: readonly TileModel[], shown: readonly TileModel[]): boolean {
  const { speaking } = useMeeting.getState();
  const visible = new Set(shown.map((each) => each.participant.id));
  return tiles.some(
    ({ participant }) =>
      !visible.has(participant.id) && speaking[participant.id] !== undefined && isLive(participant, 'microphone'),
  );
}

/** Tells the media side whose video nobody looks at. */
function useVisibility(tiles: readonly TileModel[], shown: readonly TileModel[]): void {
  const session = useSession();
  const visible = new Set(shown.map((each) => each.key));
  const hidden = tiles.flatMap((each) => (!visible.has(each.key) && each.producerId !== undefined ? [each.producerId] : []));
  const key = hidden.join();
  useEffect(() => {
    session.setHiddenVideos(new Set(key === '' ? [] : key.split(',')));
  }, [key, session]);
}
