import { call, getConfig, type AccountRules } from './rest';

export interface Account {
  id: string;
  email: string;
  name: string;
  hasPassword: boolean;
  /** May look after the server, at /admin. */
  operator: boolean;
}

export interface OwnRoom {
  code: string;
  title: string;
  createdAt: number;
}

/** What the server says of accounts, and who this browser is signed in as. */
export interface Standing {
  rules: AccountRules;
  account: Account | null;
}

interface Answer {
  account: Account;
}

/** One password is the same from every keyboard: the same letters may be typed in two ways. */
const asTyped = (password: string): string => password.normalize('NFC');

/** null of a server that knows no accounts. Rejects where it cannot be asked. */
export async function getStanding(): Promise<Standing | null> {
  const { accounts: rules } = await getConfig();
  if (rules === undefined) return null;
  if (!rules.signIn) return { rules, account: null };
  const { account } = await call<{ account: Account | null }>('GET', '/api/auth/me');
  return { rules, account };
}

/** What bars the way of who does this: nothing, that they have not signed in, or that no page can help. */
export type Bar = 'none' | 'sign-in' | 'token';

export function barOf(standing: Standing | null, what: 'guestsJoin' | 'guestsCreate'): Bar {
  if (standing === null || standing.account !== null || standing.rules[what]) return 'none';
  return standing.rules.signIn ? 'sign-in' : 'token';
}

export async function signIn(email: string, password: string): Promise<Account> {
  return (await call<Answer>('POST', '/api/auth/sign-in', { body: { email, password: asTyped(password) } })).account;
}

export async function signUp(email: string, name: string, password: string): Promise<Account> {
  return (await call<Answer>('POST', '/api/auth/sign-up', { body: { email, name, password: asTyped(password) } })).account;
}

export async function usePasswordLink(link: string, password: string): Promise<Account> {
  return (await call<Answer>('POST', '/api/auth/link', { body: { link, password: asTyped(password) } })).account;
}

export async function changePassword(current: string, password: string): Promise<Account> {
  return (await call<Answer>('POST', '/api/auth/password', { body: { current: asTyped(current), password: asTyped(password) } })).account;
}

export async function signOut(everywhere = false): Promise<void> {
  await call('POST', '/api/auth/sign-out', { body: { everywhere } });
}

/** `password`: none where the account has none. */
export async function deleteAccount(password?: string): Promise<void> {
  await call('POST', '/api/auth/delete', { body: password === undefined ? {} : { password: asTyped(password) } });
}

export async function getOwnRooms(): Promise<OwnRoom[]> {
  return (await call<{ rooms: OwnRoom[] }>('GET', '/api/auth/rooms')).rooms;
}

/** A path of this server, or the start page: an address may name any site. */
export function ownPath(wanted: string | null): string {
  if (wanted === null || !/^\/(?![/\\])[\x21-\x5b\x5d-\x7e]*$/.test(wanted)) return '/';
  return wanted;
}

export function signInLink(next: string): string {
  return next === '/' ? '/account' : `/account?next=${encodeURIComponent(next)}`;
}
