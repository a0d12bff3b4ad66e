import { act, render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, expect, it, vi } from 'vitest';
import type { Standing } from '@/lib/protocol/accounts';
import type { RoomInfo } from '@/lib/protocol/rest';
import { useLocal } from '@/lib/store/local';
import { useSettings } from '@/lib/store/settings';
import { track } from '@/testing/stage';
import { PreJoin } from './prejoin';

const info: RoomInfo = { code: 'abc-defg-hij', createdAt: 0, participants: 2 };
const rules = { signIn: true, signUp: true, guestsCreate: true, guestsJoin: true };
const nobody: Standing = { rules, account: null };
const ada: Standing = { rules, account: { id: 'ac_1', email: 'ada@example.org', name: 'Ada', hasPassword: true, operator: false } };

beforeEach(() => {
  const mediaDevices = Object.assign(new EventTarget(), { enumerateDevices: () => Promise.resolve([]) });
  Object.defineProperty(navigator, 'mediaDevices', { value: mediaDevices, configurable: true });
  useSettings.getState().update({ startCamera: false, startMicrophone: false });
});

function show({ standing = null, ...change }: Partial<RoomInfo> & { standing?: Standing | null } = {}) {
  const onJoin = vi.fn();
  render(<PreJoin room={info.code} info={{ ...info, ...change }} standing={standing} joining={false} onJoin={onJoin} />);
  return onJoin;
}

it('joins with the name that was typed, without the blanks around it, and remembers it', async () => {
  const user = userEvent.setup();
  const onJoin = show();
  await user.type(screen.getByLabelText('Your name'), '  Ben Okafor {Enter}');
  expect(onJoin).toHaveBeenCalledExactlyOnceWith('Ben Okafor');
  expect(useSettings.getState().name).toBe('Ben Okafor');
});

it('asks for a name where there is none, and puts the keyboard there', async () => {
  const user = userEvent.setup();
  const onJoin = show();
  await user.click(screen.getByTestId('join'));
  const field = screen.getByLabelText('Your name');
  expect(screen.getByRole('alert').textContent).toBe('Tell the others your name.');
  expect(field.getAttribute('aria-invalid')).toBe('true');
  expect(document.activeElement).toBe(field);
  expect(onJoin).not.toHaveBeenCalled();
  await user.type(field, 'B');
  expect(field.getAttribute('aria-invalid')).toBe('false');
});

it('says who is there and what stands before the meeting', () => {
  show({ lobby: true, hasPassword: true, participants: 1 });
  expect(screen.getByTestId('here').textContent).toContain('one person is here');
  expect(screen.getByTestId('door-text').textContent).toBe('You will be asked for a password. You will wait until a host lets you in.');
});

it('says on its button what others will not see or hear', () => {
  show();
  expect(screen.getByTestId('join').textContent).toBe('Join to watch and listen');
  act(() => useLocal.setState({ camera: track('video') }));
  expect(screen.getByTestId('join').textContent).toBe('Join without microphone');
  act(() => useLocal.setState({ camera: null }));
});

it('tells a guest of the way to sign in, which comes back to this page', () => {
  show({ standing: nobody });
  expect(screen.getByRole('link', { name: 'Sign in' }).getAttribute('href')).toMatch(/^\/account/);
  expect(screen.getByTestId('who-joins').textContent).toContain('as a guest');
});

it('takes the name of the account, where none is remembered', () => {
  show({ standing: ada });
  expect(screen.getByLabelText<HTMLInputElement>('Your name').value).toBe('Ada');
  expect(screen.getByTestId('who-joins').textContent).toBe('Signed in as Ada');
});
