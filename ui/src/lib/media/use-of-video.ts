/** What there is a use for, of the video that the others send. */
export interface UseOfVideo {
  /** Producers nobody looks at: their video is not sent to us. */
  hidden: ReadonlySet<string>;
  /** The highest spatial layer there is a use for, by producer; of one that is not named, all. */
  layers: ReadonlyMap<string, number>;
  /** The one that is shown large: where not all fits, it gets the better picture. */
  focused: string | null;
}

export const kAllVideo: UseOfVideo = { hidden: new Set(), layers: new Map(), focused: null };

/** What the focused one is worth beside the others. A screen has more by itself (docs/protocol.md). */
export const kFocusPriority = 16;

/** How much video a person wants to receive. */
export type Receive = 'all' | 'saver' | 'sound';

export const kTopLayer = 2;
export const kTopTemporalLayer = 2;

// Cameras of this app send 180, 360 and 720 lines (encodings.ts); those of others have as many
// layers, or fewer, in about these steps.
const kLinesOf = [180, 360];
// So much too few lines nobody sees.
const kSlack = 1.1;
// Data saver: a grid of small pictures; the one that was asked for may be read.
const kSaverLayer = 0;
const kSaverFocusLayer = 1;

export interface ShownVideo {
  producerId: string;
  kind: 'camera' | 'screen';
  /** CSS pixels. */
  height: number;
  /** Large, beside the others. */
  focused: boolean;
}

/** The smallest layer that is no smaller than its place on the screen. */
export function layerFor(shown: Pick<ShownVideo, 'kind' | 'height' | 'focused'>, pixelRatio: number, receive: Receive): number {
  // Text in half its size can not be read.
  if (shown.kind === 'screen') return kTopLayer;
  const lines = shown.height * pixelRatio;
  const fitting = kLinesOf.findIndex((each) => lines <= each * kSlack);
  const layer = fitting === -1 ? kTopLayer : fitting;
  return receive === 'all' ? layer : Math.min(layer, shown.focused ? kSaverFocusLayer : kSaverLayer);
}

/** `all`: every video there is; `shown`: those that have a place on the screen. */
export function useOf(all: readonly string[], shown: readonly ShownVideo[], pixelRatio: number, receive: Receive): UseOfVideo {
  if (receive === 'sound') return { hidden: new Set(all), layers: new Map(), focused: null };
  const visible = new Set(shown.map((each) => each.producerId));
  return {
    hidden: new Set(all.filter((each) => !visible.has(each))),
    layers: new Map(shown.map((each) => [each.producerId, layerFor(each, pixelRatio, receive)])),
    focused: shown.find((each) => each.focused)?.producerId ?? null,
  };
}

export function isSameUse(a: UseOfVideo, b: UseOfVideo): boolean {
  return (
    a.focused === b.focused &&
    a.hidden.size === b.hidden.size && [...a.hidden].every((each) => b.hidden.has(each)) &&
    a.layers.size === b.layers.size && [...a.layers].every(([producer, layer]) => b.layers.get(producer) === layer)
  );
}
