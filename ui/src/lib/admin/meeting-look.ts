import type { AdminApi, MeetingInfo, PersonInfo } from './api';
import { History } from './history';

/** The most that one answer has of streams; a larger meeting is listed without, and each person asked for. */
const kStreamsPerAnswer = 1000;

interface Page {
  meeting: MeetingInfo;
  participants: PersonInfo[];
  next?: string;
}

export interface MeetingPage extends Page {
  /** Of those whose media was told, by their ids. */
  histories: ReadonlyMap<string, History>;
}

export interface PersonLook {
  participant: PersonInfo;
  history: History | undefined;
}

function isLarge({ participants, producers, consumers }: MeetingInfo): boolean {
  return 2 * participants + producers + consumers > kStreamsPerAnswer;
}

/** Looks at one meeting, and remembers the rates of those in it. */
export class MeetingLook {
  // Until the first, cheap look has said how large it is.
  private light = true;
  private readonly histories = new Map<string, History>();

  constructor(private readonly api: Pick<AdminApi, 'get'>, private readonly id: string) {}

  async page(cursor: string, signal: AbortSignal): Promise<MeetingPage> {
    const query = new URLSearchParams({ ...(cursor !== '' && { cursor }), ...(this.light && { media: 'false' }) }).toString();
    const page = await this.api.get<Page>(`/api/stats/meetings/${this.id}${query === '' ? '' : `?${query}`}`, signal);
    const wasLight = this.light;
    this.light = isLarge(page.meeting);
    if (wasLight && !this.light) return this.page(cursor, signal);
    for (const each of page.participants) this.remember(each);
    return { ...page, histories: new Map(this.histories) };
  }

  async person(who: string, signal: AbortSignal): Promise<PersonLook> {
    const { participant } = await this.api.get<{ participant: PersonInfo }>(`/api/stats/meetings/${this.id}/participants/${who}`, signal);
    this.remember(participant);
    return { participant, history: this.histories.get(who) };
  }

  private remember({ id, media }: PersonInfo): void {
    if (!media) return;
    const history = this.histories.get(id) ?? new History();
    this.histories.set(id, history);
    history.add(Date.now(), media);
  }
}
