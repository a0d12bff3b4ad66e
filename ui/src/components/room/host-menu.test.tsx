import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, expect, it, vi } from 'vitest';
import type { Role } from '@/lib/protocol/types';
import type { MeetingSession } from '@/lib/session/session';
import { useMeeting } from '@/lib/store/meeting';
import { person } from '@/testing/fake-server';
import { HostMenu } from './host-menu';
import { SessionProvider } from './session-context';

const hosting = { muteAll: vi.fn(), lowerHands: vi.fn(), lock: vi.fn(), setLobby: vi.fn() };
beforeEach(() => Object.values(hosting).forEach((each) => each.mockReset()));

function show(role: Role) {
  useMeeting.setState({
    selfId: 'pt_me',
    people: { pt_me: { ...person('pt_me', []), role } },
    permits: { sources: [], subscribe: true, chat: true, unmute: true },
    settings: { title: '', lobby: false, locked: true, hasPassword: false, permissions: { unmute: true, share: true, chat: true } },
  });
  render(
    <SessionProvider value={{ hosting } as unknown as MeetingSession}>
      <HostMenu />
    </SessionProvider>,
  );
}

it('is not there for who leads nothing', () => {
  show('member');
  expect(screen.queryByTestId('host-menu')).toBeNull();
});

it('mutes everybody else by keyboard alone', async () => {
  const user = userEvent.setup();
  show('host');
  await user.tab();
  expect(document.activeElement).toBe(screen.getByRole('button', { name: 'Host tools' }));
  await user.keyboard('{Enter}');
  expect(document.activeElement).toBe(screen.getByRole('menuitem', { name: 'Mute everybody else' }));
  await user.keyboard('{Enter}');
  expect(hosting.muteAll).toHaveBeenCalledTimes(1);
  expect(document.activeElement).toBe(screen.getByRole('button', { name: 'Host tools' }));
});

it('shows whether the meeting is locked, and turns that round', async () => {
  const user = userEvent.setup();
  show('host');
  await user.click(screen.getByTestId('host-menu'));
  const lock = screen.getByRole('menuitemcheckbox', { name: /Locked/ });
  expect(lock.getAttribute('aria-checked')).toBe('true');
  await user.click(lock);
  expect(hosting.lock).toHaveBeenCalledWith(false);
});

it('asks before the meeting is ended', async () => {
  const user = userEvent.setup();
  show('host');
  await user.click(screen.getByTestId('host-menu'));
  await user.click(screen.getByTestId('end-for-all'));
  expect(useMeeting.getState().hostDialog).toEqual({ kind: 'end' });
});

it('has for a cohost what a cohost may', async () => {
  const user = userEvent.setup();
  show('cohost');
  await user.click(screen.getByTestId('host-menu'));
  expect(screen.queryByTestId('end-for-all')).toBeNull();
  expect(screen.queryByTestId('lobby-switch')).toBeNull();
  expect(screen.getByTestId('mute-all')).toBeDefined();
});
