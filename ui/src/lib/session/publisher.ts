import type { MediaClient } from '@/lib/media/client';
import type { InputKind } from '@/lib/media/devices';
import { describeError } from '@/lib/protocol/errors';
import { startLocal, stopLocal, useLocal } from '@/lib/store/local';
import { maySend, useMeeting, type Wanted } from '@/lib/store/meeting';
import { useSettings } from '@/lib/store/settings';
import { Lane } from '@/lib/util/lane';
import { notify } from './notices';
import { ScreenShare } from './screen-share';
import { Effort, Sender } from './sender';

const kFailure = { camera: 'cameraFailure', microphone: 'microphoneFailure' } as const;

/** Why it cannot be switched on, in words; null if it can. The server holds to it, whatever is asked here. */
function whyNot(kind: InputKind): string | null {
  const state = useMeeting.getState();
  if (!maySend(state, kind)) {
    return kind === 'microphone' ? 'You are here to watch and listen: your microphone stays off.' : 'You are here to watch and listen: your camera stays off.';
  }
  const isHeld = kind === 'microphone' && state.permits?.unmute === false;
  return isHeld ? 'You stay muted here until a host asks you to speak. Raise your hand to tell them.' : null;
}

/**
 * What the person sends. The truth is what they want (`wanted` in the store) and the devices that
 * are open; what the browser sends and what the server records is brought into agreement with it,
 * round by round, whenever either changes and whenever the connection or media is back.
 */
export class Publisher {
  readonly dispose: () => void;
  private readonly screen: ScreenShare;
  private readonly sender: Sender;
  /** Counts stays in the meeting: what was begun in an earlier one must not end in this. */
  private stay = 0;
  private readonly lanes: Record<InputKind, Lane>;
  private readonly efforts: Record<InputKind, Effort>;
  /** The person asked for the device: it may be opened. Once, so that a missing one ends in a message. */
  private readonly mayOpen = new Set<InputKind>();
  /** Switched on by the person, and not so for the others yet: a mute from before is over by that. */
  private readonly meant = new Set<InputKind>();
  /** The device is to be opened anew: another one, or with other properties. */
  private readonly reopen = new Set<InputKind>();
  /** Was on when its device vanished and no other was there. */
  private readonly silenced = new Set<InputKind>();

  constructor(
    private readonly media: () => MediaClient | null,
    private readonly onWanted: () => void,
    refresh: () => Promise<unknown>,
  ) {
    this.sender = new Sender(media);
    this.screen = new ScreenShare(media, this.sender, refresh);
    this.lanes = { camera: new Lane(() => this.round('camera')), microphone: new Lane(() => this.round('microphone')) };
    this.efforts = {
      camera: new Effort(() => this.lanes.camera, refresh),
      microphone: new Effort(() => this.lanes.microphone, refresh),
    };
    this.dispose = useLocal.subscribe((now, before) => {
      if (now.change !== before.change && now.change?.to === null) this.onSilenced(now.change.kind);
      for (const kind of ['camera', 'microphone'] as const) {
        // Opened after the join (slow device, question to the person), replaced, or gone.
        const isNews = now[kind] !== before[kind] || now.opening[kind] !== before.opening[kind];
        if (isNews && this.media() !== null) void this.lanes[kind].run();
      }
    });
  }

  /** What is meant to be on from the first moment; devices are opened by whoever asks for the join. */
  want(wanted: Partial<Wanted>): void {
    useMeeting.setState((state) => ({ wanted: { ...state.wanted, ...wanted } }));
    this.onWanted();
  }

  setMicrophone(on: boolean): Promise<void> {
    return this.set('microphone', on);
  }

  setCamera(on: boolean): Promise<void> {
    return this.set('camera', on);
  }

  /** The device of the settings, or its new properties: the call goes on with the new track. */
  switchDevice(kind: InputKind): Promise<void> {
    this.reopen.add(kind);
    return this.lanes[kind].run();
  }

  /** By a click on what was offered. */
  async useDevice(kind: InputKind, deviceId: string): Promise<void> {
    useSettings.getState().update(kind === 'camera' ? { cameraId: deviceId } : { microphoneId: deviceId });
    if (useLocal.getState()[kind] === null) {
      if (this.silenced.has(kind)) await this.set(kind, true);
    } else if (this.media() === null) {
      await startLocal(kind);
    } else {
      await this.switchDevice(kind);
    }
  }

  startScreen(): Promise<void> {
    return this.screen.start();
  }

  stopScreen(): void {
    this.screen.stop();
  }

  /** Sends everything that should be on and is not being sent. */
  async settle(): Promise<void> {
    await Promise.all([this.lanes.microphone.run(), this.lanes.camera.run(), this.screen.settle()]);
  }

  /** After a resumed session: the server's record of us against what we hold; then as wanted. */
  reconcile(): void {
    const { people, selfId } = useMeeting.getState();
    const media = this.media();
    for (const { source, producer } of media?.sending() ?? []) {
      const theirs = people[selfId]?.producers.find((each) => each.id === producer.id);
      if (theirs === undefined) media?.forget(source);
      // Our own mute perhaps, whose answer was lost.
      else if (media?.toldPaused(source) === undefined) media?.learnPaused(source, theirs.paused);
      else if (theirs.paused) this.pausedByServer(producer.id);
      else media?.learnPaused(source, false);
    }
    void this.settle();
  }

  /** A host muted this person: so it stays until they themselves say otherwise. */
  pausedByServer(producerId: string): void {
    const media = this.media();
    const held = media?.sending().find(({ producer }) => producer.id === producerId);
    if (held === undefined || media?.toldPaused(held.source) === true) return;
    media?.learnPaused(held.source, true);
    if (held.source === 'camera' || held.source === 'microphone') void this.set(held.source, false);
  }

  /** A host stopped it, or it may not be sent any more. */
  closedByServer(producerId: string): void {
    const held = this.media()?.sending().find(({ producer }) => producer.id === producerId);
    if (held === undefined) return;
    this.media()?.forget(held.source);
    if (held.source === 'camera' || held.source === 'microphone') void this.set(held.source, false);
    else this.screen.stop();
  }

  /** What may not be sent is not wanted, and its device is let go. */
  obeyPermits(): void {
    const state = useMeeting.getState();
    for (const kind of ['camera', 'microphone'] as const) {
      if (maySend(state, kind)) continue;
      if (state.wanted[kind]) void this.set(kind, false);
      stopLocal(kind);
    }
    if (state.screen !== null && !maySend(state, 'screen')) this.screen.stop();
  }

  /** The stay in the meeting is over. */
  end(): void {
    ++this.stay;
    this.reopen.clear();
    this.mayOpen.clear();
    this.meant.clear();
    this.silenced.clear();
    this.efforts.camera.stop();
    this.efforts.microphone.stop();
    this.screen.end();
  }

  // ---- camera and microphone ----

  private set(kind: InputKind, on: boolean): Promise<void> {
    this.silenced.delete(kind);
    const refusal = on ? whyNot(kind) : null;
    if (refusal !== null) {
      notify(refusal, 'warn');
      return Promise.resolve();
    }
    this.want({ [kind]: on });
    if (on) {
      this.mayOpen.add(kind);
      this.meant.add(kind);
    } else {
      this.meant.delete(kind);
      this.silence(kind);
    }
    return this.lanes[kind].run();
  }

  /** At the click, whatever the network does and whatever is still under way. */
  private silence(kind: InputKind): void {
    const media = this.media();
    const { [kind]: track, opening } = useLocal.getState();
    if (media !== null) this.sender.hush(media, kind);
    if (track !== null) track.enabled = false;
    // The camera's light goes out; a microphone stays open, so that unmuting is as quick as a word.
    if (kind === 'camera' || opening[kind]) stopLocal(kind);
  }

  private onSilenced(kind: InputKind): void {
    if (!useMeeting.getState().wanted[kind]) return;
    this.silenced.add(kind);
    this.want({ [kind]: false });
  }

  private async round(kind: InputKind): Promise<void> {
    const { stay } = this;
    const media = this.media();
    try {
      await this.prepare(kind, stay);
      if (stay !== this.stay || media === null || media !== this.media()) return;
      await this.send(media, kind);
      if (media.producerId(kind) !== undefined) this.meant.delete(kind);
      this.efforts[kind].succeeded();
    } catch (error) {
      // Media that was thrown away while something was under way: what replaces it asks again.
      if (stay !== this.stay || media !== this.media()) return;
      if (await this.efforts[kind].failed(error)) return;
      if (useMeeting.getState().wanted[kind]) void this.set(kind, false);
      notify(`The others cannot see or hear all of you: ${describeError(error)}`, 'error');
    }
  }

  /** Opens the device if it is wanted and may be; lets it go if not. */
  private async prepare(kind: InputKind, stay: number): Promise<void> {
    if (this.reopen.delete(kind) && useLocal.getState()[kind] !== null) {
      // Some systems open a device only once: the old one must be let go first.
      await this.media()?.replaceTrack(kind, null, useSettings.getState().resolution);
      if (stay !== this.stay) return;
      stopLocal(kind);
      this.mayOpen.add(kind);
    }
    const { [kind]: track, opening } = useLocal.getState();
    const wanted = useMeeting.getState().wanted[kind];
    if (!wanted && kind === 'camera') {
      this.mayOpen.delete(kind);
      if (track !== null) stopLocal(kind);
      return;
    }
    if (track !== null || opening[kind]) return;
    const asked = this.mayOpen.delete(kind);
    if (asked) await startLocal(kind);
    if (stay !== this.stay) return;
    const { [kind]: opened, opening: still, [kFailure[kind]]: failure } = useLocal.getState();
    const isWanted = useMeeting.getState().wanted[kind];
    if (opened !== null || still[kind]) return;
    if (isWanted) this.want({ [kind]: false });
    if (failure !== null && (asked || isWanted)) notify(`The ${kind} could not be opened. See Settings for help.`, 'error');
  }

  private async send(media: MediaClient, kind: InputKind): Promise<void> {
    await this.sender.closeStrangers(media, kind);
    if (media !== this.media()) return;
    const track = useLocal.getState()[kind];
    const isOn = () => useMeeting.getState().wanted[kind] && useLocal.getState()[kind] === track && track !== null;
    if (media.producerId(kind) === undefined) {
      if (track === null || (kind === 'camera' && !isOn())) return;
      try {
        await this.sender.publish(media, kind, track, !isOn());
        if (media !== this.media() || media.toldPaused(kind) !== true || !isOn()) return;
        // Made muted, since a host had muted them: from here on it is as they say, not as a reload says.
        if (this.meant.has(kind)) return await this.sender.agree(media, kind, isOn);
        this.want({ [kind]: false });
        notify(whyNot(kind) ?? 'You are muted: a host muted you before.', 'warn');
      } catch (error) {
        // It vanished while it was being sent: not a fault, and the next round knows.
        if (useLocal.getState()[kind] === track) throw error;
      }
      return;
    }
    if (media.track(kind) !== track) await media.replaceTrack(kind, track, useSettings.getState().resolution);
    await this.sender.agree(media, kind, isOn);
  }
}
