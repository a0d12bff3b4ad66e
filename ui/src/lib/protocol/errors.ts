/** The one table of docs/protocol.md, and `offline` for what never reached the server. */
export type ErrorCode =
  | 'invalid_argument'
  | 'unauthenticated'
  | 'forbidden'
  | 'not_found'
  | 'conflict'
  | 'too_large'
  | 'rate_limited'
  | 'full'
  | 'unsupported'
  | 'unavailable'
  | 'timeout'
  | 'internal'
  | 'offline';

const kCodes: ReadonlySet<string> = new Set<ErrorCode>([
  'invalid_argument',
  'unauthenticated',
  'forbidden',
  'not_found',
  'conflict',
  'too_large',
  'rate_limited',
  'full',
  'unsupported',
  'unavailable',
  'timeout',
  'internal',
  'offline',
]);

export class ProtocolError extends Error {
  override readonly name = 'ProtocolError';
  constructor(
    readonly code: ErrorCode,
    message: string,
    /** It never left this page: nothing can have come of it. */
    readonly neverSent = false,
    /** When to ask again, where the server said so. */
    readonly retryAfterS?: number,
  ) {
    super(message);
  }

  /** Worth another try by itself, after a pause. */
  get transient(): boolean {
    return ['unavailable', 'timeout', 'rate_limited', 'internal', 'offline'].includes(this.code);
  }
}

/** The error inside an acknowledgement or an HTTP answer; null where there is none. */
export function errorIn(answer: unknown, retryAfterS?: number): ProtocolError | null {
  if (typeof answer !== 'object' || answer === null || !('error' in answer)) return null;
  const { error } = answer;
  if (typeof error !== 'object' || error === null) {
    return new ProtocolError('internal', typeof error === 'string' ? error : 'The server sent an unreadable error.');
  }
  const { code, message } = error as { code?: unknown; message?: unknown };
  return new ProtocolError(
    typeof code === 'string' && kCodes.has(code) ? (code as ErrorCode) : 'internal',
    typeof message === 'string' ? message : 'The server gave no reason.',
    false,
    retryAfterS,
  );
}

/** The server's words begin in lower case, for logs; a person reads them as a sentence. */
export function sentence(words: string): string {
  return words.charAt(0).toLocaleUpperCase() + words.slice(1) + (/[.!?]$/.test(words) ? '' : '.');
}

/** A sentence for the person in front of the screen. */
export function describeError(error: unknown): string {
  if (error instanceof ProtocolError) {
    switch (error.code) {
      case 'offline':
      case 'unavailable':
        return 'The server cannot be reached right now.';
      case 'timeout':
        return 'The server did not answer in time.';
      case 'rate_limited':
        return 'That was a bit fast. Wait a second and try again.';
      case 'full':
        return 'There is no room left: a limit of this meeting or server is reached.';
      case 'unsupported':
        return 'This page and the server do not understand each other. Reload the page.';
      default:
        return sentence(error.message);
    }
  }
  return error instanceof Error ? error.message : String(error);
}
