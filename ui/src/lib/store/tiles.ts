import type { Participant } from '@/lib/protocol/types';
import { inOrder, isLive, producerOf, type Focus, type MeetingStore } from './meeting';

export interface TileModel {
  /** `<participant>:camera` or `<participant>:screen`; one of each at most, whatever reconnects. */
  key: string;
  kind: 'camera' | 'screen';
  participant: Participant;
  isSelf: boolean;
  /** The video's producer if there is something to see. */
  producerId: string | undefined;
}

type Seen = Pick<MeetingStore, 'people' | 'selfId'>;

/** Every tile of the meeting, in a stable order: screens, then people. */
export function allTiles(state: Seen): TileModel[] {
  const people = inOrder(state);
  const tile = (participant: Participant, kind: TileModel['kind']): TileModel => ({
    key: `${participant.id}:${kind}`,
    kind,
    participant,
    isSelf: participant.id === state.selfId,
    producerId: isLive(participant, kind) ? producerOf(participant, kind)?.id : undefined,
  });
  const screens = people.filter((each) => isLive(each, 'screen')).map((each) => tile(each, 'screen'));
  return [...screens, ...people.map((each) => tile(each, 'camera'))];
}

/** What stands in the spotlight: the pin, else somebody else's screen, else nothing. */
export function focusedTile(tiles: readonly TileModel[], focus: Focus): TileModel | undefined {
  if (focus.kind === 'grid') return undefined;
  const pinned = focus.kind === 'pinned' ? tiles.find((each) => each.key === focus.tile) : undefined;
  return pinned ?? tiles.find((each) => each.kind === 'screen' && !each.isSelf);
}
