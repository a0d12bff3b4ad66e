// A confab server in memory, for unit tests: the signaling of docs/protocol.md without any media.
import { testFakeParameters } from 'mediasoup-client';
import type { SocketLike } from '@/lib/protocol/client';
import type { ChatMessage, JoinRequest, JoinResult, LobbyPlace, MeetingState, Participant, ProducerInfo, RoomSettings, Source } from '@/lib/protocol/types';

type Handler = (...args: never[]) => void;
type Answer = Record<string, unknown>;

export function person(id: string, producers: ProducerInfo[] = []): Participant {
  return { id, name: id, role: 'member', joinedAt: 1, hand: null, connection: 'connected', producers };
}

export const openRoom: RoomSettings = {
  title: '', lobby: false, locked: false, hasPassword: false, permissions: { unmute: true, share: true, chat: true },
};

/** What a server that knows of rights tells besides; `role` is `self`'s. */
export const allRights: Required<Pick<MeetingState, 'settings' | 'permits'>> = {
  settings: openRoom,
  permits: { sources: ['camera', 'microphone', 'screen', 'screen-audio'], subscribe: true, chat: true, unmute: true },
};

/** Both ends at once: the page's socket and what answers it. */
export class FakeServer implements SocketLike {
  connected = false;
  recovered = false;
  id: string | undefined;
  self: Participant = person('pt_self');
  others: Participant[] = [];
  rights: Pick<MeetingState, 'settings' | 'permits' | 'lobby'> = {};
  /** Where joins end until somebody is admitted. */
  place: LobbyPlace | null = null;
  /** A host muted this person: so their microphone stays until they say otherwise. */
  staysMuted = false;
  chat: ChatMessage[] = [];
  /** Requests as they came, newest last. */
  readonly log: { event: string; payload: Answer }[] = [];
  /** Answers that replace the usual one, once. */
  readonly next = new Map<string, Answer>();
  reachable = true;
  /** Requests that get no answer until speak(). */
  readonly silent = new Set<string>();
  private held: { event: string; payload: Answer; ack: (error: Error | null, answer: unknown) => void }[] = [];
  private readonly handlers = new Map<string, Handler[]>();
  private serial = 0;
  private sockets = 0;
  readonly transports = new Set<string>();
  private consumers = new Map<string, { id: string; producerId: string; paused: boolean }>();

  // ---- the socket ----

  connect(): void {
    if (this.connected || !this.reachable) return;
    queueMicrotask(() => {
      if (this.connected || !this.reachable) return;
      this.connected = true;
      this.id = `socket${++this.sockets}`;
      this.fire('connect');
      this.emit('welcome', { protocol: 1, build: 'b1', serverTime: 0 });
    });
  }

  disconnect(): void {
    this.drop('io client disconnect');
  }

  dropTransport(): void {
    this.drop('transport close');
  }

  on(event: string, handler: Handler): void {
    this.handlers.set(event, [...(this.handlers.get(event) ?? []), handler]);
  }

  timeout() {
    return {
      emit: (event: string, payload: unknown, ack: (error: Error | null, answer: unknown) => void) => {
        this.log.push({ event, payload: payload as Answer });
        queueMicrotask(() => {
          if (!this.connected) ack(new Error('socket has been disconnected'), undefined);
          else if (this.silent.has(event)) this.held.push({ event, payload: payload as Answer, ack });
          else ack(null, this.answer(event, payload as Answer));
        });
      },
    };
  }

  // ---- the test's hands ----

  emit(event: string, payload: unknown): void {
    this.fire(event, payload);
  }

  drop(reason: string): void {
    if (!this.connected) return;
    this.connected = false;
    for (const { ack } of this.held.splice(0)) ack(new Error('socket has been disconnected'), undefined);
    this.fire('disconnect', reason);
  }

  /** As a restart does: identities stay, media is gone. */
  loseMedia(): void {
    this.transports.clear();
    this.consumers.clear();
    this.self.producers = [];
  }

  /** Answers what was held back. */
  speak(): void {
    this.silent.clear();
    for (const { event, payload, ack } of this.held.splice(0)) ack(null, this.answer(event, payload));
  }

  /** Does what was asked and held back, and does not answer: as when the answer is lost. */
  obey(event: string): void {
    this.silent.delete(event);
    for (const each of this.held.filter((one) => one.event === event)) this.answer(event, each.payload);
  }

  requests(event: string): Answer[] {
    return this.log.filter((each) => each.event === event).map((each) => each.payload);
  }

  /** The latest one of that producer. */
  consumerOf(producerId: string): string | undefined {
    return [...this.consumers.values()].findLast((each) => each.producerId === producerId)?.id;
  }

  // ---- the server ----

  private answer(event: string, payload: Answer): Answer {
    const once = this.next.get(event);
    if (once !== undefined) {
      this.next.delete(event);
      return once;
    }
    const { transportId } = payload;
    if (typeof transportId === 'string' && !this.transports.has(transportId)) {
      return { error: { code: 'not_found', message: 'you have no such transport' } };
    }
    switch (event) {
      case 'join':
        return this.place !== null ? { ...this.place } : { ...this.joined(payload as unknown as JoinRequest) };
      case 'state:get':
        return { self: this.self, participants: this.others, chat: [], chatEarlier: false, speakers: [], serverTime: 0, ...this.rights };
      case 'transport:create':
        return { ...this.makeTransport() };
      case 'transport:restart-ice':
        return { iceParameters: { usernameFragment: 'new', password: 'new', iceLite: true } };
      case 'produce':
        return this.produce(payload['source'] as Source, payload['paused'] === true);
      case 'producer:pause':
      case 'producer:resume':
        return this.pause(String(payload['producerId']), event === 'producer:pause');
      case 'producer:close':
        this.self.producers = this.self.producers.filter((each) => each.id !== payload['producerId']);
        return {};
      case 'chat:send':
        return this.say(payload);
      case 'hand:set':
        this.self.hand = payload['raised'] === true ? 1 : null;
        return { hand: this.self.hand };
      case 'leave':
        this.loseMedia();
        return {};
      case 'consume':
        return this.consume(String(payload['producerId']));
      default:
        return {};
    }
  }

  private joined({ keepMedia, transports }: JoinRequest): JoinResult {
    const mediaKept = keepMedia === true && this.transports.size > 0;
    if (!mediaKept) this.loseMedia();
    return {
      participantId: this.self.id, resumeToken: `r${++this.serial}`, meetingId: 'mt_1', resumed: false, mediaKept,
      self: structuredClone(this.self), participants: structuredClone(this.others), chat: [...this.chat], chatEarlier: false, speakers: [],
      routerRtpCapabilities: testFakeParameters.generateRouterRtpCapabilities(), iceServers: [],
      ...(transports === true && !mediaKept ? { transports: { send: this.makeTransport(), recv: this.makeTransport() } } : {}),
      ...(mediaKept ? { own: { transports: [], consumers: [...this.consumers.values()].map((each) => ({ ...each, producerPaused: false })) } } : {}),
      limits: { participants: 500, producersPerParticipant: 16, nameChars: 64, chatChars: 2000, chatHistory: 200, reconnectGraceMs: 30000 },
      build: 'b1', serverTime: 0, ...structuredClone(this.rights),
    };
  }

  private makeTransport() {
    const id = `tr_${++this.serial}`;
    this.transports.add(id);
    const { iceParameters, iceCandidates, dtlsParameters } = testFakeParameters.generateTransportRemoteParameters();
    return { id, iceParameters, iceCandidates, dtlsParameters };
  }

  private produce(source: Source, wantsPaused: boolean): Answer {
    const paused = wantsPaused || (this.staysMuted && source === 'microphone');
    const id = `pr_${++this.serial}`;
    this.self.producers.push({ id, source, paused, kind: source === 'camera' || source === 'screen' ? 'video' : 'audio' });
    return { producerId: id, paused };
  }

  private pause(producerId: string, paused: boolean): Answer {
    const found = this.self.producers.find((each) => each.id === producerId);
    if (found === undefined) return { error: { code: 'not_found', message: 'no such producer' } };
    found.paused = paused;
    this.staysMuted &&= paused;
    return {};
  }

  private say({ id, text }: Answer): Answer {
    const before = this.chat.find((each) => each.id === id);
    const message = before ?? { id: String(id), from: { id: this.self.id, name: this.self.name }, to: null, text: String(text), sentAt: ++this.serial };
    if (before === undefined) this.chat.push(message);
    return { message };
  }

  private consume(producerId: string): Answer {
    const owner = this.others.find((each) => each.producers.some((one) => one.id === producerId));
    const producer = owner?.producers.find((each) => each.id === producerId);
    if (owner === undefined || producer === undefined) return { error: { code: 'not_found', message: 'no such producer' } };
    const id = `co_${++this.serial}`;
    this.consumers.set(id, { id, producerId, paused: true });
    const { rtpParameters, kind } = testFakeParameters.generateConsumerRemoteParameters({
      id, codecMimeType: producer.kind === 'audio' ? 'audio/opus' : 'video/VP8',
    });
    return { id, producerId, kind, rtpParameters, type: 'simple', producerPaused: producer.paused, participantId: owner.id, source: producer.source, streamId: owner.id };
  }

  private fire(event: string, ...args: unknown[]): void {
    this.handlers.get(event)?.forEach((each) => each(...(args as never[])));
  }
}
