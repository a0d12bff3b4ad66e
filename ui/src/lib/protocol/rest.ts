import type { types as ms } from 'mediasoup-client';
import { errorIn, ProtocolError } from './errors';

export interface CreatedRoom {
  code: string;
  /** None where who made it is signed in: the room is theirs by that. */
  hostKey?: string;
  createdAt: number;
}

export interface RoomInfo {
  code: string;
  createdAt: number;
  participants: number;
  title?: string;
  locked?: boolean;
  lobby?: boolean;
  hasPassword?: boolean;
}

export interface ServerConfig {
  protocol: number;
  build: string;
  routerRtpCapabilities: ms.RtpCapabilities;
  accounts?: AccountRules;
}

/** How people may come in. */
export interface AccountRules {
  signIn: boolean;
  signUp: boolean;
  guestsCreate: boolean;
  guestsJoin: boolean;
  /** What people call the provider that they may sign in with besides. */
  provider?: string;
}

/** What a room is made with; what is not said is as the server has it. */
export interface NewRoom {
  title?: string;
  password?: string;
  lobby?: boolean;
  permissions?: { unmute: boolean; share: boolean; chat: boolean };
}

interface Extras {
  headers?: Record<string, string>;
  body?: object;
}

export async function call<T>(method: 'GET' | 'POST', path: string, { headers = {}, body: sent }: Extras = {}): Promise<T> {
  let response: Response;
  const type: Record<string, string> = sent === undefined ? {} : { 'content-type': 'application/json' };
  try {
    response = await fetch(path, {
      method,
      headers: { accept: 'application/json', ...type, ...headers },
      ...(sent === undefined ? {} : { body: JSON.stringify(sent) }),
      signal: AbortSignal.timeout(10_000),
    });
  } catch {
    throw new ProtocolError('offline', 'The server cannot be reached.');
  }
  const body: unknown = await response.json().catch(() => null);
  const error = errorIn(body, secondsIn(response.headers.get('retry-after')));
  if (error !== null) throw error;
  if (!response.ok || body === null) {
    throw new ProtocolError('internal', `The server answered with status ${response.status}.`);
  }
  return body as T;
}

/** `Retry-After` in seconds; its other form, a date, our server does not send. */
function secondsIn(header: string | null): number | undefined {
  return header !== null && /^\d{1,6}$/.test(header) ? Number(header) : undefined;
}

export function createRoom(settings: NewRoom = {}): Promise<CreatedRoom> {
  return call('POST', '/api/rooms', { body: settings });
}

export function getRoom(code: string): Promise<RoomInfo> {
  return call('GET', `/api/rooms/${encodeURIComponent(code)}`);
}

/** Whether the server takes it for the key of the room's owner: it tells nobody else the settings. */
export async function isHostKey(code: string, key: string): Promise<boolean> {
  const path = `/api/rooms/${encodeURIComponent(code)}`;
  const info = await call<{ settings?: unknown }>('GET', path, { headers: { authorization: `Bearer ${key}` } }).catch(() => undefined);
  return info?.settings !== undefined;
}

export function getConfig(): Promise<ServerConfig> {
  return call('GET', '/api/config');
}
