// The shapes of docs/protocol.md, version 1. Field for field; nothing is renamed on the way in.
import type { types as ms } from 'mediasoup-client';

export const kProtocolVersion = 1;

export type MediaKind = 'audio' | 'video';
export type Source = 'camera' | 'microphone' | 'screen' | 'screen-audio';
export type Role = 'host' | 'cohost' | 'member' | 'viewer';
export type ParticipantConnection = 'connected' | 'reconnecting';

export interface ProducerInfo {
  id: string;
  kind: MediaKind;
  source: Source;
  paused: boolean;
}

export interface Participant {
  id: string;
  name: string;
  role: Role;
  joinedAt: number;
  hand: number | null;
  connection: ParticipantConnection;
  producers: ProducerInfo[];
}

export interface PersonRef {
  id: string;
  name: string;
}

/** Whose doing it was; null: an operator's, over REST. */
export type Doer = PersonRef | null;

export interface RoomSettings {
  title: string;
  lobby: boolean;
  locked: boolean;
  hasPassword: boolean;
  /** What members may do; hosts and co-hosts always may. */
  permissions: Permissions;
}

export interface Permissions {
  unmute: boolean;
  share: boolean;
  chat: boolean;
}

/** What I may do, at this moment. */
export interface Permits {
  sources: Source[];
  subscribe: boolean;
  chat: boolean;
  unmute: boolean;
}

export interface Waiting {
  id: string;
  name: string;
  since: number;
}

export interface LobbyMessage {
  text: string;
  from: Doer;
  sentAt: number;
}

export interface Ban {
  id: string;
  name: string;
  at: number;
}

export interface ChatMessage {
  id: string;
  from: PersonRef;
  to: PersonRef | null;
  text: string;
  sentAt: number;
}

export interface Speaker {
  participantId: string;
  producerId: string;
  /** dBov, -127 (silence) to 0. */
  level: number;
}

export interface Limits {
  participants: number;
  producersPerParticipant: number;
  nameChars: number;
  chatChars: number;
  chatHistory: number;
  reconnectGraceMs: number;
}

export type TransportDirection = 'send' | 'recv';
export type TransportOptions = Pick<ms.TransportOptions, 'id' | 'iceParameters' | 'iceCandidates' | 'dtlsParameters'>;

export interface ConsumerOptions {
  id: string;
  producerId: string;
  kind: MediaKind;
  rtpParameters: ms.RtpParameters;
  type: 'simple' | 'simulcast' | 'svc';
  producerPaused: boolean;
  participantId: string;
  source: Source;
  streamId: string;
}

export interface OwnTransport {
  id: string;
  direction: TransportDirection;
}

export interface OwnConsumer {
  id: string;
  producerId: string;
  paused: boolean;
  producerPaused: boolean;
}

export interface JoinRequest {
  room: string;
  /** W3C Trace Context: what the logs of all services say of this join is found by it. */
  traceparent?: string;
  name?: string;
  resumeToken?: string;
  attempt?: string;
  hostKey?: string;
  password?: string;
  device?: string;
  knock?: string;
  keepMedia?: boolean;
  transports?: boolean;
  rtpCapabilities?: ms.RtpCapabilities;
}

export interface MeetingState {
  self: Participant;
  participants: Participant[];
  chat: ChatMessage[];
  /** There are more before them. */
  chatEarlier: boolean;
  /** The last that hosts deleted; not told by servers from before that could be done. */
  chatDeleted?: string[];
  speakers: Speaker[];
  serverTime: number;
  /** These three are not told by servers from before there were rights; `lobby` only to who may let people in. */
  settings?: RoomSettings;
  permits?: Permits;
  lobby?: Waiting[];
}

export interface JoinResult extends MeetingState {
  participantId: string;
  resumeToken: string;
  meetingId: string;
  resumed: boolean;
  mediaKept: boolean;
  routerRtpCapabilities: ms.RtpCapabilities;
  iceServers: RTCIceServer[];
  transports?: Record<TransportDirection, TransportOptions>;
  own?: { transports: OwnTransport[]; consumers: OwnConsumer[] };
  limits: Limits;
  build: string;
}

/** The other answer to a join: not in yet. */
export interface LobbyPlace {
  waiting: Waiting;
  knock: string;
  room: string;
  title: string;
  message: LobbyMessage | null;
}

type Empty = Record<string, never>;
type OfPerson = { participantId: string };
type NewSettings = { settings: RoomSettings };

export type JoinStep = 'socket' | 'join' | 'ice' | 'dtls' | 'first_media' | 'first_frame';

/** How it goes for the person: numbers and words of a fixed set, of the time since the report before. */
export interface ClientReport {
  /** Milliseconds since the click, of the steps that were reached. */
  join?: Partial<Record<JoinStep, number>>;
  failed?: { step: JoinStep; reason: 'timeout' | 'refused' | 'lost' | 'failed' };
  pair?: { type: 'host' | 'srflx' | 'prflx' | 'relay'; protocol: 'udp' | 'tcp' };
  mended?: { what: 'socket' | 'ice' | 'media'; awayMs: number }[];
  freezes?: number;
  frozenMs?: number;
  videoMs?: number;
  concealedMs?: number;
  audioMs?: number;
}

/** Every request: what is sent, what the acknowledgement brings. */
export interface Requests {
  join: { payload: JoinRequest; result: JoinResult | LobbyPlace };
  leave: { payload: Empty; result: Empty };
  'state:get': { payload: Empty; result: MeetingState };
  'transport:create': { payload: { direction: TransportDirection }; result: TransportOptions };
  'transport:connect': { payload: { transportId: string; dtlsParameters: ms.DtlsParameters }; result: Empty };
  'transport:restart-ice': { payload: { transportId: string }; result: { iceParameters: ms.IceParameters } };
  'transport:close': { payload: { transportId: string }; result: Empty };
  produce: {
    payload: {
      transportId: string;
      kind: MediaKind;
      rtpParameters: ms.RtpParameters;
      source: Source;
      paused?: boolean;
    };
    result: { producerId: string; paused?: boolean };
  };
  'producer:pause': { payload: { producerId: string }; result: Empty };
  'producer:resume': { payload: { producerId: string }; result: Empty };
  'producer:close': { payload: { producerId: string }; result: Empty };
  consume: {
    payload: { transportId: string; producerId: string; rtpCapabilities?: ms.RtpCapabilities };
    result: ConsumerOptions;
  };
  'consumer:pause': { payload: { consumerId: string }; result: Empty };
  'consumer:resume': { payload: { consumerId: string }; result: Empty };
  'consumer:close': { payload: { consumerId: string }; result: Empty };
  'consumer:layers': {
    /** `priority`: what a better picture is worth beside those of others, 1 to 255. */
    payload: { consumerId: string; spatialLayer: number; temporalLayer: number; priority?: number };
    result: Empty;
  };
  'stats:get': { payload: Empty; result: ServerStats };
  'chat:send': { payload: { id: string; text: string; to?: string }; result: { message: ChatMessage } };
  'chat:delete': { payload: { messageId: string }; result: Empty };
  'chat:history': { payload: { before?: string }; result: { chat: ChatMessage[]; chatEarlier: boolean } };
  'hand:set': { payload: { raised: boolean }; result: { hand: number | null } };
  'profile:set': { payload: { name: string }; result: { name: string; resumeToken: string } };
  'client:report': { payload: ClientReport; result: Empty };
  'participant:mute': { payload: OfPerson & { source?: Source }; result: Empty };
  'participant:ask-unmute': { payload: OfPerson & { source?: 'microphone' | 'camera' }; result: Empty };
  'participant:stop': { payload: OfPerson & { source: Source }; result: Empty };
  'participant:remove': { payload: OfPerson; result: Empty };
  'participant:ban': { payload: OfPerson; result: { banId: string } };
  'participant:role': { payload: OfPerson & { role: Role }; result: Empty };
  'hand:lower': { payload: OfPerson; result: Empty };
  'meeting:mute-all': { payload: Empty; result: { muted: number } };
  'meeting:lower-hands': { payload: Empty; result: { lowered: number } };
  'meeting:end': { payload: Empty; result: Empty };
  'ban:list': { payload: Empty; result: { bans: Ban[] } };
  'ban:lift': { payload: { banId: string }; result: Empty };
  'room:set': { payload: { title?: string; lobby?: boolean; permissions?: Partial<Permissions> }; result: NewSettings };
  'room:lock': { payload: { locked: boolean }; result: NewSettings };
  'room:password': { payload: { password: string | null }; result: NewSettings };
  'lobby:admit': { payload: { waitingId: string }; result: Empty };
  'lobby:deny': { payload: { waitingId: string }; result: Empty };
  'lobby:admit-all': { payload: Empty; result: { admitted: number } };
  'lobby:message': { payload: { text: string; waitingId?: string }; result: Empty };
}

export type RequestName = keyof Requests;
export type Payload<E extends RequestName> = Requests[E]['payload'];
export type Result<E extends RequestName> = Requests[E]['result'];

/** Every event the server sends unasked. */
/** Why the server sends no more of a video than it does (docs/protocol.md, Quality). */
export type LayerReason =
  | 'none' | 'estimate' | 'draining' | 'probe_wait' | 'server_limit' | 'paused_estimate'
  | 'client_wish' | 'publisher_off' | 'publisher_limited' | 'waiting_key_frame';

/** What the server sends of a video; a layer is null where it sends nothing. */
export interface Served {
  reason: LayerReason;
  spatialLayer: number | null;
  temporalLayer: number | null;
  targetSpatialLayer: number | null;
  targetTemporalLayer: number | null;
  allottedBps: number;
}

/** What the server measured of one's own media. Only what is shown is named here. */
export interface ServerStats {
  transports: {
    transportId: string;
    /** Of the one to receive on, once this browser reported what reaches it. */
    link?: { targetBps: number; sentBps: number; networkQueueMs: number; lossPermille: number; state: string; cause: string };
  }[];
  consumers: { consumerId: string; producerId: string; layers?: Served }[];
}

export interface ServerEvents {
  welcome: { protocol: number; build: string; serverTime: number };
  'participant:joined': { participant: Participant };
  'participant:left': { participantId: string; reason: 'left' | 'timeout' | 'removed' };
  'participant:updated': { participant: Participant };
  'participant:connection': { participantId: string; connection: ParticipantConnection };
  'producer:added': { participantId: string; producer: ProducerInfo };
  'producer:paused': { participantId: string; producerId: string };
  'producer:resumed': { participantId: string; producerId: string };
  'producer:closed': { participantId: string; producerId: string };
  'consumer:closed': { consumerId: string; producerId: string };
  'consumer:quality': { consumerId: string } & Served;
  'chat:message': { message: ChatMessage };
  'chat:deleted': { messageId: string };
  speakers: { speakers: Speaker[] };
  'transport:state': {
    transportId: string;
    state: 'connecting' | 'connected' | 'disconnected' | 'failed' | 'closed';
    reason: string;
  };
  'media:lost': { reason: string; routerRtpCapabilities: ms.RtpCapabilities };
  'meeting:closed': { reason: 'ended' | 'unavailable' };
  'session:replaced': Empty;
  'self:updated': { self: Participant; permits: Permits; lobby?: Waiting[] };
  'room:updated': { settings: RoomSettings; by: Doer };
  'room:unkept': { unkept: boolean };
  moderation: { action: 'mute' | 'stop' | 'lower-hand'; source?: Source; by: Doer };
  'unmute:asked': { source: 'microphone' | 'camera'; by: Doer };
  removed: { banned: boolean; by: Doer };
  'meeting:ended': { by: Doer };
  'lobby:knocked': { waiting: Waiting };
  'lobby:left': { waitingId: string; reason: 'admitted' | 'denied' | 'left' };
  'lobby:admitted': Empty;
  'lobby:denied': Empty;
  'lobby:message': LobbyMessage;
  'server:restarting': { reconnectInMs: number };
}

export type ServerEventName = keyof ServerEvents;
