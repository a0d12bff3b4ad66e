import { act, render, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, expect, it, vi } from 'vitest';
import { ProtocolError } from '@/lib/protocol/errors';
import type { ChatMessage, Role } from '@/lib/protocol/types';
import type { MeetingSession } from '@/lib/session/session';
import { deleteMessage } from '@/lib/store/chat';
import { useMeeting } from '@/lib/store/meeting';
import { allRights, person } from '@/testing/fake-server';
import { ChatPanel } from './chat-panel';
import { SessionProvider } from './session-context';

const ben = { id: 'pt_ben', name: 'Ben' };
const me = { id: 'pt_me', name: 'Ada' };
const line = (id: string, from = ben, change: Partial<ChatMessage> = {}): ChatMessage => ({ id, from, to: null, text: `words of ${id}`, sentAt: Number(id.slice(1)) * 1000, ...change });

const sendChat = vi.fn<(text: string, to: string | null) => Promise<void>>();
const deleteOnServer = vi.fn<(id: string) => Promise<boolean>>();
const onClose = vi.fn();
beforeEach(() => {
  sendChat.mockReset().mockResolvedValue();
  onClose.mockReset();
  deleteOnServer.mockReset().mockImplementation((id) => {
    useMeeting.setState((state) => deleteMessage(state, id));
    return Promise.resolve(true);
  });
});

function show(role: Role, chat: ChatMessage[]) {
  useMeeting.setState({
    ...allRights, chat, selfId: me.id,
    people: { [me.id]: { ...person(me.id), name: me.name, role }, [ben.id]: { ...person(ben.id), name: ben.name } },
  });
  const session = { sendChat, loadEarlierChat: vi.fn(), hosting: { deleteMessage: deleteOnServer } } as unknown as MeetingSession;
  render(<SessionProvider value={session}><ChatPanel onClose={onClose} /></SessionProvider>);
  return userEvent.setup();
}

it('names a writer once for lines that follow each other, and says what is private', () => {
  show('member', [line('m1'), line('m2'), line('m3', me, { to: ben })]);
  expect(screen.getAllByText('Ben', { selector: 'bdi' })).toHaveLength(2);
  const secret = screen.getByText('words of m3').closest('li');
  expect(secret?.dataset.private).toBe('true');
  expect(secret?.textContent).toContain('to Ben, privately');
});

it('makes links of addresses, which tell the other side nothing', () => {
  show('member', [line('m1', ben, { text: 'see https://example.org/a.' })]);
  const link = screen.getByRole('link', { name: 'https://example.org/a' });
  expect(link.getAttribute('rel')).toContain('noreferrer');
});

it('sends by Enter, and begins a new line by Shift and Enter', async () => {
  const user = show('member', []);
  const field = screen.getByRole<HTMLTextAreaElement>('textbox', { name: 'Message to everyone' });
  expect(document.activeElement).toBe(field);
  await user.keyboard('one{Shift>}{Enter}{/Shift}two{Enter}');
  expect(sendChat).toHaveBeenCalledExactlyOnceWith('one\ntwo', null);
  expect(field.value).toBe('');
});

it('keeps the words that could not be sent, and says why', async () => {
  sendChat.mockRejectedValueOnce(new ProtocolError('rate_limited', ''));
  const user = show('member', []);
  await user.keyboard('hello{Enter}');
  expect(screen.getByRole<HTMLTextAreaElement>('textbox').value).toBe('hello');
  expect(screen.getByRole('alert').textContent).toContain('That was a bit fast');
});

it('sends nothing meant for one to all when that one leaves', async () => {
  const user = show('member', []);
  act(() => useMeeting.setState({ chatTo: ben.id }));
  await user.keyboard('only for you');
  act(() => useMeeting.setState(({ people }) => ({ people: { [me.id]: people[me.id]! }, chatTo: null })));
  expect(screen.getByRole('alert').textContent).toContain('Ben is no longer here');
  await user.keyboard('{Enter}');
  expect(sendChat).not.toHaveBeenCalled();
});

it('lets hosts alone delete, and nothing private', () => {
  show('cohost', [line('m1')]);
  expect(screen.queryByTestId('delete-message')).toBeNull();
  act(() => useMeeting.setState(({ people }) => ({ people: { ...people, [me.id]: { ...people[me.id]!, role: 'host' } }, chat: [line('m1'), line('m2', ben, { to: me })] })));
  expect(screen.getAllByTestId('delete-message').map((each) => each.getAttribute('aria-label'))).toEqual(['Delete the message from Ben: words of m1']);
});

it('deletes a line by keyboard alone, and keeps its place', async () => {
  const user = show('host', [line('m1'), line('m2', me), line('m3')]);
  await user.tab({ shift: true });
  await user.tab({ shift: true });
  const buttons = screen.getAllByTestId('delete-message');
  expect(document.activeElement, 'one stop for all lines, at the newest').toBe(buttons[2]);
  await user.keyboard('{ArrowUp}{ArrowUp}{ArrowUp}');
  expect(document.activeElement).toBe(buttons[0]);
  await user.keyboard('{Enter}');
  const question = screen.getByRole('group', { name: 'Delete for all?' });
  expect(document.activeElement).toBe(within(question).getByRole('button', { name: 'Delete' }));
  await user.keyboard('{Escape}');
  expect(onClose, 'Escape answers the question, and closes no panel').not.toHaveBeenCalled();
  expect(document.activeElement).toBe(buttons[0]);
  expect(deleteOnServer).not.toHaveBeenCalled();
  await user.keyboard('{Enter}{Enter}');
  expect(deleteOnServer).toHaveBeenCalledExactlyOnceWith('m1');
  expect(screen.queryByText('words of m1')).toBeNull();
  expect(screen.getByTestId('message-deleted').textContent).toBe('Deleted by a host');
  expect(screen.getAllByTestId('chat-message')).toHaveLength(3);
});

it('leaves a line that could not be deleted, and can be asked again', async () => {
  deleteOnServer.mockResolvedValueOnce(false);
  const user = show('host', [line('m1')]);
  await user.click(screen.getByTestId('delete-message'));
  await user.click(screen.getByTestId('delete-yes'));
  expect(screen.getByText('words of m1')).toBeDefined();
  await user.click(screen.getByTestId('delete-yes'));
  expect(screen.queryByText('words of m1')).toBeNull();
});
