import type { Device, types as ms } from 'mediasoup-client';
import type { SignalingClient } from '@/lib/protocol/client';
import { ProtocolError } from '@/lib/protocol/errors';
import type { ConsumerOptions, MediaKind, OwnConsumer, Source, TransportDirection, TransportOptions } from '@/lib/protocol/types';
import { cameraEncodings, chooseCodec, screenEncodings, sizeOf, type MediaOverrides } from './encodings';
import type { Resolution } from './devices';
import { KeyFrameWatch } from './key-frame-watch';
import { DeviceLoader } from './device-loader';
import { mark } from './marks';
import { kAllVideo, kFocusPriority, kTopLayer, kTopTemporalLayer, type UseOfVideo } from './use-of-video';

export interface RemoteTrack {
  producerId: string;
  consumerId: string;
  participantId: string;
  source: Source;
  track: MediaStreamTrack;
}

export interface WantedProducer {
  producerId: string;
  participantId: string;
  kind: MediaKind;
}

export interface MediaEvents {
  onTrack(track: RemoteTrack): void;
  onTrackGone(producerId: string): void;
  onTransportState(direction: TransportDirection, state: ms.ConnectionState): void;
  /** The server does not take a transport for connected: this media comes to nothing. */
  onRefused(): void;
}

interface Sent {
  producer: ms.Producer;
  /** Whether the server holds it for paused, as far as it has answered; undefined: it has not. */
  toldPaused: boolean | undefined;
}

interface Wish {
  layer: number;
  focused: boolean;
}

interface Held {
  consumer: ms.Consumer;
  participantId: string;
  source: Source;
  /** What the server was last told; it makes consumers paused. */
  flowing: boolean;
  /** Likewise; it makes consumers without a limit. Undefined: it may or may not have heard the last one. */
  wish: Wish | undefined;
}

const kIceLookEveryMs = 50;

/** A track of a remote stream is muted until its first packets are there (WebRTC 1.0 §5.3). */
function markFirstMedia(track: MediaStreamTrack): void {
  if (track.muted) track.addEventListener('unmute', () => mark('first-media'), { once: true });
  else mark('first-media');
}

const kKindOf: Record<Source, MediaKind> = {
  camera: 'video',
  screen: 'video',
  microphone: 'audio',
  'screen-audio': 'audio',
};

/**
 * One life of the media plane: a send and a receive transport with what runs over them. It is
 * thrown away and made anew when the server has lost its side; tracks belong to the caller and
 * outlive it. Knows no React and no store.
 */
export class MediaClient {
  private closed = false;
  private readonly producers = new Map<Source, Sent>();
  private readonly consumers = new Map<string, Held>();
  private readonly wanted = new Map<string, WantedProducer>();
  private readonly pending = new Set<string>();
  /** Consumers that the server has made and the browser is making. */
  private readonly making = new Set<string>();
  private use: UseOfVideo = kAllVideo;
  private capabilitiesSent = false;
  /** What the server has not answered a `transport:connect` for. */
  private readonly unconnected = new Map<TransportDirection, ms.DtlsParameters>();
  private readonly restarting = new Set<TransportDirection>();
  private readonly watch: KeyFrameWatch;

  private constructor(
    private readonly signaling: SignalingClient,
    private readonly events: MediaEvents,
    private readonly overrides: MediaOverrides,
    readonly device: Device,
    private readonly send: ms.Transport,
    private readonly recv: ms.Transport,
  ) {
    this.attach(send, 'send');
    this.attach(recv, 'recv');
    this.watch = new KeyFrameWatch(
      () => this.flowingVideo(),
      (consumerId) => void this.signaling.request('consumer:resume', { consumerId }).catch(() => undefined),
    );
  }

  static async create(options: {
    signaling: SignalingClient;
    events: MediaEvents;
    overrides: MediaOverrides;
    routerRtpCapabilities: ms.RtpCapabilities;
    transports: Record<TransportDirection, TransportOptions>;
    iceServers: RTCIceServer[];
    devices: DeviceLoader;
  }): Promise<MediaClient> {
    const { signaling, events, overrides, routerRtpCapabilities, transports, iceServers } = options;
    const device = await options.devices.take(routerRtpCapabilities);
    mark('device-loaded');
    return new MediaClient(
      signaling,
      events,
      overrides,
      device,
      device.createSendTransport({ ...transports.send, iceServers }),
      device.createRecvTransport({ ...transports.recv, iceServers }),
    );
  }

  /**
   * Sends, asks for and shows nothing more. Closing what encodes holds Chromium's page for up to a quarter
   * of a second: that can wait until what replaces it is up.
   */
  retire(): void {
    if (this.closed) return;
    this.closed = true;
    this.watch.stop();
    this.producers.forEach(({ producer }) => void producer.rtpSender?.replaceTrack(null).catch(() => undefined));
    [...this.consumers.keys()].forEach((id) => this.events.onTrackGone(id));
    this.consumers.clear();
  }

  close(): void {
    this.retire();
    this.send.close();
    this.recv.close();
    this.producers.clear();
  }

  // ---- what we send ----

  producerId(source: Source): string | undefined {
    return this.producers.get(source)?.producer.id;
  }

  /** What is sent as `source`: null for nothing just now, undefined where there is no producer. */
  track(source: Source): MediaStreamTrack | null | undefined {
    return this.producers.get(source)?.producer.track;
  }

  toldPaused(source: Source): boolean | undefined {
    return this.producers.get(source)?.toldPaused;
  }

  async publish(
    source: Source,
    track: MediaStreamTrack,
    { paused, resolution }: { paused: boolean; resolution: Resolution },
  ): Promise<{ id: string; paused: boolean }> {
    // The browser would negotiate first, and undo it when the server can not be told: the next attempt, begun
    // while that is under way, finds the descriptions out of step and fails for good.
    if (!this.signaling.connected) throw new ProtocolError('offline', 'There is no connection to the server.', true);
    const video = kKindOf[source] === 'video';
    const codec = video ? chooseCodec(this.sendCapabilities(), this.overrides.codec) : undefined;
    if (video && this.overrides.codec !== undefined && codec === undefined) {
      throw new Error(`This browser and server have no ${this.overrides.codec.toUpperCase()} in common.`);
    }
    // A track that an earlier mute switched off would be sent as black or silence.
    track.enabled = !paused;
    const producer = await this.send.produce({
      track,
      // Tracks are the caller's: they must survive a rebuilt transport.
      stopTracks: false,
      appData: { source, paused },
      ...(codec === undefined ? {} : { codec }),
      ...(source === 'camera' ? { encodings: cameraEncodings(sizeOf(track, resolution), this.overrides) } : {}),
      ...(source === 'screen' ? { encodings: screenEncodings(sizeOf(track, '720p'), this.overrides) } : {}),
      codecOptions: video
        ? // Without it the largest layer waits several seconds for the estimate to grow.
          { videoGoogleStartBitrate: 1500 }
        : source === 'screen-audio'
          ? { opusStereo: true, opusDtx: false }
          : { opusDtx: true, opusFec: true },
    });
    // Paused by the server, where a host had muted this person or members may not unmute.
    const isPaused = producer.appData['paused'] === true;
    if (isPaused) producer.pause();
    if (!this.closed) this.producers.set(source, { producer, toldPaused: isPaused });
    return { id: producer.id, paused: isPaused };
  }

  /** Our side alone, at once: nothing said after a click on Mute is sent. */
  hush(source: Source): void {
    this.producers.get(source)?.producer.pause();
  }

  /** The other way round; only after the server has agreed, and only if it is still meant. */
  unhush(source: Source): void {
    const producer = this.producers.get(source)?.producer;
    if (producer !== undefined && !producer.closed) producer.resume();
  }

  /** The server's side. */
  async tellPaused(source: Source, paused: boolean): Promise<void> {
    const sent = this.producers.get(source);
    if (sent === undefined) return;
    sent.toldPaused = undefined;
    await this.signaling.request(paused ? 'producer:pause' : 'producer:resume', { producerId: sent.producer.id });
    sent.toldPaused = paused;
  }

  /** What the server says it holds, after a time without it. */
  learnPaused(source: Source, paused: boolean): void {
    const sent = this.producers.get(source);
    if (sent !== undefined) sent.toldPaused = paused;
  }

  async replaceTrack(source: Source, track: MediaStreamTrack | null, resolution: Resolution): Promise<void> {
    const producer = this.producers.get(source)?.producer;
    if (producer === undefined) return;
    await producer.replaceTrack({ track });
    if (source === 'camera' && track !== null) await this.fitEncodings(producer, track, resolution);
  }

  /** Another camera or another setting may have another size, and other layers that fit it. */
  private async fitEncodings(producer: ms.Producer, track: MediaStreamTrack, resolution: Resolution): Promise<void> {
    const sender = producer.rtpSender;
    const parameters = sender?.getParameters?.();
    if (sender === undefined || parameters === undefined || producer.closed) return;
    const fitting = cameraEncodings(sizeOf(track, resolution), this.overrides);
    if (fitting.length !== parameters.encodings.length) return;
    parameters.encodings.forEach((each, index) => Object.assign(each, fitting[index]));
    // Refused by a browser that is about to change them itself: the layers of before are sent.
    await sender.setParameters(parameters).catch(() => undefined);
  }

  /** The server has closed it already, or never heard of it. */
  forget(source: Source): void {
    this.producers.get(source)?.producer.close();
    this.producers.delete(source);
  }

  async closeAtServer(producerId: string): Promise<void> {
    await this.signaling.request('producer:close', { producerId }).catch((error: unknown) => {
      if (!(error instanceof ProtocolError && error.code === 'not_found')) throw error;
    });
  }

  // ---- what we receive ----

  /** Consumes what is new in the list and lets go of what is no longer in it. */
  async setWanted(list: readonly WantedProducer[]): Promise<void> {
    const ids = new Set(list.map((each) => each.producerId));
    [...this.wanted.keys()].filter((id) => !ids.has(id)).forEach((id) => this.drop(id));
    await this.subscribe(list);
  }

  async subscribe(list: readonly WantedProducer[]): Promise<void> {
    list.forEach((each) => this.wanted.set(each.producerId, each));
    const fresh = list.filter((each) => !this.consumers.has(each.producerId) && !this.pending.has(each.producerId));
    if (fresh.length === 0) return;
    fresh.forEach((each) => this.pending.add(each.producerId));
    try {
      const answers = await Promise.allSettled(fresh.map((each) => this.requestConsume(each.producerId)));
      if (this.closed) return;
      const options = answers.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
      // All in one tick: mediasoup-client then makes one description of them.
      await Promise.all(options.map((each) => this.consume(each)));
      if (options.length > 0) mark('consumed');
    } finally {
      fresh.forEach((each) => this.pending.delete(each.producerId));
    }
  }

  /** The producer is gone: forget its consumer. The server has closed its side. */
  drop(producerId: string): void {
    this.wanted.delete(producerId);
    const held = this.consumers.get(producerId);
    if (held === undefined) return;
    this.consumers.delete(producerId);
    held.consumer.close();
    this.events.onTrackGone(producerId);
  }

  setUse(use: UseOfVideo): void {
    this.use = use;
    this.consumers.forEach((held) => this.applyUse(held));
  }

  /** After a resumed session: whatever the server no longer has must be asked for again. */
  reconcile(own: readonly OwnConsumer[]): void {
    const byProducer = new Map(own.map((each) => [each.producerId, each]));
    [...this.consumers.entries()].forEach(([producerId, held]) => {
      const theirs = byProducer.get(producerId);
      if (theirs?.id !== held.consumer.id) this.drop(producerId);
      else held.flowing = !theirs.paused;
    });
    this.consumers.forEach((held) => this.applyUse(held));
    // Made by a request whose answer was lost: a second copy of the stream.
    const known = new Set([...this.making, ...[...this.consumers.values()].map((held) => held.consumer.id)]);
    for (const { id } of own) {
      if (!known.has(id)) void this.signaling.request('consumer:close', { consumerId: id }).catch(() => undefined);
    }
  }

  // ---- the path ----

  state(direction: TransportDirection): ms.ConnectionState {
    return this.transport(direction).connectionState;
  }

  /** Whether anything runs over it: an unused transport never leaves `new`. */
  inUse(direction: TransportDirection): boolean {
    return this.state(direction) !== 'new';
  }

  /** After a resumed session: what was on its way when the connection broke. */
  sayConnectAgain(): void {
    [...this.unconnected.keys()].forEach((direction) => this.sayConnect(direction, true));
  }

  async restartIce(direction: TransportDirection): Promise<void> {
    const transport = this.transport(direction);
    if (this.closed || !this.inUse(direction) || this.restarting.has(direction)) return;
    this.restarting.add(direction);
    try {
      const { iceParameters } = await this.signaling.request('transport:restart-ice', { transportId: transport.id });
      if (!transport.closed) await transport.restartIce({ iceParameters });
    } finally {
      this.restarting.delete(direction);
    }
  }

  hasTransport(id: string): boolean {
    return this.send.id === id || this.recv.id === id;
  }

  transportIds(): string[] {
    return [this.send.id, this.recv.id];
  }

  // ---- what is measured ----

  transportStats(direction: TransportDirection): Promise<RTCStatsReport> {
    return this.transport(direction).getStats();
  }

  sending(): { source: Source; producer: ms.Producer }[] {
    return [...this.producers.entries()].map(([source, { producer }]) => ({ source, producer }));
  }

  receiving(): { participantId: string; source: Source; consumer: ms.Consumer; flowing: boolean }[] {
    return [...this.consumers.values()];
  }

  // ---- inside ----

  private sendCapabilities(): ms.RtpCapabilities {
    return this.device.sendRtpCapabilities;
  }

  private transport(direction: TransportDirection): ms.Transport {
    return direction === 'send' ? this.send : this.recv;
  }

  private attach(transport: ms.Transport, direction: TransportDirection): void {
    // Not waited for: ICE begins meanwhile, and the server keeps a handshake until it knows whose it is.
    transport.on('connect', ({ dtlsParameters }, done) => {
      this.unconnected.set(direction, dtlsParameters);
      this.sayConnect(direction, false);
      done();
    });
    transport.on('connectionstatechange', (state) => {
      if (direction === 'recv' && state === 'connecting') void this.watchIce();
      if (direction === 'recv' && state === 'connected') {
        mark('ice-connected');
        mark('recv-connected');
      }
      this.events.onTransportState(direction, state);
    });
    if (direction === 'recv') return;
    transport.on('produce', ({ kind, rtpParameters, appData }, done, fail) => {
      const { source, paused } = appData as { source: Source; paused: boolean };
      this.signaling
        .request('produce', { transportId: transport.id, kind, rtpParameters, source, paused })
        .then(({ producerId, paused: isPaused }) => {
          if (isPaused === true) appData['paused'] = true;
          done({ id: producerId });
        })
        .catch(fail);
    });
  }

  private sayConnect(direction: TransportDirection, isAgain: boolean): void {
    const dtlsParameters = this.unconnected.get(direction);
    if (dtlsParameters === undefined || this.closed) return;
    this.signaling
      .request('transport:connect', { transportId: this.transport(direction).id, dtlsParameters })
      .then(() => this.unconnected.delete(direction))
      .catch((error: unknown) => {
        const code = error instanceof ProtocolError ? error.code : undefined;
        // Said again when the session is back.
        if (this.closed || code === 'offline') return;
        // Once per transport: the server did it the first time, and the answer was lost.
        if (isAgain && code === 'conflict') this.unconnected.delete(direction);
        else this.events.onRefused();
      });
  }

  private requestConsume(producerId: string): Promise<ConsumerOptions> {
    const rtpCapabilities = this.capabilitiesSent ? undefined : this.device.recvRtpCapabilities;
    const request = this.signaling.request('consume', {
      transportId: this.recv.id,
      producerId,
      ...(rtpCapabilities === undefined ? {} : { rtpCapabilities }),
    });
    void request.then(() => (this.capabilitiesSent = true)).catch(() => undefined);
    return request;
  }

  private async consume(options: ConsumerOptions): Promise<void> {
    if (!this.wanted.has(options.producerId) || this.consumers.has(options.producerId)) return;
    const { id, producerId, kind, rtpParameters, streamId, participantId, source } = options;
    this.making.add(id);
    const consumer = await this.recv.consume({ id, producerId, kind, rtpParameters, streamId }).finally(() => this.making.delete(id));
    if (this.closed || !this.wanted.has(producerId)) {
      consumer.close();
      return;
    }
    const held: Held = { consumer, participantId, source, flowing: false, wish: { layer: kTopLayer, focused: false } };
    this.consumers.set(producerId, held);
    this.events.onTrack({ producerId, consumerId: id, participantId, source, track: consumer.track });
    markFirstMedia(consumer.track);
    this.applyUse(held);
  }

  /** Browsers tell of ICE and DTLS together: when the first of them is done, only statistics say. */
  private async watchIce(): Promise<void> {
    while (!this.closed && this.recv.connectionState === 'connecting') {
      const report = await this.recv.getStats().catch(() => undefined);
      let isThere = false;
      report?.forEach((entry: { type: string; state?: string; nominated?: boolean }) => {
        isThere ||= entry.type === 'candidate-pair' && entry.nominated === true && entry.state === 'succeeded';
      });
      if (isThere) return mark('ice-connected');
      await new Promise((resolve) => setTimeout(resolve, kIceLookEveryMs));
    }
  }

  private applyUse(held: Held): void {
    const { producerId, kind } = held.consumer;
    // Before it flows: a key frame of a larger layer would be asked for in vain.
    if (kind === 'video') void this.tellWish(held, { layer: this.use.layers.get(producerId) ?? kTopLayer, focused: this.use.focused === producerId });
    void this.letFlow(held, kind === 'audio' || !this.use.hidden.has(producerId));
  }

  private async tellWish(held: Held, wish: Wish): Promise<void> {
    const isTold = held.wish?.layer === wish.layer && held.wish.focused === wish.focused;
    if (isTold || held.consumer.closed || this.use.hidden.has(held.consumer.producerId)) return;
    held.wish = wish;
    try {
      await this.signaling.request('consumer:layers', {
        consumerId: held.consumer.id, spatialLayer: wish.layer, temporalLayer: kTopTemporalLayer,
        ...(wish.focused ? { priority: kFocusPriority } : {}),
      });
    } catch {
      // As below. Another wish may have been told meanwhile; this one may have been heard, and its answer lost.
      if (held.wish === wish) held.wish = undefined;
    }
  }

  private async letFlow(held: Held, want: boolean): Promise<void> {
    if (held.flowing === want || held.consumer.closed) return;
    held.flowing = want;
    try {
      await this.signaling.request(want ? 'consumer:resume' : 'consumer:pause', { consumerId: held.consumer.id });
    } catch {
      // Gone, or offline: the next resume of the session sets it right.
      held.flowing = !want;
    }
  }

  private flowingVideo(): ms.Consumer[] {
    if (this.recv.connectionState !== 'connected') return [];
    return [...this.consumers.values()]
      .filter((each) => each.flowing && each.consumer.kind === 'video' && !each.consumer.closed)
      .map((each) => each.consumer);
  }
}
