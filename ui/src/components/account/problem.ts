import { describeError, ProtocolError, sentence } from '@/lib/protocol/errors';

/** What is wrong with a form, and the field that it is about. */
export interface Problem {
  field?: string;
  text: string;
  /** Not before that many seconds is it worth another try. */
  waitS?: number;
}

export function waitInWords(seconds: number): string {
  if (seconds < 90) return seconds === 1 ? 'in a second' : `in ${seconds} seconds`;
  return `in ${Math.ceil(seconds / 60)} minutes`;
}

/** As on a clock, for what counts down. */
export function clockOf(seconds: number): string {
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}

/** The server's answer to a form of an account, in words and at the field that it is about. */
export function problemOf(failure: unknown): Problem {
  if (!(failure instanceof ProtocolError)) return { text: describeError(failure) };
  switch (failure.code) {
    case 'rate_limited': {
      const { retryAfterS } = failure;
      if (retryAfterS === undefined) return { text: 'Too many tries. Wait a few minutes, then try again.' };
      return { text: `Too many tries. Try again ${waitInWords(retryAfterS)}.`, waitS: retryAfterS };
    }
    case 'unauthenticated':
      return { field: 'password', text: describeError(failure) };
    case 'conflict':
      return { field: 'email', text: 'There is an account with this address already. Sign in with it, or take another address.' };
    case 'forbidden':
      return { field: 'current-password', text: describeError(failure) };
    default: {
      const named = /^(email|name|password): (.+)$/.exec(failure.message);
      return named === null ? { text: describeError(failure) } : { field: named[1], text: sentence(named[2] ?? '') };
    }
  }
}

export function emailProblem(email: string): Problem | null {
  if (email.trim() === '') return { field: 'email', text: 'Enter your email address.' };
  return /^[^\s@]+@[^\s@]+$/.test(email.trim()) ? null : { field: 'email', text: 'This is not an email address. They look like ada@example.org.' };
}

/** `field`: that of the new password. */
export function newPasswordProblem(password: string, field = 'password'): Problem | null {
  if (password === '') return { field, text: 'Enter a password.' };
  const isShort = new TextEncoder().encode(password.normalize('NFC')).length < 8;
  return isShort ? { field, text: 'The password needs at least 8 characters.' } : null;
}
