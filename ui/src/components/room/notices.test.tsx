import { act, render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, it, vi } from 'vitest';
import { notify, notifyAbout } from '@/lib/session/notices';
import { Notices } from './notices';

it('shows the most urgent message first, and how many wait', async () => {
  render(<Notices />);
  act(() => notify('Ada was asked'));
  expect(screen.getByRole('status').textContent).toContain('Ada was asked');
  act(() => notify('Your camera was lost', 'error'));
  expect(screen.getByRole('alert').textContent).toContain('Your camera was lost');
  expect(screen.getByText('+1')).toBeDefined();
  await userEvent.click(screen.getByRole('button', { name: 'Dismiss' }));
  expect(screen.getByTestId('notice').textContent).toContain('Ada was asked');
});

const pass = (ms: number) => act(() => {
  vi.advanceTimersByTime(ms);
});

it('goes by itself, and later where there is something to decide', () => {
  vi.useFakeTimers();
  render(<Notices />);
  act(() => notify('The meeting is locked'));
  pass(5_000);
  expect(screen.queryByTestId('notice')).toBeNull();
  act(() => notify('Ben is waiting', 'info', { label: 'Admit', run: () => undefined }));
  pass(19_000);
  expect(screen.getByTestId('notice-action')).toBeDefined();
  pass(1_000);
  expect(screen.queryByTestId('notice')).toBeNull();
});

it('does what it offers once, and is gone', async () => {
  const run = vi.fn();
  render(<Notices />);
  act(() => notify('Ben is waiting', 'info', { label: 'Admit', run }));
  await userEvent.click(screen.getByRole('button', { name: 'Admit' }));
  expect(run).toHaveBeenCalledTimes(1);
  expect(screen.queryByTestId('notice')).toBeNull();
});

it('is no live region where the others are told of by one already', () => {
  render(<Notices />);
  act(() => {
    notifyAbout('Ada', 'joined');
    notifyAbout('Ben', 'joined');
  });
  const notice = screen.getByTestId('notice');
  expect(notice.getAttribute('role')).toBeNull();
  expect(notice.textContent).toMatch(/Ada.* and .*Ben.* joined/);
});
