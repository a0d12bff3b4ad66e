import { Device, type types as ms } from 'mediasoup-client';
import { AudioSink } from '@/lib/media/audio-sink';
import type { MediaClient } from '@/lib/media/client';
import { DeviceLoader } from '@/lib/media/device-loader';
import { overridesFromQuery } from '@/lib/media/encodings';
import { mark } from '@/lib/media/marks';
import type { UseOfVideo } from '@/lib/media/use-of-video';
import { createSignalingClient, type ConnectionChange, type SignalingClient } from '@/lib/protocol/client';
import { describeError, ProtocolError, type ErrorCode } from '@/lib/protocol/errors';
import { getConfig } from '@/lib/protocol/rest';
import type { LobbyPlace } from '@/lib/protocol/types';
import { meantDevices, stopAllLocal } from '@/lib/store/local';
import { applyJoin, applyLobby, applyState, isSilentViewer, kInitialMeeting, patchPerson, useMeeting, type Phase } from '@/lib/store/meeting';
import { kNoNews, useNews } from '@/lib/store/news';
import { useSettings } from '@/lib/store/settings';
import { Lane } from '@/lib/util/lane';
import { newMessageId } from '@/lib/util/message-id';
import { newTraceparent } from '@/lib/util/traceparent';
import { Chat } from './chat';
import { watchDeviceNews } from './device-news';
import { DoorKeeper } from './door';
import { feedStore } from './events';
import { heedHosts } from './heed-hosts';
import { Hosting } from './hosting';
import { MeetingMedia } from './meeting-media';
import { notify } from './notices';
import { sayPageCloses, watchPage } from './page-life';
import { Publisher } from './publisher';
import { QualityWatch } from './quality-watch';
import { Reporter } from './reporter';
import { clearResume, loadResume, saveResume } from './resume';

// A first join is tried again for this long, from the click on.
const kJoinPatienceMs = 10_000;
const kFirstJoinPauseMs = 300;
// What the network or a server that begins is to blame for; a rate is told to the person at once.
const kWorthAnotherJoin: ReadonlySet<ErrorCode> = new Set(['offline', 'timeout', 'unavailable']);
const kProbeTimeoutMs = 2500;

const wait = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/**
 * One person's stay in one room: joins, and keeps what the person sees true through lost
 * connections, reloads, server restarts and lost media. One per room page.
 */
export class MeetingSession {
  readonly publisher: Publisher;
  readonly hosting: Hosting;
  readonly audio = new AudioSink((audioBlocked) => useMeeting.setState({ audioBlocked }));
  private readonly media: MeetingMedia;
  private token: string | undefined;
  private socketId: string | undefined;
  /** Names a join until it is answered, so that one sent again is not a second person. */
  private attempt: string | undefined;
  private name = '';
  private build: string | undefined;
  /** Counts stays in the meeting: what was begun in an earlier one must not end in this. */
  private stay = 0;
  /** Told so since the last join, perhaps in the same breath as to wait. */
  private admitted = false;
  private rejoining = false;
  private readonly stops: (() => void)[] = [];
  private readonly chat: Chat;
  private readonly door: DoorKeeper;
  private readonly quality = new QualityWatch(() => this.media.client);
  private readonly reporter: Reporter;
  private readonly hand = new Lane(() => this.agreeOnHand());

  constructor(
    readonly room: string,
    readonly signaling: SignalingClient = createSignalingClient(),
    createDevice: () => Promise<Device> = () => Device.factory(),
    capabilities: () => Promise<ms.RtpCapabilities> = async () => (await getConfig()).routerRtpCapabilities,
  ) {
    this.chat = new Chat(signaling);
    this.door = new DoorKeeper(room);
    this.hosting = new Hosting(signaling);
    const devices = new DeviceLoader(createDevice);
    devices.prepare(capabilities());
    this.media = new MeetingMedia({
      signaling,
      devices,
      overrides: overridesFromQuery(location.search),
      audio: this.audio,
      publisher: () => this.publisher,
      socketAnswers: () => this.socketAnswers(),
    });
    this.publisher = new Publisher(() => this.media.client, () => this.remember(), () => this.socketAnswers());
    this.reporter = new Reporter(signaling, () => this.media.client);
    useMeeting.setState({ ...kInitialMeeting, room });
    useNews.setState(kNoNews);
    this.stops.push(
      feedStore(signaling),
      heedHosts(signaling, this.publisher, this.hosting, (phase, reason) => this.finish(phase, reason)),
      signaling.onConnection((change) => this.onConnection(change)),
      signaling.on('welcome', ({ build }) => this.onWelcome(build)),
      signaling.on('producer:added', ({ participantId, producer }) => {
        void this.media.client?.subscribe([{ participantId, producerId: producer.id, kind: producer.kind }]);
      }),
      signaling.on('producer:closed', ({ participantId, producerId }) => {
        if (participantId === useMeeting.getState().selfId) this.publisher.closedByServer(producerId);
        else this.media.client?.drop(producerId);
      }),
      signaling.on('lobby:admitted', () => {
        this.admitted = true;
        this.comeIn();
      }),
      signaling.on('consumer:closed', ({ consumerId, producerId }) => {
        this.quality.drop(consumerId);
        this.media.client?.drop(producerId);
      }),
      signaling.on('consumer:quality', ({ consumerId, ...served }) => this.quality.take(consumerId, served)),
      signaling.on('participant:left', () => this.media.dropStrangers()),
      signaling.on('media:lost', ({ routerRtpCapabilities }) => {
        this.reporter.mediaLost();
        this.media.onLost(routerRtpCapabilities);
      }),
      signaling.on('transport:state', ({ transportId, state }) => {
        if (state === 'failed' || state === 'closed') this.media.onTransportGone(transportId);
      }),
      signaling.on('meeting:closed', ({ reason }) => {
        this.finish('ended', reason === 'ended' ? 'The meeting was ended.' : 'The server had to close this meeting.');
      }),
      signaling.on('session:replaced', () => this.finish('replaced', '', false)),
      signaling.on('server:restarting', () => notify('The server is restarting. You will be back in a moment.', 'warn')),
      watchDeviceNews(this.publisher),
      watchPage({ closes: (isKept) => this.onPageCloses(isKept), shownAgain: () => this.onPageShownAgain() }),
      this.watchNetwork(),
    );
    // Connected before the click: joining then costs one round trip.
    signaling.connect();
  }

  /** The first join, by a click or by a reload. Rejects with nothing: the store says how it went. */
  async join(name: string, password?: string): Promise<void> {
    mark('join-click');
    const stay = ++this.stay;
    this.name = name;
    this.door.approach(password);
    const was = loadResume(this.room);
    this.token = was?.token;
    this.socketId = was?.socketId;
    void this.audio.setSpeaker(useSettings.getState().speakerId);
    useMeeting.setState({ phase: 'joining', phaseReason: '' });
    try {
      await this.enterWithPatience(stay);
    } catch (error) {
      if (stay !== this.stay) return;
      if (this.askForPassword(error)) return;
      if (useMeeting.getState().phase === 'joining') {
        this.finish('failed', describeError(error), false);
      } else {
        this.media.failed(error);
      }
    }
  }

  /** By one's own choice. Devices and screen are let go at once, whatever the network does. */
  async leave(): Promise<void> {
    const { token, socketId } = this;
    const said = this.signaling.request('leave', {}, 1500).catch(() => {
      // The socket may be dead where the network is not.
      if (token !== undefined) sayPageCloses(this.room, { token, socketId });
    });
    const hasWaited = useMeeting.getState().phase === 'lobby';
    this.finish('left', hasWaited ? 'You do not wait any more. Your camera and microphone are off.' : '', true, said);
    await said;
  }

  /** Page closed, or another room: let everything go without a word to the server. */
  dispose(): void {
    ++this.stay;
    this.stops.forEach((stop) => stop());
    this.reporter.dispose();
    this.publisher.dispose();
    this.quality.stop();
    this.release();
    this.signaling.disconnect();
    stopAllLocal();
  }

  setUseOfVideo(use: UseOfVideo): void {
    this.media.setUse(use);
  }

  get mediaClient(): MediaClient | null {
    return this.media.client;
  }

  sendChat(text: string, to: string | null): Promise<void> {
    return this.chat.send(text, to);
  }

  loadEarlierChat(): Promise<void> {
    return this.chat.loadEarlier();
  }

  setHand(raised: boolean): Promise<void> {
    if (raised && isSilentViewer(useMeeting.getState())) {
      notify('You are here to watch and listen: hands are for those who take part.', 'warn');
      return Promise.resolve();
    }
    useMeeting.setState((state) => ({ wanted: { ...state.wanted, hand: raised } }));
    return this.hand.run();
  }

  private async agreeOnHand(): Promise<void> {
    const { wanted, people, selfId } = useMeeting.getState();
    const self = people[selfId];
    if (self === undefined || (self.hand !== null) === wanted.hand) return;
    try {
      const { hand } = await this.signaling.request('hand:set', { raised: wanted.hand });
      useMeeting.setState((state) => patchPerson(state, selfId, { hand }));
    } catch (error) {
      // Offline: it is said on the return.
      if (error instanceof ProtocolError && error.code === 'offline') return;
      useMeeting.setState((state) => ({ wanted: { ...state.wanted, hand: state.people[selfId]?.hand != null } }));
      notify(describeError(error), 'error');
    }
  }

  async setName(wanted: string): Promise<void> {
    const { stay } = this;
    const { name, resumeToken } = await this.signaling.request('profile:set', { name: wanted });
    if (stay !== this.stay) return;
    this.name = name;
    this.token = resumeToken;
    this.remember();
    useSettings.getState().update({ name });
    useMeeting.setState((state) => patchPerson(state, state.selfId, { name }));
  }

  // ---- joining, and coming back ----

  /** A connection that is lost under a first join is no reason to give up: the same attempt is made again. */
  private async enterWithPatience(stay: number): Promise<void> {
    const giveUpAt = performance.now() + kJoinPatienceMs;
    for (let pause = kFirstJoinPauseMs; ; pause *= 2) {
      try {
        await this.untilConnected(giveUpAt - performance.now());
        if (stay !== this.stay) return;
        mark('socket-connected');
        return await this.enter(false);
      } catch (error) {
        const isWorthIt = error instanceof ProtocolError && kWorthAnotherJoin.has(error.code) && useMeeting.getState().phase === 'joining';
        if (stay !== this.stay || !isWorthIt || performance.now() + pause > giveUpAt) throw error;
        await wait(pause);
        if (stay !== this.stay) return;
      }
    }
  }

  private async enter(keepMedia: boolean): Promise<void> {
    mark('join-sent');
    const { stay } = this;
    const { chat } = useMeeting.getState();
    this.admitted = false;
    const result = await this.signaling.request('join', {
      room: this.room,
      traceparent: newTraceparent(),
      name: this.name,
      transports: true,
      keepMedia,
      attempt: (this.attempt ??= newMessageId()),
      ...(this.token === undefined ? {} : { resumeToken: this.token }),
      ...this.door.shown(),
    });
    // Left meanwhile: the connection was closed with it, and the server let us go.
    if (stay !== this.stay) return;
    this.attempt = undefined;
    if ('waiting' in result) return this.waitInLobby(result);
    const asOf = this.media.asOf();
    mark('joined');
    // How long somebody waited in a lobby says nothing of the join.
    const { phase } = useMeeting.getState();
    if (phase !== 'joined') this.reporter.begin(phase === 'joining');
    this.door.passed();
    this.token = result.resumeToken;
    useMeeting.setState((state) => applyJoin(state, result, chat));
    this.publisher.obeyPermits();
    this.remember();
    void this.hand.run();
    const kept = keepMedia && result.mediaKept && this.media.client !== null;
    await (kept ? this.media.resume(result) : this.media.build(result, asOf));
  }

  private waitInLobby(place: LobbyPlace): void {
    // From within, where what one came back by was not good any more.
    this.release();
    this.token = undefined;
    this.door.wait(place, this.name);
    useMeeting.setState(applyLobby(place));
    // After what is under way.
    if (this.admitted) setTimeout(() => this.comeIn(), 0);
  }

  private comeIn(): void {
    if (useMeeting.getState().phase !== 'lobby') return;
    this.publisher.want(meantDevices());
    void this.rejoin();
  }

  /** True: the room has a password, and the person is asked for it. */
  private askForPassword(error: unknown): boolean {
    const question = this.door.questionAfter(error);
    if (question === null) return false;
    this.release();
    useMeeting.setState({ phase: 'password', phaseReason: question, offlineSince: null });
    return true;
  }

  private onConnection(change: ConnectionChange): void {
    const { phase } = useMeeting.getState();
    const stays = phase === 'joined' || phase === 'lobby';
    switch (change.kind) {
      case 'connected':
        if (stays) void this.rejoin();
        return;
      case 'disconnected':
        if (stays) useMeeting.setState((state) => ({ offlineSince: state.offlineSince ?? Date.now(), speaking: {} }));
        // The stock client does not come back by itself when the server closed the socket.
        if (change.reason === 'io server disconnect' && (stays || phase === 'outside')) {
          setTimeout(() => this.signaling.connect(), 300);
        }
        return;
      case 'refused':
        if (change.error.code === 'unsupported') this.finish('failed', describeError(change.error));
        return;
    }
  }

  private async rejoin(): Promise<void> {
    if (this.rejoining) return;
    this.rejoining = true;
    const { stay } = this;
    const goesOn = () => stay === this.stay && ['joined', 'lobby'].includes(useMeeting.getState().phase);
    try {
      for (let pause = 300; this.signaling.connected && goesOn(); pause = Math.min(4000, pause * 2)) {
        try {
          await this.enter(this.media.client !== null);
          void this.quality.catchUp(() => this.signaling.request('stats:get', {})).catch(() => undefined);
          return;
        } catch (error) {
          if (!(error instanceof ProtocolError)) throw error;
          if (error.code === 'offline' || !goesOn()) return;
          if (this.askForPassword(error)) return;
          if (!error.transient) {
            // Who has been in a meeting is kept out of it only by a host.
            if (error.code === 'forbidden') this.finish(useMeeting.getState().phase === 'lobby' ? 'failed' : 'removed', describeError(error));
            else this.finish('ended', error.code === 'not_found' ? 'This meeting is over.' : describeError(error));
            return;
          }
          await wait(pause);
        }
      }
    } catch (error) {
      if (goesOn()) notify(describeError(error), 'error');
    } finally {
      this.rejoining = false;
      // A connection lost and won again while this ran was not acted upon.
      if (useMeeting.getState().offlineSince !== null && this.signaling.connected) setTimeout(() => void this.rejoin(), 0);
    }
  }

  private untilConnected(timeoutMs: number): Promise<void> {
    if (this.signaling.connected) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const done = (act: () => void) => {
        clearTimeout(timer);
        stop();
        act();
      };
      const stop = this.signaling.onConnection((change) => {
        if (change.kind === 'connected') done(resolve);
        if (change.kind === 'refused') done(() => reject(change.error));
      });
      const timer = setTimeout(
        () => done(() => reject(new ProtocolError('offline', 'The server cannot be reached.'))),
        timeoutMs,
      );
      this.signaling.connect();
    });
  }

  private onWelcome(build: string): void {
    if (this.build !== undefined && this.build !== build) useMeeting.setState({ newBuild: true });
    this.build ??= build;
  }

  private remember(): void {
    // After Leave nothing may lead back by itself.
    const { phase, wanted } = useMeeting.getState();
    if (this.token === undefined || (phase !== 'joining' && phase !== 'joined')) return;
    const { microphone, camera } = wanted;
    // Of a lost connection the last one is meant: it is the one the server waits for.
    this.socketId = this.signaling.id ?? this.socketId;
    saveResume(this.room, { token: this.token, name: this.name, microphone, camera, socketId: this.socketId });
  }

  private onPageCloses(isKept: boolean): void {
    if (!['joining', 'joined', 'lobby', 'password'].includes(useMeeting.getState().phase)) return;
    if (this.token !== undefined) {
      sayPageCloses(this.room, { token: this.token, socketId: this.socketId });
    } else if (this.attempt !== undefined) {
      // Let in perhaps, and not told yet.
      sayPageCloses(this.room, { attempt: this.attempt, socketId: this.signaling.id });
    }
    if (!isKept) return;
    // Kept by the browser in case of a way back: nobody is seen or heard in there.
    ++this.stay;
    this.release();
    stopAllLocal();
    this.signaling.disconnect();
  }

  /** From the browser's history: what was a meeting is over; loading it anew leads back into it. */
  private onPageShownAgain(): void {
    if (['joined', 'lobby', 'password'].includes(useMeeting.getState().phase)) location.reload();
  }

  /** `last`: what is still to be said before the connection is closed. */
  private finish(phase: Phase, phaseReason: string, forget = true, last: Promise<unknown> = Promise.resolve()): void {
    const stay = ++this.stay;
    if (forget) {
      clearResume(this.room);
      this.door.leave();
    }
    this.release();
    stopAllLocal();
    useMeeting.setState(({ wanted }) => ({
      phase, phaseReason, offlineSince: null, mediaTrouble: false, panel: 'none', statsOpen: false, wanted: { ...wanted, hand: false },
      unmuteAsked: null, hostDialog: null, lobby: null,
    }));
    void last.then(() => {
      // Back in already, over the same connection.
      if (stay === this.stay) this.signaling.disconnect();
    });
  }

  private release(): void {
    this.reporter.end();
    this.media.end();
    this.publisher.end();
    this.audio.clear();
  }

  // ---- the network under us ----

  private watchNetwork(): () => void {
    const changed = () => void this.onNetworkChange();
    window.addEventListener('online', changed);
    const connection = (navigator as { connection?: EventTarget }).connection;
    connection?.addEventListener('change', changed);
    return () => {
      window.removeEventListener('online', changed);
      connection?.removeEventListener('change', changed);
    };
  }

  private async onNetworkChange(): Promise<void> {
    const { phase } = useMeeting.getState();
    // A join over a socket that is dead would be waited for in vain; over the next one it is made again.
    if (phase === 'outside' || phase === 'joining') return void (await this.socketAnswers());
    const media = this.media.client;
    if (phase !== 'joined' || media === null || !(await this.socketAnswers())) return;
    if (media !== this.media.client) return;
    await this.media.restartIce().catch(() => undefined);
  }

  /** Whether the socket survived. If it did not it is dropped, since a missed ping would tell only after many seconds. */
  private async socketAnswers(): Promise<boolean> {
    if (!this.signaling.connected) return false;
    const { stay } = this;
    const { chat } = useMeeting.getState();
    try {
      const state = await this.signaling.request('state:get', {}, kProbeTimeoutMs);
      if (stay !== this.stay) return false;
      useMeeting.setState((before) => applyState(before, state, chat));
      return true;
    } catch (error) {
      if (stay !== this.stay) return false;
      // A refusal is an answer.
      if (error instanceof ProtocolError && error.code !== 'timeout' && error.code !== 'offline') return true;
      this.signaling.dropTransport();
      return false;
    }
  }

  /** For diagnostics: as if the network had changed. */
  restartIce(): Promise<void> {
    return this.media.restartIce();
  }
}
