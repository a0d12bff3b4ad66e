import type { Waiting } from '@/lib/protocol/types';
import { useNews, type Notice, type NoticeAction } from '@/lib/store/news';
import { isolated } from '@/lib/util/text';

let nextId = 1;
// More than this at once nobody reads; what came first without being urgent goes.
const kKept = 6;

const kNews = {
  joined: 'joined',
  left: 'left',
  lost: 'lost the connection',
  removed: 'had to leave',
  hand: 'raised a hand',
} as const;

/** A short message beside the faces; one is shown at a time, the most urgent first, and goes by itself. */
export function notify(text: string, tone: Notice['tone'] = 'info', action?: NoticeAction): void {
  put({ id: nextId++, tone, text, ...(action === undefined ? {} : { action }) });
}

/** What happens to many people at about the same time is one message: "Ada, Ben and 3 others joined". */
export function notifyAbout(name: string, news: keyof typeof kNews): void {
  const before = useNews.getState().notices.find((each) => each.news === news);
  const who = [...(before?.who ?? []), name];
  put({ id: before?.id ?? nextId++, tone: 'info', news, who, text: `${listNames(who.map(isolated))} ${kNews[news]}` });
}

/** Who stands before the door: one message, with what to do about it. */
export function notifyWaiting(lobby: readonly Waiting[], actions: { admit: (id: string) => void; show: () => void }): void {
  const before = shownWaiting();
  const [first] = lobby;
  if (first === undefined) {
    if (before !== undefined) dismissNotice(before.id);
    return;
  }
  const alone = lobby.length === 1;
  put({
    id: before?.id ?? nextId++,
    tone: 'info',
    news: 'waiting',
    text: `${listNames(lobby.map(({ name }) => isolated(name)))} ${alone ? 'is' : 'are'} waiting to be let in`,
    action: alone ? { label: 'Admit', run: () => actions.admit(first.id) } : { label: 'Show', run: actions.show },
  });
}

export function shownWaiting(): Notice | undefined {
  return useNews.getState().notices.find((each) => each.news === 'waiting');
}

export function listNames(names: readonly string[]): string {
  const [first = '', second = '', ...rest] = names;
  if (names.length <= 1) return first;
  if (names.length === 2) return `${first} and ${second}`;
  return `${first}, ${second} and ${rest.length === 1 ? 'one other' : `${rest.length} others`}`;
}

function put(notice: Notice): void {
  useNews.setState(({ notices }) => {
    const known = notices.some((each) => each.id === notice.id);
    const all = known ? notices.map((each) => (each.id === notice.id ? notice : each)) : [...notices, notice];
    const surplus = all.length > kKept ? (all.find((each) => each.tone === 'info') ?? all[0]) : undefined;
    return { notices: all.filter((each) => each !== surplus) };
  });
}

const kUrgency: Record<Notice['tone'], number> = { error: 0, warn: 1, info: 2 };

/** The one that is on the screen now. */
export function shownNotice(notices: readonly Notice[]): Notice | undefined {
  return [...notices].sort((a, b) => kUrgency[a.tone] - kUrgency[b.tone] || a.id - b.id)[0];
}

export function dismissNotice(id: number): void {
  useNews.setState((state) => ({ notices: state.notices.filter((each) => each.id !== id) }));
}

/** For screen readers, politely: what others see happen. */
export function announce(text: string): void {
  useNews.setState({ announcement: { id: nextId++, text } });
}
