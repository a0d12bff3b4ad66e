import { create } from 'zustand';
import type { RemoteTrack } from '@/lib/media/client';
import type {
  Doer, JoinResult, LobbyMessage, LobbyPlace, MeetingState, Participant, Permits, ProducerInfo, RoomSettings, Source,
  Speaker, Waiting,
} from '@/lib/protocol/types';
import { takeChat, type ChatLine } from './chat';

export type Phase =
  | 'outside' // before the first join
  | 'joining'
  | 'password' // the room has one: it is asked for
  | 'lobby' // waits to be let in
  | 'denied' // a host did not let one in
  | 'joined'
  | 'left' // by one's own choice
  | 'ended' // the meeting is over
  | 'removed' // by a host
  | 'replaced' // the same session goes on in another tab
  | 'failed'; // could not join

export type Panel = 'none' | 'chat' | 'people';
export type Focus = { kind: 'auto' } | { kind: 'grid' } | { kind: 'pinned'; tile: string };

/** What the person means to be on. The server's record in `people` follows, at once or when it is back. */
export interface Wanted {
  microphone: boolean;
  camera: boolean;
  hand: boolean;
}

/** What stands before the meeting for somebody who is not in it yet. */
export interface Door {
  title: string;
  message: LobbyMessage | null;
}

/** What a host is asked before it happens, or is looking at. */
export type HostDialog = { kind: 'room' } | { kind: 'end' } | { kind: 'remove' | 'ban'; person: { id: string; name: string } };

export interface MeetingStore {
  room: string;
  phase: Phase;
  phaseReason: string;
  selfId: string;
  people: Record<string, Participant>;
  wanted: Wanted;
  chat: ChatLine[];
  /** The server has more before them. */
  chatEarlier: boolean;
  unread: number;
  speaking: Record<string, number>;
  tracks: Record<string, RemoteTrack>;
  screen: MediaStreamTrack | null;
  /** Since when there is no connection to the server; null while there is. */
  offlineSince: number | null;
  /** Whether media flows, as far as the browser's own transports say. */
  mediaTrouble: boolean;
  audioBlocked: boolean;
  panel: Panel;
  chatTo: string | null;
  focus: Focus;
  statsOpen: boolean;
  newBuild: boolean;
  chatLimit: number;
  /** How many lines of the chat the server keeps. */
  chatHistory: number;
  nameLimit: number;
  joinedAt: number;
  screenBusy: boolean;
  /** Null: the server told of none, and so there are none to be shown. */
  settings: RoomSettings | null;
  permits: Permits | null;
  lobby: Waiting[] | null;
  door: Door;
  unmuteAsked: { source: 'microphone' | 'camera'; by: Doer } | null;
  hostDialog: HostDialog | null;
}

export const kInitialMeeting: MeetingStore = {
  room: '',
  phase: 'outside',
  phaseReason: '',
  selfId: '',
  people: {},
  wanted: { microphone: false, camera: false, hand: false },
  chat: [],
  chatEarlier: false,
  unread: 0,
  speaking: {},
  tracks: {},
  screen: null,
  offlineSince: null,
  mediaTrouble: false,
  audioBlocked: false,
  panel: 'none',
  chatTo: null,
  focus: { kind: 'auto' },
  statsOpen: false,
  newBuild: false,
  chatLimit: 2000,
  chatHistory: 0,
  nameLimit: 64,
  joinedAt: 0,
  screenBusy: false,
  settings: null,
  permits: null,
  lobby: null,
  door: { title: '', message: null },
  unmuteAsked: null,
  hostDialog: null,
};

export const useMeeting = create<MeetingStore>()(() => kInitialMeeting);

// ---- pure steps: the state before, the event, the state after ----

type Change = Partial<MeetingStore>;

/** `asked`: the chat as it was when the state was asked for. */
export function applyState(state: MeetingStore, fresh: MeetingState, asked = state.chat): Change {
  const people: Record<string, Participant> = {};
  for (const each of [...fresh.participants, fresh.self]) people[each.id] = each;
  return {
    people,
    selfId: fresh.self.id,
    ...takeChat(state, fresh, asked),
    speaking: speakersToLevels(fresh.speakers),
    settings: fresh.settings ?? null,
    permits: fresh.permits ?? null,
    lobby: fresh.lobby ?? null,
    ...(state.chatTo !== null && people[state.chatTo] === undefined ? { chatTo: null } : {}),
  };
}

export function applyJoin(state: MeetingStore, result: JoinResult, asked = state.chat): Change {
  const { chatChars: chatLimit, chatHistory, nameChars: nameLimit } = result.limits;
  const change = applyState({ ...state, chatHistory }, result, asked);
  const known = new Set(state.chat.map((each) => each.id));
  // History of before my first join is not news; what came while I was away is.
  const missed = state.phase === 'joined' ? result.chat.filter((each) => !known.has(each.id)).length : 0;
  return {
    ...change,
    phase: 'joined',
    phaseReason: '',
    offlineSince: null,
    // A page that was reloaded knows of no hand; the server does.
    wanted: state.phase === 'joined' ? state.wanted : { ...state.wanted, hand: result.self.hand !== null },
    unread: state.panel === 'chat' ? 0 : state.unread + missed,
    chatLimit,
    chatHistory,
    nameLimit,
    joinedAt: state.joinedAt === 0 ? Date.now() : state.joinedAt,
  };
}

export function applyLobby({ title, message }: LobbyPlace): Change {
  return { phase: 'lobby', phaseReason: '', offlineSince: null, door: { title, message } };
}

export function addWaiting(state: MeetingStore, waiting: Waiting): Change {
  return { lobby: [...(state.lobby ?? []).filter((each) => each.id !== waiting.id), waiting] };
}

export function dropWaiting(state: MeetingStore, id: string): Change {
  return { lobby: state.lobby?.filter((each) => each.id !== id) ?? null };
}

export function addPerson(state: MeetingStore, person: Participant): Change {
  return { people: { ...state.people, [person.id]: person } };
}

export function removePerson(state: MeetingStore, id: string): Change {
  const people = { ...state.people };
  delete people[id];
  const speaking = { ...state.speaking };
  delete speaking[id];
  return {
    people,
    speaking,
    ...(state.chatTo === id ? { chatTo: null } : {}),
    ...(state.focus.kind === 'pinned' && state.focus.tile.startsWith(`${id}:`) ? { focus: { kind: 'auto' } } : {}),
  };
}

export function patchPerson(state: MeetingStore, id: string, patch: Partial<Participant>): Change {
  const person = state.people[id];
  return person === undefined ? {} : { people: { ...state.people, [id]: { ...person, ...patch } } };
}

export function putProducer(state: MeetingStore, personId: string, producer: ProducerInfo): Change {
  const person = state.people[personId];
  if (person === undefined) return {};
  const others = person.producers.filter((each) => each.id !== producer.id);
  return patchPerson(state, personId, { producers: [...others, producer] });
}

export function dropProducer(state: MeetingStore, personId: string, producerId: string): Change {
  const person = state.people[personId];
  if (person === undefined) return {};
  return patchPerson(state, personId, { producers: person.producers.filter((each) => each.id !== producerId) });
}

/** Nobody sends anything, until they say so again. */
export function dropAllProducers(state: MeetingStore): Change {
  return {
    people: Object.fromEntries(Object.values(state.people).map((each) => [each.id, { ...each, producers: [] }])),
    speaking: {},
  };
}

export function setProducerPaused(state: MeetingStore, personId: string, producerId: string, paused: boolean): Change {
  const person = state.people[personId];
  if (person === undefined) return {};
  return patchPerson(state, personId, {
    producers: person.producers.map((each) => (each.id === producerId ? { ...each, paused } : each)),
  });
}

export function speakersToLevels(speakers: readonly Speaker[]): Record<string, number> {
  return Object.fromEntries(speakers.map((each) => [each.participantId, each.level]));
}

// ---- what the views ask ----

export function producerOf(person: Participant | undefined, source: Source): ProducerInfo | undefined {
  // The newest: a moment may have two while one replaces the other.
  return person?.producers.findLast((each) => each.source === source);
}

export function isLive(person: Participant | undefined, source: Source): boolean {
  const producer = producerOf(person, source);
  return producer !== undefined && !producer.paused;
}

/** What one may do to others and to the room. `none` where the server knows of no rights. */
export type Lead = 'host' | 'cohost' | 'none';

export function leadOf({ people, selfId, permits, settings }: Pick<MeetingStore, 'people' | 'selfId' | 'permits' | 'settings'>): Lead {
  const role = people[selfId]?.role;
  return permits !== null && settings !== null && (role === 'host' || role === 'cohost') ? role : 'none';
}

/** A viewer whose token lets them say nothing. */
export function isSilentViewer({ people, selfId, permits }: Pick<MeetingStore, 'people' | 'selfId' | 'permits'>): boolean {
  return people[selfId]?.role === 'viewer' && permits !== null && !permits.chat;
}

export function maySend({ permits }: Pick<MeetingStore, 'permits'>, source: Source): boolean {
  return permits === null || permits.sources.includes(source);
}

/** Of what one switches oneself: meant, but not yet so for the others. */
export function isPending(state: Pick<MeetingStore, 'people' | 'selfId' | 'wanted'>, what: keyof Wanted): boolean {
  const self = state.people[state.selfId];
  const is = what === 'hand' ? self?.hand != null : isLive(self, what);
  return is !== state.wanted[what];
}

/** Others first come first, and always in the same order; oneself before them. */
export function inOrder(state: Pick<MeetingStore, 'people' | 'selfId'>): Participant[] {
  return Object.values(state.people).sort(
    (a, b) =>
      Number(b.id === state.selfId) - Number(a.id === state.selfId) || a.joinedAt - b.joinedAt || a.id.localeCompare(b.id),
  );
}

export function handsInOrder(people: Record<string, Participant>): Participant[] {
  return Object.values(people)
    .filter((each) => each.hand !== null)
    .sort((a, b) => (a.hand ?? 0) - (b.hand ?? 0));
}
