// What the server tells whoever looks after it: docs/access.md, "Looking after a server".
import { errorIn, ProtocolError } from '@/lib/protocol/errors';
import type { LayerReason, Served } from '@/lib/protocol/types';
import { readStored, removeStored, writeStored } from '@/lib/util/storage';

export interface Credential {
  id: string;
  secret: string;
}

export interface NodeStats {
  node: number;
  build: string;
  since: number;
  at: number;
  meetings: number;
  participants: number;
  sockets: number;
  transports: number;
  producers: number;
  consumers: number;
  mediaRequestsWaiting: number;
  joins: {
    letIn: number;
    lobby: number;
    refused: Record<string, number>;
    gaveUp: Record<string, number>;
    lastRefused: { at: number; code: string; message: string }[];
  };
}

export interface MeetingInfo {
  id: string;
  room: string;
  title: string;
  since: number;
  participants: number;
  waiting: number;
  producers: number;
  consumers: number;
  hasMedia: boolean;
  places: { node: number; shard: number }[];
}

export interface LinkInfo {
  targetBps: number;
  sentBps: number;
  networkQueueMs: number;
  serverQueuePackets: number;
  lossPermille: number;
  state: string;
  cause: string;
}

export interface TransportInfo {
  transportId: string;
  direction?: 'send' | 'recv';
  iceConnected: boolean;
  dtlsConnected: boolean;
  protocol: 'udp' | 'tcp';
  bytesReceived: number;
  bytesSent: number;
  link?: LinkInfo;
}

export interface ProducerInfo {
  producerId: string;
  kind: 'audio' | 'video';
  codec: string;
  source?: string;
  paused?: boolean;
  packetsReceived: number;
  bytesReceived: number;
  packetsLost: number;
  jitterUs: number;
}

export interface ConsumerInfo {
  consumerId: string;
  producerId: string;
  from?: { id: string; name: string };
  source?: string;
  paused?: boolean;
  bytesSent: number;
  rttUs: number;
  fractionLost: number;
  layers?: Served & { reason: LayerReason };
}

export interface MediaInfo {
  transports: TransportInfo[];
  producers: ProducerInfo[];
  consumers: ConsumerInfo[];
}

export interface PersonInfo {
  id: string;
  name: string;
  role: string;
  joinedAt: number;
  connection: 'connected' | 'reconnecting';
  hidden: boolean;
  receives: number;
  producers: { id: string; kind: string; source: string; paused: boolean }[];
  /** null: its media node has not said; absent: it was not asked. */
  media?: MediaInfo | null;
}

export interface NodeInfo {
  id: number;
  role: 'serve' | 'signaling' | 'media';
  region: string;
  self: boolean;
  up: boolean;
  draining: boolean;
  leaving: boolean;
  meetings: number;
  drainable: boolean;
  load?: { transports: number; meetings: number; lagMs?: number };
}

export interface AuditEntry {
  id: number;
  at: number;
  actor: string;
  from: string;
  action: string;
  target: string;
  outcome: string;
}

const kStored = 'confab.admin';

// What was entered, also where the browser keeps nothing.
let entered: string | null = null;
const listeners = new Set<() => void>();

/** "id:secret", or empty: for as long as this tab is open, and in no other. */
export const credentialText = (): string => entered ?? readStored('session', kStored) ?? '';

export function onCredential(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function credentialOf(text: string): Credential | null {
  const [id, secret] = text.split(':');
  return id && secret ? { id, secret } : null;
}

export function keepCredential(credential: Credential | null): void {
  entered = credential === null ? null : `${credential.id}:${credential.secret}`;
  if (entered === null) removeStored('session', kStored);
  else writeStored('session', kStored, entered);
  for (const listener of listeners) listener();
}

function authorization({ id, secret }: Credential): string {
  return `Basic ${btoa(String.fromCharCode(...new TextEncoder().encode(`${id}:${secret}`)))}`;
}

/** Asks with one key, or as who is signed in, for as long as the server takes it. */
export class AdminApi {
  constructor(private readonly credential: Credential | null) {}

  get<T>(path: string, signal?: AbortSignal): Promise<T> {
    return this.ask('GET', path, signal === undefined ? {} : { signal });
  }

  drain(node: number): Promise<{ draining: boolean; meetings: number }> {
    return this.ask('POST', `/api/nodes/${node}/drain`, {});
  }

  undrain(node: number): Promise<{ draining: boolean; meetings: number }> {
    return this.ask('DELETE', `/api/nodes/${node}/drain`, {});
  }

  private async ask<T>(method: string, path: string, { signal }: { signal?: AbortSignal }): Promise<T> {
    const limit = AbortSignal.timeout(10_000);
    let response: Response;
    try {
      response = await fetch(path, {
        method,
        headers: { accept: 'application/json', ...(this.credential === null ? {} : { authorization: authorization(this.credential) }) },
        signal: signal === undefined ? limit : AbortSignal.any([signal, limit]),
      });
    } catch {
      throw new ProtocolError('offline', 'The server cannot be reached.');
    }
    const body: unknown = await response.json().catch(() => null);
    const error = errorIn(body);
    if (error !== null) throw error;
    if (!response.ok || body === null) throw new ProtocolError('internal', `The server answered with status ${response.status}.`);
    return body as T;
  }
}
