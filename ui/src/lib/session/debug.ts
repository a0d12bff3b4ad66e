import { inboundStats, outboundStats, RateMemory, transportStats, type StatEntry, type StreamStats, type TransportStats } from '@/lib/media/stats';
import { timings } from '@/lib/media/marks';
import type { Served, ServerStats, Source, TransportDirection } from '@/lib/protocol/types';
import { useMeeting } from '@/lib/store/meeting';
import type { MeetingSession } from './session';

export interface StreamRow {
  id: string;
  participantId: string;
  source: Source;
  direction: TransportDirection;
  stats: StreamStats | null;
  /** Of a video that is received: what the server sends of it, and why. */
  served?: Served;
}

export interface StatsSnapshot {
  transports: Record<TransportDirection, TransportStats | null>;
  streams: StreamRow[];
  /** What the server measured of the connection to here; null where it does not answer, or knows nothing yet. */
  link: ServerStats['transports'][number]['link'] | null;
}

function entries(report: RTCStatsReport): StatEntry[] {
  const list: StatEntry[] = [];
  report.forEach((entry: StatEntry) => list.push(entry));
  return list;
}

/** The two connections give the same ids to different things: each has a memory of its own. */
export type StatsMemory = Record<TransportDirection, RateMemory>;

export function newStatsMemory(): StatsMemory {
  return { send: new RateMemory(), recv: new RateMemory() };
}

/** Everything the browser measures of this call, once. Rates need the same memory each time. */
export async function takeStats(session: MeetingSession, memory: StatsMemory): Promise<StatsSnapshot> {
  const media = session.mediaClient;
  if (media === null) return { transports: { send: null, recv: null }, streams: [], link: null };
  const { selfId } = useMeeting.getState();
  const transport = async (direction: TransportDirection) =>
    transportStats(entries(await media.transportStats(direction)), memory[direction]);
  const [send, recv, server, sending, receiving] = await Promise.all([
    transport('send'),
    transport('recv'),
    session.signaling.request('stats:get', {}).catch((): ServerStats => ({ transports: [], consumers: [] })),
    Promise.all(
      media.sending().map(async ({ source, producer }): Promise<StreamRow> => {
        const stats = outboundStats(entries(await producer.getStats()), memory.send);
        return { id: producer.id, participantId: selfId, source, direction: 'send', stats };
      }),
    ),
    Promise.all(
      media.receiving().map(async ({ participantId, source, consumer }): Promise<StreamRow> => {
        const stats = inboundStats(entries(await consumer.getStats()), memory.recv);
        return { id: consumer.id, participantId, source, direction: 'recv', stats };
      }),
    ),
  ]);
  const layers = new Map(server.consumers.map((each) => [each.consumerId, each.layers]));
  const received = receiving.map((row): StreamRow => {
    const served = layers.get(row.id);
    return served === undefined ? row : { ...row, served };
  });
  const link = server.transports.find((each) => each.link !== undefined)?.link ?? null;
  return { transports: { send, recv }, streams: [...sending, ...received], link };
}

/**
 * `window.__confab`: what the page knows, for a person looking into a problem and for the browser
 * tests. All but restartIce() only reads. Described in ui/README.md.
 */
export interface Diagnostics {
  snapshot(): unknown;
  stats(): Promise<StatsSnapshot>;
  timings(): ReturnType<typeof timings>;
  restartIce(): Promise<void>;
}

declare global {
  interface Window {
    __confab?: Diagnostics;
  }
}

export function installDiagnostics(session: MeetingSession): () => void {
  const memory = newStatsMemory();
  const diagnostics: Diagnostics = {
    snapshot: () => {
      const { phase, room, selfId, people, wanted, offlineSince, mediaTrouble, tracks, chat } = useMeeting.getState();
      const media = session.mediaClient;
      return {
        phase,
        room,
        participantId: selfId,
        connected: session.signaling.connected,
        offlineSince,
        mediaTrouble,
        wanted,
        participants: Object.values(people),
        chat: chat.map(({ id }) => id),
        transports: media && { send: media.state('send'), recv: media.state('recv'), ids: media.transportIds() },
        producers: media?.sending().map(({ source, producer }) => ({ id: producer.id, source, paused: producer.paused })) ?? [],
        consumers:
          media?.receiving().map(({ participantId, source, consumer, flowing }) => ({
            id: consumer.id,
            producerId: consumer.producerId,
            participantId,
            source,
            kind: consumer.kind,
            flowing,
          })) ?? [],
        tracks: Object.keys(tracks),
      };
    },
    stats: () => takeStats(session, memory),
    timings,
    restartIce: () => session.restartIce(),
  };
  window.__confab = diagnostics;
  return () => {
    if (window.__confab === diagnostics) delete window.__confab;
  };
}
