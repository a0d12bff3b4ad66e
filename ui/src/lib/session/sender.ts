import type { MediaClient } from '@/lib/media/client';
import { ProtocolError } from '@/lib/protocol/errors';
import type { Source } from '@/lib/protocol/types';
import { dropProducer, putProducer, setProducerPaused, useMeeting, type MeetingStore } from '@/lib/store/meeting';
import { useSettings } from '@/lib/store/settings';
import type { Lane } from '@/lib/util/lane';

const record = (step: (state: MeetingStore) => Partial<MeetingStore>) => useMeeting.setState(step);

/** Producers of our own: at the browser, at the server, and in the record of them that is shown. */
export class Sender {
  /** Ours at the server perhaps, and to be closed there. */
  private readonly disowned = new Map<string, Source>();

  constructor(private readonly media: () => MediaClient | null) {}

  async publish(media: MediaClient, source: Source, track: MediaStreamTrack, paused: boolean): Promise<void> {
    const { resolution } = useSettings.getState();
    const made = await media.publish(source, track, { paused, resolution });
    if (media !== this.media()) return;
    record((state) => putProducer(state, state.selfId, { ...made, source, kind: track.kind === 'audio' ? 'audio' : 'video' }));
  }

  /** On is on when the server has agreed; off is off at once, because nothing is sent any more. */
  async agree(media: MediaClient, source: Source, isOn: () => boolean): Promise<void> {
    const paused = !isOn();
    if (paused) this.hush(media, source);
    if (media.toldPaused(source) !== paused) await media.tellPaused(source, paused);
    // Whoever clicked meanwhile is heard in the next round; what was muted stays so until then.
    if (paused || !isOn()) return;
    media.unhush(source);
    this.recordPaused(media, source, false);
  }

  hush(media: MediaClient, source: Source): void {
    media.hush(source);
    this.recordPaused(media, source, true);
  }

  /** Gone for the person at once; the server hears of it from closeStrangers(). */
  drop(media: MediaClient, source: Source): void {
    const id = media.producerId(source);
    if (id === undefined) return;
    media.forget(source);
    this.disown(source, id);
  }

  /** Closes what was dropped, and what the record has of us though nobody here holds it: its answer was lost. */
  async closeStrangers(media: MediaClient, source: Source): Promise<void> {
    const { people, selfId } = useMeeting.getState();
    for (const each of people[selfId]?.producers ?? []) {
      if (each.source === source && each.id !== media.producerId(source)) this.disown(source, each.id);
    }
    for (const id of [...this.disowned.keys()].filter((each) => this.disowned.get(each) === source)) {
      await media.closeAtServer(id);
      this.disowned.delete(id);
    }
  }

  private disown(source: Source, id: string): void {
    this.disowned.set(id, source);
    record((state) => dropProducer(state, state.selfId, id));
  }

  private recordPaused(media: MediaClient, source: Source, paused: boolean): void {
    const id = media.producerId(source);
    if (id !== undefined) record((state) => setProducerPaused(state, state.selfId, id, paused));
  }
}

const kTries = 5;
const kPauseMs = 500;

/** What to do about an attempt that failed: nothing, another, or to give up. */
export class Effort {
  private tries = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly lane: () => Lane,
    /** Asks the server how things are; it may have done what it did not answer. */
    private readonly refresh: () => Promise<unknown>,
  ) {}

  succeeded(): void {
    this.tries = 0;
  }

  stop(): void {
    clearTimeout(this.timer);
    this.tries = 0;
  }

  /** False: it is no use. */
  async failed(error: unknown): Promise<boolean> {
    if (!(error instanceof ProtocolError)) return this.giveUp();
    // Whoever comes back from there asks for everything again.
    if (error.code === 'offline') return true;
    if (!error.transient && error.code !== 'not_found') return this.giveUp();
    if (++this.tries > kTries) return this.giveUp();
    if (error.code === 'timeout' || error.code === 'not_found') await this.refresh();
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.lane().run(), kPauseMs * this.tries);
    return true;
  }

  private giveUp(): false {
    this.tries = 0;
    return false;
  }
}
