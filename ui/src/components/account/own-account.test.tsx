import { render, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, expect, it, vi } from 'vitest';
import { ProtocolError } from '@/lib/protocol/errors';
import { OwnAccount } from './own-account';

const erase = vi.fn<(password?: string) => Promise<void>>();
vi.mock('@/lib/protocol/accounts', () => ({ deleteAccount: (password?: string) => erase(password) }));
beforeEach(() => {
  erase.mockReset().mockReturnValue(new Promise(() => undefined));
});

const ada = { id: 'ac_1', email: 'ada@example.org', name: 'Ada', hasPassword: true, operator: false };

async function open(account = ada) {
  const user = userEvent.setup();
  render(<OwnAccount account={account} provider="the office" />);
  await user.click(screen.getByRole('button', { name: 'Delete my account…' }));
  return { user, form: within(screen.getByTestId('delete-account')) };
}

it('asks for the password before an account is deleted, and brings the focus to it', async () => {
  const { user, form } = await open();
  expect(document.activeElement).toBe(form.getByLabelText('Your password'));
  await user.click(form.getByRole('button', { name: 'Delete it for good' }));
  expect(form.getByRole('alert').textContent).toBe('Enter your password.');
  expect(erase).not.toHaveBeenCalled();
  await user.type(form.getByLabelText('Your password'), 'correct horse{Enter}');
  expect(erase).toHaveBeenCalledWith('correct horse');
});

it('says at the field that it was another password', async () => {
  erase.mockImplementation(() => Promise.reject(new ProtocolError('forbidden', 'this is not your password')));
  const { user, form } = await open();
  await user.type(form.getByLabelText('Your password'), 'not it{Enter}');
  expect((await form.findByText('This is not your password.')).getAttribute('role')).toBe('alert');
  expect(form.getByLabelText('Your password').getAttribute('aria-invalid')).toBe('true');
});

it('asks who has no password for none, and leads operators to their page', async () => {
  const { user, form } = await open({ ...ada, hasPassword: false, operator: true });
  await user.click(form.getByRole('button', { name: 'Delete it for good' }));
  expect(erase).toHaveBeenCalledWith(undefined);
  expect(screen.getByTestId('to-admin').getAttribute('href')).toBe('/admin');
});
