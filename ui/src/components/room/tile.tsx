'use client';

import clsx from 'clsx';
import { Crown, Hand, LoaderCircle, MicOff, MonitorUp, Pin, PinOff, WifiOff } from 'lucide-react';
import { memo, useCallback, type CSSProperties } from 'react';
import { Avatar } from '@/components/ui/avatar';
import { VideoView } from '@/components/ui/video-view';
import { mark } from '@/lib/media/marks';
import { useLocal } from '@/lib/store/local';
import { isLive, useMeeting } from '@/lib/store/meeting';
import { useSettings } from '@/lib/store/settings';
import type { TileModel } from '@/lib/store/tiles';

interface TileProps {
  tile: TileModel;
  style?: CSSProperties;
  className?: string;
  small?: boolean;
  pinned: boolean;
}

const onRemoteFrame = () => mark('first-remote-frame');

export const Tile = memo(function Tile({ tile, style, className, small = false, pinned }: TileProps) {
  const { participant, isSelf, kind, producerId } = tile;
  const screen = kind === 'screen';
  const remote = useMeeting((state) => (producerId === undefined ? undefined : state.tracks[producerId]?.track));
  const ownScreen = useMeeting((state) => (isSelf && screen ? state.screen : null));
  const ownCamera = useLocal((state) => (isSelf && !screen ? state.camera : null));
  const mirror = useSettings((state) => state.mirrorSelf);
  const speaking = useMeeting((state) => state.speaking[participant.id] !== undefined);
  const micLive = isLive(participant, 'microphone');

  const reconnecting = participant.connection === 'reconnecting';
  // One's own picture is there before the server has heard of it, and gone at the click.
  const track = isSelf ? (screen ? ownScreen : ownCamera) : remote;
  const expected = !isSelf && producerId !== undefined;
  const name = `${participant.name}${isSelf ? ' (you)' : ''}`;
  const lit = speaking && micLive && !screen;

  return (
    <article
      data-testid="tile"
      data-tile={tile.key}
      data-participant={participant.id}
      data-kind={kind}
      data-video={track ? 'on' : 'off'}
      data-mic={micLive ? 'on' : 'off'}
      data-speaking={lit}
      data-connection={participant.connection}
      aria-label={tileLabel(tile, micLive)}
      style={style}
      className={clsx(
        'group relative isolate overflow-hidden rounded-(--radius-tile) bg-ink-850 transition-shadow duration-200',
        lit ? 'speaking-ring' : 'ring-1 ring-white/8',
        className,
      )}
    >
      {track ? (
        <VideoView
          track={track}
          label={screen ? `Screen of ${name}` : `Camera of ${name}`}
          mirrored={isSelf && !screen && mirror}
          contain={screen}
          testId="tile-video"
          onFirstFrame={isSelf ? undefined : onRemoteFrame}
        />
      ) : (
        <div className="absolute inset-0 grid place-items-center bg-radial-[at_50%_35%] from-ink-800 to-ink-900">
          {screen ? (
            <MonitorUp className="size-12 text-ink-500" aria-hidden />
          ) : (
            <Avatar
              id={participant.id}
              name={participant.name}
              className={small ? 'size-12 text-base' : 'aspect-square h-[42%] max-h-32 min-h-12 text-[clamp(1rem,3.2vmin,2.4rem)]'}
            />
          )}
        </div>
      )}
      {expected && track === undefined && (
        <span className="absolute top-3 left-3" role="img" aria-label="Waiting for the picture">
          <LoaderCircle className="size-5 animate-spin text-soft" aria-hidden />
        </span>
      )}
      {reconnecting && (
        <div data-testid="tile-reconnecting" className="absolute inset-0 grid place-items-center bg-ink-950/75">
          <span className="inline-flex items-center gap-2 rounded-full bg-ink-950 px-3.5 py-2 text-sm font-medium text-warn">
            <WifiOff className="size-4" aria-hidden /> Reconnecting…
          </span>
        </div>
      )}
      {participant.hand !== null && !screen && (
        <span data-testid="tile-hand" className="absolute top-2.5 left-2.5 inline-flex items-center gap-1.5 rounded-full bg-warn px-2.5 py-1 text-xs font-bold text-ink-950">
          <Hand className="size-3.5" aria-hidden />
          <span className={small ? 'sr-only' : ''}>Hand raised</span>
        </span>
      )}
      <PinButton tileKey={tile.key} name={name} pinned={pinned} />
      <div className="absolute inset-x-2 bottom-2 flex">
        <span className="inline-flex max-w-full min-w-0 items-center gap-1.5 rounded-lg bg-black/65 px-2.5 py-1.5 text-[0.8125rem] leading-none font-medium text-white">
          {screen && <MonitorUp className="size-3.5 shrink-0 text-accent" aria-hidden />}
          {!screen && !micLive && <MicOff className="size-3.5 shrink-0 text-danger-text" aria-hidden />}
          {lit && <SpeakingBars />}
          <span data-testid="tile-name" className="truncate pb-px">
            <bdi>{participant.name}</bdi>
            {isSelf && ' (you)'}
            {screen && ' · screen'}
          </span>
          {participant.role === 'host' && !screen && <Crown className="size-3.5 shrink-0 text-accent" aria-label="Host" />}
        </span>
      </div>
    </article>
  );
});

function tileLabel({ participant, isSelf, kind, producerId }: TileModel, micLive: boolean): string {
  const who = isSelf ? 'You' : participant.name;
  if (kind === 'screen') return `${who}, screen`;
  const parts = [who, micLive ? 'microphone on' : 'microphone off', producerId === undefined ? 'camera off' : 'camera on'];
  if (participant.hand !== null) parts.push('hand raised');
  if (participant.connection === 'reconnecting') parts.push('reconnecting');
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

function PinButton({ tileKey, name, pinned }: { tileKey: string; name: string; pinned: boolean }) {
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
      className="absolute top-0 right-0 grid size-11 place-items-center rounded-xl"
    >
      <span
        className={clsx(
          'grid size-8 place-items-center rounded-lg transition-colors',
          pinned ? 'bg-accent text-on-accent' : 'bg-black/45 text-white/90 group-hover:bg-black/70',
        )}
      >
        <Icon className="size-4" aria-hidden />
      </span>
    </button>
  );
}
