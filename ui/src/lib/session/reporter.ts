import { ExperienceMemory, pairOf, type Pair } from '@/lib/media/experience';
import type { MediaClient } from '@/lib/media/client';
import { timings, type JoinMark } from '@/lib/media/marks';
import type { StatEntry } from '@/lib/media/stats';
import type { SignalingClient } from '@/lib/protocol/client';
import type { ClientReport, JoinStep } from '@/lib/protocol/types';
import { useMeeting } from '@/lib/store/meeting';

const kEveryMs = 30_000;
/** A join that has not come so far by then is reported as it is. */
const kJoinPatienceMs = 15_000;
const kLookEveryMs = 250;
// The server's limits (docs/protocol.md).
const kMsMax = 600_000;
const kMendedMax = 8;

const kMarkOf: Record<JoinStep, JoinMark> = {
  socket: 'socket-connected',
  join: 'joined',
  ice: 'ice-connected',
  dtls: 'recv-connected',
  first_media: 'first-media',
  first_frame: 'first-remote-frame',
};
const kSteps = Object.keys(kMarkOf) as JoinStep[];

type Steps = Partial<Record<JoinStep, number>>;

function entriesOf(report: RTCStatsReport): StatEntry[] {
  const list: StatEntry[] = [];
  report.forEach((entry: StatEntry) => list.push(entry));
  return list;
}

/** How far a join has come; nothing that was not reached. */
export function stepsOf(marks: Partial<Record<JoinMark, number>>): Steps {
  const steps: Steps = {};
  for (const step of kSteps) {
    const ms = marks[kMarkOf[step]];
    if (ms !== undefined) steps[step] = Math.min(kMsMax, Math.max(0, Math.round(ms)));
  }
  return steps;
}

/** The first step that `expects` and that was not reached. */
export function missingStep(steps: Steps, expects: { media: boolean; video: boolean }): JoinStep | null {
  const awaited = kSteps.filter((step) => (step === 'first_frame' ? expects.video : step === 'first_media' || step === 'ice' || step === 'dtls' ? expects.media : true));
  return awaited.find((step) => steps[step] === undefined) ?? null;
}

/**
 * Tells the server how it goes for the person, in numbers: the steps of the join once, then twice a
 * minute what was added since. Nobody waits for it, and what can not be said is left out.
 */
export class Reporter {
  private memory = new ExperienceMemory();
  private joinTimer: ReturnType<typeof setTimeout> | undefined;
  private everyTimer: ReturnType<typeof setInterval> | undefined;
  private joinedAt = 0;
  private pair: Pair | null = null;
  private mended: NonNullable<ClientReport['mended']> = [];
  private offlineAt: number | null = null;
  private troubledAt: number | null = null;
  private hasLostMedia = false;
  private readonly stopWatching: () => void;

  constructor(
    private readonly signaling: Pick<SignalingClient, 'connected' | 'request'>,
    private readonly media: () => MediaClient | null,
    private readonly now: () => number = () => performance.now(),
  ) {
    this.stopWatching = useMeeting.subscribe(({ phase, offlineSince, mediaTrouble }) => {
      if (phase !== 'joined') return;
      this.watchSocket(offlineSince !== null);
      this.watchMedia(mediaTrouble);
    });
  }

  /** After the first join of a stay; `isTimed`: its steps are counted from a click. */
  begin(isTimed = true): void {
    this.end();
    this.memory = new ExperienceMemory();
    this.joinedAt = this.now();
    if (isTimed) this.joinTimer = setTimeout(() => this.lookAtJoin(), kLookEveryMs);
    this.everyTimer = setInterval(() => void this.say({}), kEveryMs);
  }

  end(): void {
    clearTimeout(this.joinTimer);
    clearInterval(this.everyTimer);
    this.mended = [];
    this.offlineAt = null;
    this.troubledAt = null;
    this.hasLostMedia = false;
    this.pair = null;
  }

  dispose(): void {
    this.end();
    this.stopWatching();
  }

  /** The server lost the media plane: what comes back is new. */
  mediaLost(): void {
    this.hasLostMedia = true;
  }

  // ---- the join ----

  private lookAtJoin(): void {
    const media = this.media();
    const { people, selfId } = useMeeting.getState();
    const held = new Map((media?.receiving() ?? []).map((each) => [each.consumer.producerId, each.flowing]));
    // Of who is muted nothing comes, and nothing is missing; what is not received yet is on its way.
    const awaited = Object.values(people)
      .filter(({ id }) => id !== selfId)
      .flatMap(({ producers }) => producers.filter(({ id, paused }) => !paused && (held.get(id) ?? true)));
    const expects = { media: awaited.length > 0, video: awaited.some(({ kind }) => kind === 'video') && !document.hidden };
    const steps = stepsOf(timings());
    const missing = missingStep(steps, expects);
    const isLate = this.now() - this.joinedAt >= kJoinPatienceMs;
    // Alone in a room nothing is to be seen: what there is of the join is all of it.
    if (missing !== null && !isLate) {
      this.joinTimer = setTimeout(() => this.lookAtJoin(), kLookEveryMs);
      return;
    }
    const state = media?.inUse('recv') === true ? media.state('recv') : undefined;
    const reason = state === 'failed' ? ('failed' as const) : state === 'closed' ? ('lost' as const) : ('timeout' as const);
    void this.say({ join: steps, ...(missing === null ? {} : { failed: { step: missing, reason } }) });
  }

  // ---- what was away, and came back ----

  private watchSocket(isAway: boolean): void {
    if (isAway) this.offlineAt ??= this.now();
    else if (this.offlineAt !== null) {
      this.note('socket', this.offlineAt);
      this.offlineAt = null;
    }
  }

  private watchMedia(isAway: boolean): void {
    if (isAway) this.troubledAt ??= this.now();
    else if (this.troubledAt !== null) {
      this.note(this.hasLostMedia ? 'media' : 'ice', this.troubledAt);
      this.troubledAt = null;
      this.hasLostMedia = false;
    }
  }

  private note(what: 'socket' | 'ice' | 'media', since: number): void {
    const awayMs = Math.min(kMsMax, Math.round(this.now() - since));
    if (this.mended.length < kMendedMax) this.mended.push({ what, awayMs });
  }

  // ---- saying it ----

  private async say(report: ClientReport): Promise<void> {
    if (!this.signaling.connected || useMeeting.getState().phase !== 'joined') return;
    const entries = await this.media()?.transportStats('recv').then(entriesOf).catch(() => undefined) ?? [];
    const pair = pairOf(entries);
    const isNewPair = pair !== null && (pair.type !== this.pair?.type || pair.protocol !== this.pair.protocol);
    if (isNewPair) this.pair = pair;
    const mended = this.mended.splice(0);
    await this.signaling
      .request('client:report', {
        ...report,
        ...(isNewPair ? { pair } : {}),
        ...(mended.length > 0 ? { mended } : {}),
        ...this.memory.since(entries, this.now()),
      })
      // Said to nobody's loss: the next one goes on from here.
      .catch(() => undefined);
  }
}
