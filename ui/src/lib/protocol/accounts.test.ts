import { afterEach, describe, expect, it, vi } from 'vitest';
import { barOf, getStanding, ownPath, signIn, signInLink } from './accounts';

describe('the page to go on to after signing in', () => {
  it('is one of this server', () => {
    expect(ownPath('/room/abc-defg-hij')).toBe('/room/abc-defg-hij');
    expect(ownPath('/?a=//b')).toBe('/?a=//b');
    expect(ownPath(new URL(signInLink('/room/x?a=1'), 'http://x').searchParams.get('next'))).toBe('/room/x?a=1');
  });

  it.each([null, '', '//evil.example', '/\\evil.example', 'https://evil.example', 'javascript:alert(1)', '/\t/evil.example', '/ä', '/a\\b'])(
    'is the start page where %s is asked for',
    (wanted) => expect(ownPath(wanted)).toBe('/'),
  );
});

const rules = { signIn: true, signUp: true, guestsCreate: false, guestsJoin: true };
const account = { id: 'ac_1', email: 'ada@example.org', name: 'Ada', hasPassword: true, operator: false };

describe('what bars the way of a guest', () => {
  it('is nothing where the server knows no accounts, or who it is', () => {
    expect(barOf(null, 'guestsCreate')).toBe('none');
    expect(barOf({ rules, account }, 'guestsCreate')).toBe('none');
    expect(barOf({ rules, account: null }, 'guestsJoin')).toBe('none');
  });

  it('is that they have not signed in, or that no page can help', () => {
    expect(barOf({ rules, account: null }, 'guestsCreate')).toBe('sign-in');
    expect(barOf({ rules: { ...rules, signIn: false }, account: null }, 'guestsCreate')).toBe('token');
  });
});

describe('what the server says of accounts', () => {
  afterEach(() => vi.unstubAllGlobals());
  const answers = (paths: Record<string, unknown>) => {
    const asked: string[] = [];
    vi.stubGlobal('fetch', (path: string) => {
      asked.push(path);
      return Promise.resolve(Response.json(paths[path]));
    });
    return asked;
  };

  it('needs no second question where nobody can sign in', async () => {
    answers({ '/api/config': {} });
    expect(await getStanding()).toBeNull();
    const asked = answers({ '/api/config': { accounts: { ...rules, signIn: false } } });
    expect((await getStanding())?.account).toBeNull();
    expect(asked).toEqual(['/api/config']);
    answers({ '/api/config': { accounts: rules }, '/api/auth/me': { account } });
    expect(await getStanding()).toEqual({ rules, account });
  });

  it('rejects where it cannot be asked: nothing is known then', async () => {
    vi.stubGlobal('fetch', () => Promise.reject(new TypeError('no network')));
    await expect(getStanding()).rejects.toMatchObject({ code: 'offline' });
  });

  it('says with a refusal when to come again', async () => {
    const error = { error: { code: 'rate_limited', message: 'too many' } };
    const refusal = (after: string) => vi.stubGlobal('fetch', () => Promise.resolve(Response.json(error, { status: 429, headers: { 'retry-after': after } })));
    refusal('40');
    await expect(signIn('ada@example.org', 'x')).rejects.toMatchObject({ code: 'rate_limited', retryAfterS: 40 });
    refusal('Wed, 21 Oct 2026 07:28:00 GMT');
    await expect(signIn('ada@example.org', 'x')).rejects.toMatchObject({ retryAfterS: undefined });
  });
});
