'use client';

import clsx from 'clsx';
import { Hand, LoaderCircle, MicOff, MonitorUp, Pin, PinOff, WifiOff } from 'lucide-react';
import { memo, useCallback, useRef } from 'react';
import { Avatar } from '@/components/ui/avatar';
import { NameTag } from '@/components/ui/name-tag';
import { VideoView } from '@/components/ui/video-view';
import { mark } from '@/lib/media/marks';
import { useLocal } from '@/lib/store/local';
import { isLive, useMeeting } from '@/lib/store/meeting';
import { useQuality, type Verdict } from '@/lib/store/quality';
import { useSettings } from '@/lib/store/settings';
import type { TileModel } from '@/lib/store/tiles';
import type { Box } from '@/lib/util/grid';
import { PersonMenu } from './person-menu';
import { QualityBars, qualityWords } from './quality-bars';
import { RoleBadge } from './role-badge';
import { useHeirOfFocus } from './use-heir-of-focus';
import { tagged } from './use-tags';

interface TileProps {
  tile: TileModel;
  box: Box;
  pinned: boolean;
  /** Tells it from others of its name. */
  tag: string | undefined;
}

const onRemoteFrame = () => mark('first-remote-frame');

/** One picture, at its place on the stage; it moves there when its place changes. */
export const Tile = memo(function Tile({ tile, box, pinned, tag }: TileProps) {
  const { participant, isSelf, kind, producerId } = tile;
  const screen = kind === 'screen';
  const remote = useMeeting((state) => (producerId === undefined ? undefined : state.tracks[producerId]?.track));
  const ownScreen = useMeeting((state) => (isSelf && screen ? state.screen : null));
  const ownCamera = useLocal((state) => (isSelf && !screen ? state.camera : null));
  const mirror = useSettings((state) => state.mirrorSelf);
  const soundOnly = useSettings((state) => state.receive === 'sound') && !isSelf;
  const speaking = useMeeting((state) => state.speaking[participant.id] !== undefined);
  const micLive = isLive(participant, 'microphone');
  const verdict = useQuality((state) => (screen ? undefined : state.people[participant.id]));
  const stalled = useQuality((state) => producerId !== undefined && state.stalled.has(producerId));
  const paused = useQuality((state) => producerId !== undefined && state.paused.has(producerId));

  const ref = useRef<HTMLElement>(null);
  useHeirOfFocus(ref);
  const small = box.width < 260 || box.height < 150;
  const reconnecting = participant.connection === 'reconnecting';
  // One's own picture is there before the server has heard of it, and gone at the click.
  const track = isSelf ? (screen ? ownScreen : ownCamera) : soundOnly ? undefined : remote;
  const expected = !isSelf && !soundOnly && producerId !== undefined;
  const name = tagged(participant.name, tag) + (isSelf ? ' (you)' : '');
  const lit = speaking && micLive && !screen;

  return (
    <article
      ref={ref}
      data-testid="tile"
      data-tile={tile.key}
      data-participant={participant.id}
      data-kind={kind}
      data-self={isSelf || undefined}
      data-video={track ? 'on' : 'off'}
      data-mic={micLive ? 'on' : 'off'}
      data-speaking={lit}
      data-connection={participant.connection}
      data-small={small}
      data-stalled={stalled || undefined}
      data-paused={paused || undefined}
      aria-label={tileLabel(tile, micLive, tag, verdict)}
      style={{ transform: `translate(${box.x}px, ${box.y}px)`, width: box.width, height: box.height }}
      className={clsx('tile group absolute top-0 left-0 isolate overflow-hidden rounded-(--radius-tile) bg-ink-850', lit ? 'speaking-ring' : 'ring-1 ring-white/8')}
    >
      {track ? (
        <VideoView
          track={track}
          label={screen ? `Screen of ${name}` : `Camera of ${name}`}
          mirrored={isSelf && !screen && mirror}
          contain={screen}
          upright={box.height > box.width}
          testId="tile-video"
          onFirstFrame={isSelf ? undefined : onRemoteFrame}
        />
      ) : (
        <NoPicture id={participant.id} name={participant.name} screen={screen} box={box} hidden={reconnecting} />
      )}
      {expected && track === undefined && (
        <span className="absolute top-3 left-3" role="img" aria-label="Waiting for the picture">
          <LoaderCircle className="size-5 animate-spin text-soft" aria-hidden />
        </span>
      )}
      {reconnecting && (
        <div data-testid="tile-reconnecting" className="absolute inset-0 grid place-items-center bg-ink-950/75 pb-9">
          <span className="inline-flex items-center gap-2 rounded-full bg-ink-950 px-3 py-1.5 text-sm font-medium text-warn">
            <WifiOff className="size-4 shrink-0" aria-hidden /> <span className={small ? 'sr-only' : ''}>Reconnecting…</span>
          </span>
        </div>
      )}
      {(stalled || paused) && !reconnecting && track && <StillBadge words={paused ? 'Paused: your connection is weak' : 'The picture stands still'} small={small} />}
      {participant.hand !== null && !screen && (
        <span
          data-testid="tile-hand"
          className="absolute top-2 left-2 inline-flex items-center gap-1.5 rounded-full bg-warn px-2 py-1 text-xs font-bold text-ink-950"
        >
          <Hand className="size-3.5" aria-hidden />
          <span className={small ? 'sr-only' : ''}>Hand raised</span>
        </span>
      )}
      {!isSelf && (
        <PersonMenu
          person={participant}
          tag={tag}
          className="absolute top-0 right-11 opacity-0 transition-opacity group-hover:opacity-100 focus-visible:opacity-100 data-[state=open]:opacity-100 pointer-coarse:opacity-100"
          iconClassName={clsx(
            'grid place-items-center rounded-lg bg-black/60 text-white pointer-coarse:bg-transparent pointer-coarse:drop-shadow-[0_0_2px_black]',
            small ? 'size-7' : 'size-8',
          )}
        />
      )}
      <PinButton tileKey={tile.key} name={name} pinned={pinned} small={small} />
      <div className={clsx('absolute flex', small ? 'inset-x-1.5 bottom-1.5' : 'inset-x-2.5 bottom-2.5')}>
        <span
          className={clsx(
            'inline-flex max-w-full min-w-0 items-center gap-1.5 rounded-lg bg-black/65 leading-none font-medium text-white',
            small ? 'px-2 py-1 text-xs' : 'px-2.5 py-1.5 text-[0.8125rem]',
          )}
        >
          {screen && <MonitorUp className="size-3.5 shrink-0 text-accent" aria-hidden />}
          {!screen && !micLive && <MicOff className="size-3.5 shrink-0 text-danger-text" aria-hidden />}
          {lit && <SpeakingBars />}
          <span data-testid="tile-name" className="truncate pb-px">
            <bdi>{participant.name}</bdi>
            {isSelf && ' (you)'}
            {screen && ' · screen'}
          </span>
          <NameTag tag={tag} />
          {!screen && <RoleBadge role={participant.role} className="size-3.5" />}
          {verdict !== undefined && <QualityBars verdict={verdict} />}
        </span>
      </div>
    </article>
  );
});

/** Initials stay clear of the name below them, however small the tile. */
function NoPicture({ id, name, screen, box, hidden }: { id: string; name: string; screen: boolean; box: Box; hidden: boolean }) {
  const size = Math.round(Math.min(136, Math.max(32, Math.min(box.width * 0.36, (box.height - 32) * 0.6))));
  return (
    <div className="absolute inset-0 bg-radial-[at_50%_38%] from-ink-800 to-ink-900">
      <div className="absolute inset-x-0 top-0 bottom-7 grid place-items-center">
        {hidden ? null : screen ? (
          <MonitorUp className="size-12 max-h-full text-ink-500" aria-hidden />
        ) : (
          <span data-testid="tile-initials" className="grid aspect-square max-h-full" style={{ width: size, fontSize: size * 0.36 }}>
            <Avatar id={id} name={name} className="size-full" />
          </span>
        )}
      </div>
    </div>
  );
}

function tileLabel({ participant, isSelf, kind, producerId }: TileModel, micLive: boolean, tag: string | undefined, verdict: Verdict | undefined): string {
  const who = isSelf ? 'You' : tagged(participant.name, tag);
  if (kind === 'screen') return `${who}, screen`;
  const parts = [who, micLive ? 'microphone on' : 'microphone off', producerId === undefined ? 'camera off' : 'camera on'];
  if (participant.hand !== null) parts.push('hand raised');
  if (participant.connection === 'reconnecting') parts.push('reconnecting');
  if (verdict !== undefined && verdict.grade !== 'good') parts.push(qualityWords(verdict));
  return parts.join(', ');
}

function SpeakingBars() {
  return (
    <span className="flex h-3.5 shrink-0 items-center gap-[2px]" aria-hidden>
      <i className="h-1.5 w-[3px] animate-pulse-soft rounded-full bg-live" />
      <i className="h-3 w-[3px] animate-pulse-soft rounded-full bg-live [animation-delay:150ms]" />
      <i className="h-2 w-[3px] animate-pulse-soft rounded-full bg-live [animation-delay:300ms]" />
    </span>
  );
}

/** Seen when the pointer or the keyboard is on the tile and while it pins; where there is no pointer always, but quietly. */
function PinButton({ tileKey, name, pinned, small }: { tileKey: string; name: string; pinned: boolean; small: boolean }) {
  const toggle = useCallback(() => {
    useMeeting.setState({ focus: pinned ? { kind: 'auto' } : { kind: 'pinned', tile: tileKey } });
  }, [pinned, tileKey]);
  const Icon = pinned ? PinOff : Pin;
  return (
    <button
      type="button"
      data-testid="tile-pin"
      aria-pressed={pinned}
      aria-label={`Pin ${name}`}
      title={pinned ? 'Unpin' : 'Pin'}
      onClick={toggle}
      className={clsx(
        'absolute top-0 right-0 grid size-11 place-items-center rounded-xl transition-opacity',
        !pinned && 'opacity-0 group-hover:opacity-100 focus-visible:opacity-100 pointer-coarse:opacity-100',
      )}
    >
      <span
        className={clsx(
          'grid place-items-center rounded-lg',
          small ? 'size-7' : 'size-8',
          pinned ? 'bg-accent text-on-accent' : 'bg-black/60 text-white pointer-coarse:bg-transparent pointer-coarse:drop-shadow-[0_0_2px_black]',
        )}
      >
        <Icon className={small ? 'size-3.5' : 'size-4'} aria-hidden />
      </span>
    </button>
  );
}

/** Over the last frame, which is kept: a black tile says less. */
function StillBadge({ words, small }: { words: string; small: boolean }) {
  return (
    <span
      data-testid="tile-stalled"
      className="absolute inset-x-2 top-2 mx-auto flex w-fit items-center gap-1.5 rounded-full bg-ink-950/85 px-2.5 py-1 text-xs font-medium text-warn"
    >
      <WifiOff className="size-3.5 shrink-0" aria-hidden /> <span className={small ? 'sr-only' : ''}>{words}</span>
    </span>
  );
}
