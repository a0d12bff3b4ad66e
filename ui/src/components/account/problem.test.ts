import { describe, expect, it } from 'vitest';
import { ProtocolError } from '@/lib/protocol/errors';
import { clockOf, emailProblem, newPasswordProblem, problemOf, waitInWords } from './problem';

describe('what is wrong with a form of an account', () => {
  it('is said at the field that it is about', () => {
    expect(problemOf(new ProtocolError('unauthenticated', 'this address and password do not belong together'))).toEqual({
      field: 'password', text: 'This address and password do not belong together.',
    });
    expect(problemOf(new ProtocolError('conflict', 'taken')).field).toBe('email');
    expect(problemOf(new ProtocolError('invalid_argument', 'email: expected an address'))).toEqual({ field: 'email', text: 'Expected an address.' });
    expect(problemOf(new ProtocolError('forbidden', 'this is not your password')).field).toBe('current-password');
    expect(problemOf(new ProtocolError('offline', ''))).toEqual({ text: 'The server cannot be reached right now.' });
  });

  it('says how long to wait where the server said so', () => {
    expect(problemOf(new ProtocolError('rate_limited', '', false, 40))).toEqual({ text: 'Too many tries. Try again in 40 seconds.', waitS: 40 });
    expect(problemOf(new ProtocolError('rate_limited', ''))).toEqual({ text: 'Too many tries. Wait a few minutes, then try again.' });
    expect([1, 89, 90, 600].map(waitInWords)).toEqual(['in a second', 'in 89 seconds', 'in 2 minutes', 'in 10 minutes']);
    expect([5, 65, 600].map(clockOf)).toEqual(['0:05', '1:05', '10:00']);
  });

  it('is found before it is sent', () => {
    expect(emailProblem(' ada@example.org ')).toBeNull();
    for (const email of ['', ' ', 'ada', 'ada@', 'a b@c']) expect(emailProblem(email)?.field).toBe('email');
    expect(newPasswordProblem('12345678')).toBeNull();
    // By bytes, as the server counts: four of these are enough.
    expect(newPasswordProblem('ääää')).toBeNull();
    expect(newPasswordProblem('1234567', 'new-password')).toEqual({ field: 'new-password', text: 'The password needs at least 8 characters.' });
  });
});
