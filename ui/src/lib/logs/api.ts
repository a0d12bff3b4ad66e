// The log viewer's server: `confab logs`.
import { errorIn } from '@/lib/protocol/errors';
import type { RawLine } from './entry';

export interface LogPage {
  lines: RawLine[];
  older: string;
  newer: string;
  isEnd: boolean;
  reached: string | null;
}

export interface SessionInfo {
  asks: boolean;
  signedIn: boolean;
}

/** Nobody is signed in, or not any more. */
export class SignedOutError extends Error {}

async function call<T>(path: string, init: RequestInit = {}): Promise<T> {
  let response: Response;
  try {
    response = await fetch(path, { ...init, headers: { accept: 'application/json' } });
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw new Error('The log server cannot be reached.');
  }
  const body: unknown = await response.json().catch(() => null);
  if (response.status === 401 && init.method === undefined) throw new SignedOutError();
  const error = errorIn(body);
  if (error !== null) throw error;
  if (!response.ok || body === null) throw new Error(`The log server answered with status ${response.status}.`);
  return body as T;
}

export const getPage = (query: URLSearchParams, signal: AbortSignal): Promise<LogPage> =>
  call(`/api/logs?${query.toString()}`, { signal });

export const getSession = (): Promise<SessionInfo> => call('/api/logs/session');

export const signIn = (token: string): Promise<SessionInfo> =>
  call('/api/logs/session', { method: 'POST', body: JSON.stringify({ token }) });

export const signOut = (): Promise<SessionInfo> => call('/api/logs/session', { method: 'DELETE' });

export const downloadUrl = (query: URLSearchParams): string => `/api/logs/download?${query.toString()}`;

export const openTail = (query: URLSearchParams): EventSource => new EventSource(`/api/logs/live?${query.toString()}`);
