import { useMeeting, type Notice } from '@/lib/store/meeting';

let nextId = 1;
const kShownMs = 5000;

/** A short message on the screen, gone by itself. */
export function notify(text: string, tone: Notice['tone'] = 'info'): void {
  const notice: Notice = { id: nextId++, tone, text };
  useMeeting.setState((state) => ({ notices: [...state.notices.slice(-2), notice] }));
  setTimeout(() => dismissNotice(notice.id), tone === 'info' ? kShownMs : 2 * kShownMs);
}

export function dismissNotice(id: number): void {
  useMeeting.setState((state) => ({ notices: state.notices.filter((each) => each.id !== id) }));
}

/** For screen readers, politely: what others see happen. */
export function announce(text: string): void {
  useMeeting.setState({ announcement: { id: nextId++, text } });
}
