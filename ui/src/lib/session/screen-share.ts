import type { MediaClient } from '@/lib/media/client';
import { openScreen } from '@/lib/media/devices';
import { describeError } from '@/lib/protocol/errors';
import { maySend, useMeeting } from '@/lib/store/meeting';
import { Lane } from '@/lib/util/lane';
import { notify } from './notices';
import { Effort, Sender } from './sender';

/** The screen one shows, with its sound. What is wanted is the open track; the server follows it. */
export class ScreenShare {
  private audio: MediaStreamTrack | undefined;
  private stay = 0;
  private readonly lane = new Lane(() => this.round());
  private readonly effort: Effort;

  constructor(
    private readonly media: () => MediaClient | null,
    private readonly sender: Sender,
    refresh: () => Promise<unknown>,
  ) {
    this.effort = new Effort(() => this.lane, refresh);
  }

  async start(): Promise<void> {
    const { screen, screenBusy } = useMeeting.getState();
    if (screen !== null || screenBusy) return;
    if (!maySend(useMeeting.getState(), 'screen')) {
      notify('Only hosts share their screen in this meeting.', 'warn');
      return;
    }
    const { stay } = this;
    useMeeting.setState({ screenBusy: true });
    try {
      const opened = await openScreen();
      if (opened === null) return;
      this.take(opened, stay);
      await this.lane.run();
    } catch (error) {
      notify(`The screen could not be shared: ${describeError(error)}`, 'error');
    } finally {
      if (stay === this.stay) useMeeting.setState({ screenBusy: false });
    }
  }

  stop(): void {
    this.letGo();
    const media = this.media();
    if (media !== null) for (const source of ['screen', 'screen-audio'] as const) this.sender.drop(media, source);
    void this.lane.run();
  }

  /** The stay in the meeting is over: what opens later belongs to nobody. */
  end(): void {
    ++this.stay;
    this.effort.stop();
    this.letGo();
    useMeeting.setState({ screenBusy: false });
  }

  settle(): Promise<void> {
    return this.lane.run();
  }

  private take({ video, audio }: { video: MediaStreamTrack; audio: MediaStreamTrack | undefined }, stay: number): void {
    if (stay !== this.stay || video.readyState === 'ended') {
      // The person left, or stopped it, while the browser was still asking.
      video.stop();
      audio?.stop();
      return;
    }
    this.audio = audio;
    useMeeting.setState({ screen: video });
    // The browser's own "Stop sharing".
    video.addEventListener('ended', () => {
      if (useMeeting.getState().screen === video) this.stop();
    });
    audio?.addEventListener('ended', () => {
      if (this.audio !== audio) return;
      this.audio = undefined;
      void this.lane.run();
    });
  }

  private letGo(): void {
    useMeeting.getState().screen?.stop();
    this.audio?.stop();
    this.audio = undefined;
    useMeeting.setState({ screen: null });
  }

  private async round(): Promise<void> {
    const media = this.media();
    if (media === null) return;
    try {
      await this.follow(media, 'screen', () => useMeeting.getState().screen);
      await this.follow(media, 'screen-audio', () => this.audio ?? null);
      this.effort.succeeded();
    } catch (error) {
      if (media !== this.media() || (await this.effort.failed(error))) return;
      this.stop();
      notify(`The screen could not be shared: ${describeError(error)}`, 'error');
    }
  }

  private async follow(media: MediaClient, source: 'screen' | 'screen-audio', wanted: () => MediaStreamTrack | null): Promise<void> {
    const held = media.track(source);
    if (held !== undefined && held !== wanted()) this.sender.drop(media, source);
    await this.sender.closeStrangers(media, source);
    const track = wanted();
    if (track === null || media !== this.media() || media.producerId(source) !== undefined) return;
    try {
      await this.sender.publish(media, source, track, false);
    } catch (error) {
      // Stopped while it was being sent: not a fault, and the next round knows.
      if (wanted() === track) throw error;
    }
  }
}
