import type { MediaClient } from '@/lib/media/client';
import { blame, gradeOf, ofScreen, ownTrouble, Steady, StreamWatch, symptomOf, type Grade, type Health } from '@/lib/media/quality';
import type { StatEntry } from '@/lib/media/stats';
import { useMeeting } from '@/lib/store/meeting';
import { kUnmeasured, useQuality, type Verdict } from '@/lib/store/quality';

const kLookMs = 2000;
// A browser begins low and rises: that is no trouble.
const kStartMs = 10_000;

const entriesOf = (report: RTCStatsReport): StatEntry[] => {
  const list: StatEntry[] = [];
  report.forEach((entry: StatEntry) => list.push(entry));
  return list;
};

/** Looks at what arrives, every two seconds, and tells the store how well each person is seen and heard. */
export class QualityWatch {
  private watched: MediaClient | null = null;
  private since = 0;
  private streams = new StreamWatch();
  /** Producers that were sent to us at the last look too: one that only begins is not judged. */
  private flowed: ReadonlySet<string> = new Set();
  private readonly steady = new Map<string, Steady>();
  private readonly timer: ReturnType<typeof setInterval>;

  constructor(private readonly media: () => MediaClient | null) {
    this.timer = setInterval(() => void this.look(performance.now()), kLookMs);
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
    const { of, stalled } = this.judgeOthers(media, this.streams.look(received));
    const { selfId } = useMeeting.getState();
    if (now - this.since >= kStartMs) {
      const own = ownTrouble(sent);
      of[selfId] = this.verdict(selfId, own.grade, own.reason);
    }
    useQuality.setState({ people: of, stalled });
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
    const found = new Map<string, Health[]>();
    const stalled = new Set<string>();
    const flows = new Set<string>();
    for (const { participantId, source, consumer, flowing } of media.receiving()) {
      const person = people[participantId];
      const producer = person?.producers.find((each) => each.id === consumer.producerId);
      const measured = health.get(consumer.track.id);
      // What is not sent, or not to us, has no quality; who is away is shown as that.
      if (measured === undefined || !flowing || producer?.paused !== false || person?.connection !== 'connected') continue;
      flows.add(producer.id);
      if (!this.flowed.has(producer.id)) continue;
      const judged = source === 'screen' ? ofScreen(measured) : measured;
      if (judged.stalled) stalled.add(producer.id);
      found.set(participantId, [...(found.get(participantId) ?? []), judged]);
    }
    this.flowed = flows;
    const grades = [...found].map(([id, streams]) => ({ id, streams, grade: gradeOf(streams) }));
    const bad = grades.filter((each) => each.grade !== 'good').length;
    const of: Record<string, Verdict> = {};
    for (const { id, streams, grade } of grades) {
      of[id] = this.verdict(id, grade, grade === 'good' ? '' : `${blame(bad, grades.length)} is weak: ${symptomOf(streams)}`);
    }
    return { of, stalled };
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
