import type { MediaClient } from '@/lib/media/client';
import {
  blame, gradeOf, isOfOwnLink, ofScreen, ownTrouble, Steady, StreamWatch, symptomOf, worseOf, type Grade, type Health,
} from '@/lib/media/quality';
import type { StatEntry } from '@/lib/media/stats';
import type { Served, ServerStats } from '@/lib/protocol/types';
import { useMeeting } from '@/lib/store/meeting';
import { kUnmeasured, useQuality, type Verdict } from '@/lib/store/quality';
import { notify } from './notices';

const kLookMs = 2000;
// A browser begins low and rises: that is no trouble.
const kStartMs = 10_000;
// A connection that wavers is no news each time.
const kTellPausedMs = 60_000;

const entriesOf = (report: RTCStatsReport): StatEntry[] => {
  const list: StatEntry[] = [];
  report.forEach((entry: StatEntry) => list.push(entry));
  return list;
};

interface Seen {
  streams: Health[];
  /** By the server: of this person's video less is sent than is wanted, or nothing, for one's own connection. */
  limit: 'smaller' | 'paused' | null;
}

/** Looks at what arrives, every two seconds, and tells the store how well each person is seen and heard. */
export class QualityWatch {
  private watched: MediaClient | null = null;
  private since = 0;
  private streams = new StreamWatch();
  /** Producers that were sent to us at the last look too: one that only begins is not judged. */
  private flowed: ReadonlySet<string> = new Set();
  private readonly steady = new Map<string, Steady>();
  /** What the server says that it sends, by consumer. */
  private readonly served = new Map<string, Served>();
  /** Those told since the server was last asked for all. */
  private newer = new Set<string>();
  private toldPausedAt = -Infinity;
  private readonly timer: ReturnType<typeof setInterval>;

  constructor(private readonly media: () => MediaClient | null) {
    this.timer = setInterval(() => void this.look(performance.now()), kLookMs);
  }

  /** The server tells what it sends of a video, and why. It may do so before the consumer is known here. */
  take(consumerId: string, served: Served): void {
    this.served.set(consumerId, served);
    this.newer.add(consumerId);
  }

  /** A consumer is gone. */
  drop(consumerId: string): void {
    this.served.delete(consumerId);
  }

  /** The connection was away: what was told meanwhile was told to nobody. */
  async catchUp(ask: () => Promise<ServerStats>): Promise<void> {
    const newer = (this.newer = new Set<string>());
    const { consumers } = await ask();
    if (newer !== this.newer) return;
    for (const id of [...this.served.keys()]) if (!newer.has(id)) this.served.delete(id);
    for (const { consumerId, layers } of consumers) {
      if (layers !== undefined && !newer.has(consumerId)) this.served.set(consumerId, layers);
    }
  }

  stop(): void {
    clearInterval(this.timer);
    this.forget(null, 0);
  }

  async look(now: number): Promise<void> {
    const media = this.media();
    if (media !== this.watched) this.forget(media, now);
    if (media === null) return;
    const [received, sent] = await Promise.all([
      media.transportStats('recv').then(entriesOf, () => []),
      media.transportStats('send').then(entriesOf, () => []),
    ]);
    // Another media, or none, by now.
    if (media !== this.media() || media !== this.watched) return;
    const { of, stalled, paused } = this.judgeOthers(media, this.streams.look(received));
    this.tellPaused(now, paused.size);
    const { selfId } = useMeeting.getState();
    if (now - this.since >= kStartMs) {
      const own = ownTrouble(sent);
      of[selfId] = this.verdict(selfId, own.grade, own.reason);
    }
    useQuality.setState({ people: of, stalled, paused });
  }

  private tellPaused(now: number, count: number): void {
    const begins = count > 0 && useQuality.getState().paused.size === 0;
    if (!begins || now - this.toldPausedAt < kTellPausedMs) return;
    this.toldPausedAt = now;
    notify('Your connection is weak: video is paused where there is no room for it beside the sound.', 'warn');
  }

  private forget(media: MediaClient | null, now: number): void {
    this.watched = media;
    this.since = now;
    this.streams = new StreamWatch();
    this.flowed = new Set();
    this.steady.clear();
    useQuality.setState(kUnmeasured);
  }

  private judgeOthers(media: MediaClient, health: ReadonlyMap<string, Health>) {
    const { people } = useMeeting.getState();
    const found = new Map<string, Seen>();
    const stalled = new Set<string>();
    const paused = new Set<string>();
    const flows = new Set<string>();
    for (const { participantId, source, consumer, flowing } of media.receiving()) {
      const person = people[participantId];
      const producer = person?.producers.find((each) => each.id === consumer.producerId);
      // What is not sent, or not to us, has no quality; who is away is shown as that.
      if (!flowing || producer?.paused !== false || person?.connection !== 'connected') continue;
      const seen = found.get(participantId) ?? { streams: [], limit: null };
      const measured = health.get(consumer.track.id);
      if (measured !== undefined) flows.add(producer.id);
      const reason = this.served.get(consumer.id)?.reason;
      // A picture that moves is not paused, whatever was heard last.
      const moves = measured !== undefined && measured.kind === 'video' && !measured.stalled && this.flowed.has(producer.id);
      if (reason === 'paused_estimate' && !moves) {
        paused.add(producer.id);
        found.set(participantId, { ...seen, limit: 'paused' });
        continue;
      }
      if (reason !== undefined && isOfOwnLink(reason) && seen.limit === null) seen.limit = 'smaller';
      if (measured === undefined || !this.flowed.has(producer.id)) continue;
      const judged = source === 'screen' ? ofScreen(measured) : measured;
      if (judged.stalled) stalled.add(producer.id);
      found.set(participantId, { ...seen, streams: [...seen.streams, judged] });
    }
    this.flowed = flows;
    return { of: this.verdicts(found), stalled, paused };
  }

  private verdicts(found: ReadonlyMap<string, Seen>): Record<string, Verdict> {
    const measured = [...found].map(([id, { streams, limit }]) => ({ id, streams, limit, grade: gradeOf(streams) }));
    const bad = measured.filter((each) => each.grade !== 'good').length;
    // Where the server says that it is one's own connection nobody has to guess.
    const isOwn = measured.some((each) => each.limit !== null);
    const of: Record<string, Verdict> = {};
    for (const { id, streams, limit, grade } of measured) {
      const whose = isOwn ? 'Your connection' : blame(bad, measured.length);
      const symptom = grade === 'good' ? '' : `${whose} is weak: ${symptomOf(streams)}`;
      if (limit === 'paused') of[id] = this.verdict(id, 'poor', 'Your connection is weak: this video is paused until it is better');
      else if (limit === 'smaller') of[id] = this.verdict(id, worseOf(grade, 'fair'), symptom || 'Your connection is weak: this picture is less sharp');
      else of[id] = this.verdict(id, grade, symptom);
    }
    return of;
  }

  private verdict(id: string, grade: Grade, reason: string): Verdict {
    const steady = this.steady.get(id) ?? new Steady();
    this.steady.set(id, steady);
    const shown = steady.take(grade);
    if (shown === 'good') return { grade: shown, reason: '' };
    // On its way back to good there is no reason of now.
    return { grade: shown, reason: reason === '' ? (useQuality.getState().people[id]?.reason ?? '') : reason };
  }
}
