// From what the browser measures of each stream to what a person should know of it. Pure.
import type { LayerReason } from '@/lib/protocol/types';
import type { StatEntry } from './stats';

export type Grade = 'good' | 'fair' | 'poor';

/** Of one received stream, since the last look. */
export interface Health {
  kind: 'audio' | 'video';
  /** Of the packets that were to come, 0 to 1; repaired ones are not lost. */
  loss: number;
  /** Audio that was made up for what did not come, of all that was played, 0 to 1. */
  concealed: number;
  /** Of the time, 0 to 1, that the picture stood still for much longer than between two frames. */
  frozen: number;
  /** Nothing was decoded although packets or frames were there before. */
  stalled: boolean;
}

interface Counters {
  at: number;
  lost: number;
  received: number;
  decoded: number;
  frozenSeconds: number;
  concealed: number;
  silent: number;
  samples: number;
}

const field = (entry: StatEntry, name: string): number => {
  const value = entry[name];
  return typeof value === 'number' ? value : 0;
};

/** Remembers the counters of the last look, by the track they belong to. */
export class StreamWatch {
  private last = new Map<string, Counters>();

  /** By the track's id; a stream is judged from its second look on. */
  look(entries: readonly StatEntry[]): Map<string, Health> {
    const now = new Map<string, Counters>();
    const found = new Map<string, Health>();
    for (const entry of entries) {
      const { trackIdentifier, kind } = entry;
      if (entry.type !== 'inbound-rtp' || typeof trackIdentifier !== 'string' || (kind !== 'audio' && kind !== 'video')) continue;
      const counters = countersOf(entry);
      now.set(trackIdentifier, counters);
      const before = this.last.get(trackIdentifier);
      if (before !== undefined && counters.at > before.at && counters.received >= before.received) {
        found.set(trackIdentifier, compare(kind, before, counters));
      }
    }
    this.last = now;
    return found;
  }
}

function countersOf(entry: StatEntry): Counters {
  return {
    at: entry.timestamp,
    lost: field(entry, 'packetsLost'),
    received: field(entry, 'packetsReceived'),
    decoded: field(entry, 'framesDecoded'),
    frozenSeconds: field(entry, 'totalFreezesDuration'),
    concealed: field(entry, 'concealedSamples'),
    silent: field(entry, 'silentConcealedSamples'),
    samples: field(entry, 'totalSamplesReceived'),
  };
}

function compare(kind: 'audio' | 'video', before: Counters, now: Counters): Health {
  const since = (name: keyof Counters) => Math.max(0, now[name] - before[name]);
  const [lost, received] = [since('lost'), since('received')];
  const share = (part: number, whole: number) => (whole <= 0 ? 0 : Math.min(1, part / whole));
  return {
    kind,
    loss: share(lost, lost + received),
    // Silence that is made up where none was sent (DTX) is no fault.
    concealed: share(Math.max(0, since('concealed') - since('silent')), since('samples')),
    frozen: share(since('frozenSeconds') * 1000, now.at - before.at),
    stalled: kind === 'video' && before.decoded > 0 && now.decoded === before.decoded,
  };
}

// Where people begin to notice, and where they begin to complain; chosen by eye and ear.
const kFair = { loss: 0.03, concealed: 0.02, frozen: 0.1 };
const kPoor = { loss: 0.1, concealed: 0.08, frozen: 0.35 };

/** A screen on which nothing moves is no picture that stands still. */
export function ofScreen(health: Health): Health {
  return { ...health, frozen: 0, stalled: false };
}

export function gradeOf(streams: readonly Health[]): Grade {
  const reaches = (limit: typeof kFair) =>
    streams.some(({ loss, concealed, frozen }) => loss >= limit.loss || concealed >= limit.concealed || frozen >= limit.frozen);
  if (streams.some((each) => each.stalled) || reaches(kPoor)) return 'poor';
  return reaches(kFair) ? 'fair' : 'good';
}

/** The word for what a person would notice first. */
export function symptomOf(streams: readonly Health[]): string {
  const worst = (name: 'concealed' | 'frozen' | 'loss') => Math.max(0, ...streams.map((each) => each[name]));
  if (streams.some((each) => each.stalled)) return 'the picture stands still';
  if (worst('concealed') >= kFair.concealed) return 'the sound has gaps';
  if (worst('frozen') >= kFair.frozen) return 'the picture freezes';
  return 'packets are lost';
}

/** Of what is sent, the worst of its layers speaks: why it is less than was meant, if it is. */
export function ownTrouble(entries: readonly StatEntry[]): { grade: Grade; reason: string } {
  const lost = Math.max(0, ...entries.filter((each) => each.type === 'remote-inbound-rtp').map((each) => field(each, 'fractionLost')));
  const limits = new Set(entries.filter((each) => each.type === 'outbound-rtp').map((each) => each['qualityLimitationReason']));
  if (lost >= kPoor.loss) return { grade: 'poor', reason: 'Your connection is weak: much of what you send is lost' };
  if (lost >= kFair.loss) return { grade: 'fair', reason: 'Your connection is weak: some of what you send is lost' };
  if (limits.has('bandwidth')) return { grade: 'fair', reason: 'Your connection is weak: others see you less sharp' };
  if (limits.has('cpu')) return { grade: 'fair', reason: 'This computer is busy: others see you less sharp' };
  return { grade: 'good', reason: '' };
}

/** The server sends less than is wanted since the connection to here carries no more. */
export function isOfOwnLink(reason: LayerReason): boolean {
  return reason === 'estimate' || reason === 'draining' || reason === 'probe_wait' || reason === 'server_limit';
}

export function worseOf(a: Grade, b: Grade): Grade {
  const order: readonly Grade[] = ['poor', 'fair', 'good'];
  return order.indexOf(a) <= order.indexOf(b) ? a : b;
}

/** Whose connection it is, as far as one can tell from what arrives here: `bad` of `all` people arrive badly. */
export function blame(bad: number, all: number): string {
  if (all < 2) return 'The connection';
  return bad * 2 > all ? 'Your connection' : 'Their connection';
}

// A moment is no verdict: a grade holds for two looks before it is shown.
const kLooksToBelieve = 2;

/** Keeps a grade until another one has been seen so often in a row. */
export class Steady {
  private shown: Grade = 'good';
  private next: Grade = 'good';
  private seen = 0;

  take(grade: Grade): Grade {
    if (grade === this.shown) {
      this.seen = 0;
      return this.shown;
    }
    this.seen = grade === this.next ? this.seen + 1 : 1;
    this.next = grade;
    if (this.seen >= kLooksToBelieve) {
      this.shown = grade;
      this.seen = 0;
    }
    return this.shown;
  }
}
