import { act, fireEvent, render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, it, vi } from 'vitest';
import { ProtocolError } from '@/lib/protocol/errors';
import { SignInForm } from './forms';

vi.mock('@/lib/protocol/accounts', () => ({ signIn: (...words: string[]) => answer(...words) }));
let answer = vi.fn<(...words: string[]) => Promise<object>>();

function show(result: () => Promise<object>) {
  answer = vi.fn(result);
  const onDone = vi.fn();
  const onEmail = vi.fn();
  render(<SignInForm email="ada@example.org" onEmail={onEmail} onDone={onDone} />);
  return onDone;
}

const refuse = (...words: ConstructorParameters<typeof ProtocolError>) => () => Promise.reject(new ProtocolError(...words));

it('says what is missing at the field, and sends nothing', async () => {
  const user = userEvent.setup();
  show(() => Promise.resolve({}));
  await user.click(screen.getByTestId('sign-in-submit'));
  const field = screen.getByLabelText('Password');
  expect(screen.getByRole('alert').textContent).toBe('Enter your password.');
  expect(field.getAttribute('aria-invalid')).toBe('true');
  expect(field.getAttribute('aria-describedby')).toBe(screen.getByRole('alert').id);
  expect(document.activeElement).toBe(field);
  expect(answer).not.toHaveBeenCalled();
});

it('keeps what was typed when it was wrong, ready to be typed over', async () => {
  const user = userEvent.setup();
  const onDone = show(refuse('unauthenticated', 'this address and password do not belong together'));
  await user.type(screen.getByLabelText('Password'), 'not it at all{Enter}');
  const field = screen.getByLabelText<HTMLInputElement>('Password');
  expect(screen.getByRole('alert').textContent).toBe('This address and password do not belong together.');
  expect(field.value).toBe('not it at all');
  expect([field.selectionStart, field.selectionEnd]).toEqual([0, 13]);
  expect(onDone).not.toHaveBeenCalled();
});

it('shows the password to who asks for that', async () => {
  const user = userEvent.setup();
  show(() => Promise.resolve({}));
  const button = screen.getByRole('button', { name: 'Show: Password' });
  await user.click(button);
  expect(screen.getByLabelText<HTMLInputElement>('Password').type).toBe('text');
  expect(button.getAttribute('aria-pressed')).toBe('true');
});

it('waits as long as the server said, and sends nothing meanwhile', async () => {
  vi.useFakeTimers();
  show(refuse('rate_limited', '', false, 3));
  fireEvent.change(screen.getByLabelText('Password'), { target: { value: 'guess number 1' } });
  const submit = () => act(async () => {
    fireEvent.submit(screen.getByTestId('sign-in'));
    await vi.advanceTimersByTimeAsync(0);
  });
  await submit();
  expect(screen.getByRole('alert').textContent).toBe('Too many tries. Try again in 3 seconds.');
  const button = screen.getByTestId('sign-in-submit');
  expect(button.textContent).toBe('Try again in 0:03');
  expect(button.getAttribute('aria-disabled')).toBe('true');
  await submit();
  expect(answer).toHaveBeenCalledTimes(1);
  for (let second = 0; second < 3; ++second) await act(() => vi.advanceTimersByTimeAsync(1000));
  expect(button.textContent).toBe('Sign in');
  await submit();
  expect(answer).toHaveBeenCalledTimes(2);
});
