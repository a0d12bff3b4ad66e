import type { types as ms } from 'mediasoup-client';
import type { AudioSink } from '@/lib/media/audio-sink';
import { MediaClient, type WantedProducer } from '@/lib/media/client';
import type { DeviceLoader } from '@/lib/media/device-loader';
import type { MediaOverrides } from '@/lib/media/encodings';
import { kAllVideo, type UseOfVideo } from '@/lib/media/use-of-video';
import type { SignalingClient } from '@/lib/protocol/client';
import { describeError, ProtocolError } from '@/lib/protocol/errors';
import type { JoinResult, MeetingState, TransportDirection } from '@/lib/protocol/types';
import { applyState, dropAllProducers, useMeeting } from '@/lib/store/meeting';
import { notify } from './notices';
import type { Publisher } from './publisher';

// ICE that does not come back in this time after a restart needs a new transport.
const kMediaPatienceMs = 12_000;
const kDisconnectedGraceMs = 400;
// By then what replaces lost media is up, as a rule.
const kRetiredMs = 2000;
const kFirstRefusalPauseMs = 250;
const kDirections = ['send', 'recv'] as const;

/** What media is made from, beside its transports. */
type MediaBasis = Pick<JoinResult, 'routerRtpCapabilities' | 'iceServers'>;

export interface MediaSurroundings {
  signaling: SignalingClient;
  devices: DeviceLoader;
  overrides: MediaOverrides;
  audio: AudioSink;
  publisher: () => Publisher;
  /** Whether the socket works; the state of the meeting is taken over with the answer. */
  socketAnswers: () => Promise<boolean>;
}

/**
 * The media of one stay in a meeting, over as many lives as it takes: built after a join, kept over
 * a lost socket, mended when its path breaks, made anew when the server lost it or refuses it.
 */
export class MeetingMedia {
  private media: MediaClient | null = null;
  private rebuildFrom: MediaBasis | null = null;
  private use: UseOfVideo = kAllVideo;
  /** Counts ends: what was begun before one must not come up after it. */
  private stay = 0;
  /** How often the server lost the media plane: transports of before are gone with it. */
  private losses = 0;
  /** How often in a row the server did not take a transport for connected. */
  private refusals = 0;
  private work: Promise<void> = Promise.resolve();
  private patience: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly around: MediaSurroundings) {}

  /** The media of now; null while there is none, or the next is being made. */
  get client(): MediaClient | null {
    return this.media;
  }

  /** Names what the server had lost when something was told, for build(). */
  asOf(): number {
    return this.losses;
  }

  /** From what a join said, `losses` being the asOf() of that moment. */
  build(given: MediaBasis & Pick<JoinResult, 'transports'>, losses: number): Promise<void> {
    const { stay } = this;
    return this.serially(() => this.make(given, stay, losses));
  }

  /** After a join that found this media kept by the server. */
  async resume({ own }: JoinResult): Promise<void> {
    const media = this.media;
    if (media === null) return;
    media.sayConnectAgain();
    media.reconcile(own?.consumers ?? []);
    // Made by a request whose answer was lost.
    const strangers = (own?.transports ?? []).filter(({ id }) => !media.hasTransport(id));
    void this.closeTransports(strangers.map(({ id }) => id));
    this.around.publisher().reconcile();
    await media.setWanted(this.wanted());
    for (const direction of kDirections) {
      if (media === this.media && media.inUse(direction) && media.state(direction) !== 'connected') await media.restartIce(direction);
    }
  }

  /** With all transports, and with what everybody sent over them: nothing is left to close or to ask for. */
  onLost(routerRtpCapabilities: ms.RtpCapabilities): void {
    ++this.losses;
    if (this.rebuildFrom !== null) this.rebuildFrom = { ...this.rebuildFrom, routerRtpCapabilities };
    useMeeting.setState(dropAllProducers);
    this.rebuild((old) => {
      old.retire();
      setTimeout(() => old.close(), kRetiredMs);
      return Promise.resolve();
    });
  }

  onTransportGone(transportId: string): void {
    if (this.media?.hasTransport(transportId)) this.rebuildAfterFailure();
  }

  /** Of this media and of those that follow it. */
  setUse(use: UseOfVideo): void {
    this.use = use;
    this.media?.setUse(use);
  }

  /** Of those who left nothing is received any more. */
  dropStrangers(): void {
    void this.media?.setWanted(this.wanted());
  }

  async restartIce(): Promise<void> {
    await Promise.all(kDirections.map(async (each) => this.media?.restartIce(each)));
  }

  failed(error: unknown): void {
    // While offline the rejoin that follows builds media itself.
    if (error instanceof ProtocolError && error.code === 'offline') return;
    notify(`Media could not be set up: ${describeError(error)}`, 'error');
  }

  end(): void {
    ++this.stay;
    clearTimeout(this.patience);
    this.media?.close();
    this.media = null;
  }

  // ---- building ----

  /** One change of the media plane at a time. */
  private serially(work: () => Promise<void>): Promise<void> {
    const next = this.work.then(work);
    this.work = next.catch(() => undefined);
    return next;
  }

  /** `losses`: as of when what is given was told. */
  private async make(given: MediaBasis & Pick<JoinResult, 'transports'>, stay: number, losses: number): Promise<void> {
    if (stay !== this.stay) return;
    this.media?.close();
    this.media = null;
    clearTimeout(this.patience);
    const basis = losses === this.losses ? given : { ...given, ...this.rebuildFrom, transports: undefined };
    losses = this.losses;
    const transports = basis.transports ?? (await this.createTransports().catch((error: unknown) => {
      if (losses === this.losses) throw error;
      return undefined;
    }));
    if (stay !== this.stay) return;
    if (transports === undefined) return await this.make(basis, stay, losses);
    const media = await this.createClient(basis, transports);
    if (stay !== this.stay) {
      media.close();
      return;
    }
    if (losses !== this.losses) {
      media.close();
      return await this.make(basis, stay, losses);
    }
    this.media = media;
    media.setUse(this.use);
    // Not the transports that came with a join: they end with this media.
    const { routerRtpCapabilities, iceServers } = basis;
    this.rebuildFrom = { routerRtpCapabilities, iceServers };
    // Not waited for: a device may stand behind a question to the person.
    void this.around.publisher().settle();
    await media.subscribe(this.wanted());
    if (media === this.media) useMeeting.setState({ mediaTrouble: false });
  }

  private async createClient(basis: MediaBasis, transports: NonNullable<JoinResult['transports']>): Promise<MediaClient> {
    const { signaling, devices, overrides, audio } = this.around;
    const media: MediaClient = await MediaClient.create({
      signaling,
      devices,
      overrides,
      ...basis,
      transports,
      events: {
        onTrack: (track) => {
          useMeeting.setState((state) => ({ tracks: { ...state.tracks, [track.producerId]: track } }));
          if (track.track.kind === 'audio') audio.add(track.producerId, track.track);
        },
        onTrackGone: (producerId) => {
          audio.remove(producerId);
          useMeeting.setState((state) => {
            const tracks = { ...state.tracks };
            delete tracks[producerId];
            return { tracks };
          });
        },
        onTransportState: (direction) => this.onTransportState(media, direction),
        onRefused: () => this.onRefused(media),
      },
    });
    return media;
  }

  private async createTransports() {
    const { signaling } = this.around;
    const [send, recv] = await Promise.allSettled(kDirections.map((direction) => signaling.request('transport:create', { direction })));
    if (send?.status === 'fulfilled' && recv?.status === 'fulfilled') return { send: send.value, recv: recv.value };
    // One alone is of no use, and counts against the limit.
    const made = [send, recv].flatMap((each) => (each?.status === 'fulfilled' ? [each.value.id] : []));
    await this.closeTransports(made);
    throw (send?.status === 'rejected' ? send : (recv as PromiseRejectedResult)).reason;
  }

  private async closeTransports(ids: readonly string[]): Promise<void> {
    const { signaling } = this.around;
    await Promise.all(ids.map((transportId) => signaling.request('transport:close', { transportId }).catch(() => undefined)));
  }

  private wanted(): WantedProducer[] {
    const { people, selfId } = useMeeting.getState();
    return Object.values(people)
      .filter((each) => each.id !== selfId)
      .flatMap((each) => each.producers.map(({ id, kind }) => ({ producerId: id, kind, participantId: each.id })));
  }

  // ---- mending ----

  /** One transport is gone, or its path cannot be mended: the others may have changed what they send meanwhile. */
  private rebuildAfterFailure(): void {
    this.rebuild(async (old) => {
      old.close();
      await this.closeTransports(old.transportIds());
      return await this.around.signaling.request('state:get', {});
    });
  }

  /** Less and less often, should the server go on refusing. */
  private onRefused(media: MediaClient): void {
    const pause = kFirstRefusalPauseMs * 2 ** this.refusals;
    this.refusals = Math.min(this.refusals + 1, 5);
    setTimeout(() => {
      if (media === this.media) this.rebuildAfterFailure();
    }, pause);
  }

  /** Everything anew, same participant. */
  private rebuild(replace: (old: MediaClient) => Promise<MeetingState | void>): void {
    const from = this.rebuildFrom;
    const old = this.media;
    if (from === null || useMeeting.getState().phase !== 'joined' || !this.around.signaling.connected) return;
    this.media = null;
    const { stay, losses } = this;
    useMeeting.setState({ mediaTrouble: true });
    void this.serially(async () => {
      // Made by what was under way; if that failed, this is another attempt.
      if (this.media !== null) return;
      const { chat } = useMeeting.getState();
      const state = old === null ? undefined : await replace(old);
      if (stay !== this.stay) return;
      // What the server lost since then is known better here.
      if (state !== undefined && losses === this.losses) useMeeting.setState((before) => applyState(before, state, chat));
      await this.make(from, stay, losses);
    }).catch((error: unknown) => {
      if (stay === this.stay) this.failed(error);
    });
  }

  private onTransportState(media: MediaClient, direction: TransportDirection): void {
    if (media !== this.media) return;
    const states = kDirections.map((each) => media.state(each));
    const bad = states.some((each) => each === 'failed' || each === 'disconnected');
    useMeeting.setState({ mediaTrouble: bad });
    clearTimeout(this.patience);
    if (states.includes('connected')) this.refusals = 0;
    if (!bad) return;
    // `disconnected` often mends itself within a moment; `failed` never does.
    const delay = media.state(direction) === 'failed' ? 0 : kDisconnectedGraceMs;
    setTimeout(() => void this.mend(media, direction), delay);
    this.patience = setTimeout(() => {
      if (media === this.media) this.rebuildAfterFailure();
    }, kMediaPatienceMs);
  }

  private async mend(media: MediaClient, direction: TransportDirection): Promise<void> {
    const isMended = () => media !== this.media || media.state(direction) === 'connected';
    // What took the media's path away may have taken the socket's too; coming back restarts ICE.
    if (isMended() || !(await this.around.socketAnswers()) || isMended()) return;
    await media.restartIce(direction).catch(() => undefined);
  }
}
