import { openScreen } from '@/lib/media/devices';
import type { MediaClient } from '@/lib/media/client';
import { describeError, ProtocolError } from '@/lib/protocol/errors';
import type { Source } from '@/lib/protocol/types';
import { startLocal, stopLocal, useLocal } from '@/lib/store/local';
import { dropProducer, producerOf, putProducer, setProducerPaused, useMeeting } from '@/lib/store/meeting';
import { useSettings } from '@/lib/store/settings';
import { notify } from './notices';

/**
 * What the person sends: microphone, camera, screen. What others are told (muted or not) is the
 * server's record; the intent here is what to ask for again when media has to be built anew.
 */
export class Publisher {
  readonly intent = { microphone: false, camera: false };
  readonly dispose: () => void;
  private screenAudio: MediaStreamTrack | undefined;
  /** Being produced right now, and over which media plane: must not be produced twice. */
  private readonly underWay = new Map<Source, MediaClient>();
  private micQueue: Promise<void> = Promise.resolve();
  private cameraQueue: Promise<void> = Promise.resolve();

  constructor(
    private readonly media: () => MediaClient | null,
    private readonly onIntent: () => void,
  ) {
    // A camera or microphone that vanishes during the call (unplugged) is off, also for the others.
    this.dispose = useLocal.subscribe((now, before) => {
      if (before.camera !== null && now.camera === null && now.cameraFailure !== null) void this.lost('camera');
      if (before.microphone !== null && now.microphone === null && now.microphoneFailure !== null) void this.lost('microphone');
      // Opened after the join (slow device, question to the person): send it as soon as it is there.
      const opened = (before.camera === null && now.camera !== null) || (before.microphone === null && now.microphone !== null);
      if (opened && this.media() !== null) void this.publishMissing();
    });
  }

  /** Sends everything that should be on and is not being sent. */
  async publishMissing(): Promise<void> {
    const media = this.media();
    if (media === null) return;
    const { camera, microphone } = useLocal.getState();
    const { screen } = useMeeting.getState();
    const missing = (source: Source) => media.producerId(source) === undefined;
    const jobs: Promise<void>[] = [];
    if (microphone !== null && missing('microphone')) jobs.push(this.publish('microphone', microphone, !this.intent.microphone));
    if (camera !== null && this.intent.camera && missing('camera')) jobs.push(this.publish('camera', camera, false));
    if (screen !== null && missing('screen')) jobs.push(this.publish('screen', screen, false));
    if (this.screenAudio !== undefined && missing('screen-audio')) {
      jobs.push(this.publish('screen-audio', this.screenAudio, false));
    }
    for (const result of await Promise.allSettled(jobs)) {
      if (result.status === 'fulfilled') continue;
      // Offline: whoever builds media anew after the reconnect comes here again.
      if (result.reason instanceof ProtocolError && result.reason.code === 'offline') continue;
      notify(`The others cannot see or hear all of you: ${describeError(result.reason)}`, 'error');
    }
  }

  /** After a resumed session: the server's record of us against what we mean. */
  async reconcile(): Promise<void> {
    const media = this.media();
    if (media === null) return;
    const { people, selfId } = useMeeting.getState();
    const self = people[selfId];
    for (const { source, producer } of media.sending()) {
      const theirs = self?.producers.find((each) => each.id === producer.id);
      if (theirs === undefined) {
        await media.unpublish(source);
        continue;
      }
      const paused = source === 'microphone' ? !this.intent.microphone : source === 'camera' ? !this.intent.camera : false;
      if (theirs.paused !== paused) await this.setPaused(source, paused).catch(() => undefined);
    }
    await this.publishMissing();
  }

  // ---- microphone ----

  setMicrophone(on: boolean): Promise<void> {
    this.setIntent('microphone', on);
    this.micQueue = this.micQueue.then(() => this.carryOutMicrophone());
    return this.micQueue;
  }

  private async carryOutMicrophone(): Promise<void> {
    const on = this.intent.microphone;
    useMeeting.setState({ micBusy: true });
    try {
      const media = this.media();
      if (media?.producerId('microphone') !== undefined && useLocal.getState().microphone !== null) {
        await this.setPaused('microphone', !on);
        return;
      }
      if (!on) return;
      const track = useLocal.getState().microphone ?? (await startLocal('microphone'));
      if (track === null) {
        this.setIntent('microphone', false);
        notify('The microphone could not be opened. See Settings for help.', 'error');
        return;
      }
      await this.putTrack('microphone', track);
    } catch (error) {
      notify(describeError(error), 'error');
    } finally {
      useMeeting.setState({ micBusy: false });
    }
  }

  // ---- camera ----

  setCamera(on: boolean): Promise<void> {
    this.setIntent('camera', on);
    this.cameraQueue = this.cameraQueue.then(() => this.carryOutCamera());
    return this.cameraQueue;
  }

  private async carryOutCamera(): Promise<void> {
    const on = this.intent.camera;
    useMeeting.setState({ cameraBusy: true });
    try {
      if (on) {
        const track = useLocal.getState().camera ?? (await startLocal('camera'));
        if (track === null) {
          this.setIntent('camera', false);
          notify('The camera could not be opened. See Settings for help.', 'error');
          return;
        }
        await this.putTrack('camera', track);
      } else {
        // The device first: its light goes out at the click, whatever the network does.
        const media = this.media();
        stopLocal('camera');
        await media?.replaceTrack('camera', null);
        await this.setPaused('camera', true);
      }
    } catch (error) {
      notify(describeError(error), 'error');
    } finally {
      useMeeting.setState({ cameraBusy: false });
    }
  }

  /** Another device, or other properties: the call goes on with the new track. */
  async switchDevice(kind: 'camera' | 'microphone'): Promise<void> {
    if (useLocal.getState()[kind] === null) return;
    const media = this.media();
    if (media !== null && media.producerId(kind) !== undefined) await media.replaceTrack(kind, null);
    // Some systems open a device only once: the old one must be let go first.
    stopLocal(kind);
    const track = await startLocal(kind);
    if (track === null) {
      notify(`The ${kind} could not be opened.`, 'error');
      return;
    }
    if (media === null || media.producerId(kind) === undefined) return;
    await media.replaceTrack(kind, track);
  }

  // ---- screen ----

  async startScreen(): Promise<void> {
    if (useMeeting.getState().screen !== null) return;
    useMeeting.setState({ screenBusy: true });
    try {
      const opened = await openScreen();
      if (opened === null) return;
      const { video, audio } = opened;
      this.screenAudio = audio;
      useMeeting.setState({ screen: video });
      // The browser's own "Stop sharing".
      video.addEventListener('ended', () => this.stopScreen());
      await this.publish('screen', video, false);
      if (audio !== undefined) await this.publish('screen-audio', audio, false);
    } catch (error) {
      this.stopScreen();
      notify(`The screen could not be shared: ${describeError(error)}`, 'error');
    } finally {
      useMeeting.setState({ screenBusy: false });
    }
  }

  stopScreen(): void {
    useMeeting.getState().screen?.stop();
    this.screenAudio?.stop();
    this.screenAudio = undefined;
    useMeeting.setState({ screen: null });
    const media = this.media();
    if (media === null) return;
    for (const source of ['screen', 'screen-audio'] as const) {
      const id = media.producerId(source);
      if (id === undefined) continue;
      void media.unpublish(source);
      this.record((state) => dropProducer(state, state.selfId, id));
    }
  }

  // ---- inside ----

  private async publish(source: Source, track: MediaStreamTrack, paused: boolean): Promise<void> {
    const media = this.media();
    if (media === null || this.underWay.get(source) === media) return;
    this.underWay.set(source, media);
    try {
      const { resolution } = useSettings.getState();
      const id = await media.publish(source, track, { paused, resolution });
      this.record((state) =>
        putProducer(state, state.selfId, { id, source, paused, kind: track.kind === 'audio' ? 'audio' : 'video' }),
      );
    } finally {
      if (this.underWay.get(source) === media) this.underWay.delete(source);
    }
    if (source === 'microphone' || source === 'camera') await this.catchUp(source, paused);
  }

  /** The person clicked, or the device went, while the server was still making the producer. */
  private async catchUp(kind: 'camera' | 'microphone', published: boolean): Promise<void> {
    const wanted = !this.intent[kind];
    if (wanted === published) return;
    if (kind === 'camera') await this.media()?.replaceTrack('camera', useLocal.getState().camera);
    await this.setPaused(kind, wanted);
  }

  private async putTrack(kind: 'camera' | 'microphone', track: MediaStreamTrack): Promise<void> {
    const media = this.media();
    if (media === null) return;
    if (media.producerId(kind) === undefined) {
      await this.publish(kind, track, !this.intent[kind]);
      return;
    }
    await media.replaceTrack(kind, track);
    await this.setPaused(kind, !this.intent[kind]);
  }

  /** On is on when the server has agreed; off is off at once, because nothing is sent any more. */
  private async setPaused(source: Source, paused: boolean): Promise<void> {
    const media = this.media();
    const id = media?.producerId(source);
    if (media === null || id === undefined) return;
    const record = () => this.record((state) => setProducerPaused(state, state.selfId, id, paused));
    if (paused) record();
    try {
      await media.setPaused(source, paused);
      record();
    } catch (error) {
      // Offline: the session tells the server when it is back (reconcile).
      if (!(error instanceof ProtocolError) || error.code !== 'offline') throw error;
    }
  }

  private async lost(kind: 'camera' | 'microphone'): Promise<void> {
    const { selfId, people } = useMeeting.getState();
    if (!this.intent[kind] || producerOf(people[selfId], kind) === undefined) return;
    this.setIntent(kind, false);
    notify(`The ${kind} was disconnected.`, 'warn');
    await this.media()?.replaceTrack(kind, null).catch(() => undefined);
    await this.setPaused(kind, true).catch(() => undefined);
  }

  private setIntent(kind: 'camera' | 'microphone', on: boolean): void {
    this.intent[kind] = on;
    this.onIntent();
  }

  private record(step: (state: ReturnType<typeof useMeeting.getState>) => Partial<ReturnType<typeof useMeeting.getState>>): void {
    useMeeting.setState(step);
  }
}
