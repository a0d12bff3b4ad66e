// What the browser counted of what a person saw and heard. Pure: its statistics in, what was added since out.
import type { StatEntry } from './stats';

/** What a report says of a while: whole milliseconds and counts. */
export interface Experience {
  freezes: number;
  frozenMs: number;
  /** Video that was to be seen, of all streams together. */
  videoMs: number;
  concealedMs: number;
  audioMs: number;
}

export interface Pair {
  type: 'host' | 'srflx' | 'prflx' | 'relay';
  protocol: 'udp' | 'tcp';
}

const kOpusRate = 48_000;
// A page that slept saw nothing meanwhile; the server refuses what is beyond its limits (docs/protocol.md).
const kElapsedMsMax = 60_000;
const kFreezesMax = 10_000;
const kStreamMsMax = 64 * 600_000;
const kTypes: readonly string[] = ['host', 'srflx', 'prflx', 'relay'];

const num = (entry: StatEntry, field: string): number => {
  const value = entry[field];
  return typeof value === 'number' && Number.isFinite(value) ? value : 0;
};

/** Browsers count from the beginning of a stream: the last figures of each are remembered here. */
export class ExperienceMemory {
  private readonly last = new Map<string, number>();
  private entry: StatEntry | null = null;
  private at: number | undefined;

  since(entries: readonly StatEntry[], now: number): Experience {
    const elapsed = this.at === undefined ? 0 : Math.min(kElapsedMsMax, Math.max(0, now - this.at));
    this.at = now;
    const out: Experience = { freezes: 0, frozenMs: 0, videoMs: 0, concealedMs: 0, audioMs: 0 };
    for (const each of entries) {
      if (each.type !== 'inbound-rtp') continue;
      this.entry = each;
      if (each['kind'] === 'video') {
        out.freezes += this.added('freezeCount');
        out.frozenMs += this.added('totalFreezesDuration') * 1000;
        if (this.added('framesDecoded') > 0) out.videoMs += elapsed;
      } else {
        // What was silent anyway is missed by nobody.
        const concealed = this.added('concealedSamples') - this.added('silentConcealedSamples');
        out.concealedMs += (Math.max(0, concealed) * 1000) / kOpusRate;
        out.audioMs += (this.added('totalSamplesReceived') * 1000) / kOpusRate;
      }
    }
    for (const key of Object.keys(out) as (keyof Experience)[]) {
      out[key] = Math.min(key === 'freezes' ? kFreezesMax : kStreamMsMax, Math.round(out[key]));
    }
    return out;
  }

  /** Of the entry at hand; a figure that fell belongs to a new stream of the same name. */
  private added(field: string): number {
    if (this.entry === null) return 0;
    const key = `${this.entry.id}.${field}`;
    const value = num(this.entry, field);
    const before = this.last.get(key) ?? 0;
    this.last.set(key, value);
    return value >= before ? value - before : value;
  }
}

/** The candidate on our side of the path that media takes; the server's are hosts. */
export function pairOf(entries: readonly StatEntry[]): Pair | null {
  const transport = entries.find((each) => each.type === 'transport');
  // Firefox has no transport entry: take the pair it nominated.
  const pair =
    entries.find((each) => each.type === 'candidate-pair' && each.id === transport?.['selectedCandidatePairId']) ??
    entries.find((each) => each.type === 'candidate-pair' && each['nominated'] === true && each['state'] === 'succeeded');
  const local = entries.find((each) => each.id === pair?.['localCandidateId']);
  const type = local?.['candidateType'];
  if (typeof type !== 'string' || !kTypes.includes(type)) return null;
  // To a relay it may be another way than from there (RFC 8656).
  const protocol = local?.['relayProtocol'] ?? local?.['protocol'];
  return { type: type as Pair['type'], protocol: protocol === 'udp' ? 'udp' : 'tcp' };
}
