// What one look at the way to the server found: what it is, and what to do about it.

/** `skipped`: could not be looked at, and `what` says why. */
export type Verdict = 'ok' | 'warning' | 'wrong' | 'skipped';

export interface Finding {
  /** Stable, for tests and for who reports it. */
  id: string;
  title: string;
  verdict: Verdict;
  what: string;
  remedy?: string;
}

const kClockToleranceMs = 5_000;

/** `serverMs` was told between `before` and `after` of our own clock. */
export function judgeClock(serverMs: number, before: number, after: number): Finding {
  const title = 'Clock';
  const off = serverMs - (before + after) / 2;
  const slack = kClockToleranceMs + (after - before) / 2;
  if (Math.abs(off) <= slack) return { id: 'clock', title, verdict: 'ok', what: 'This device and the server agree on the time.' };
  return {
    id: 'clock', title, verdict: 'warning',
    what: `This device is ${Math.round(Math.abs(off) / 1000)} s ${off < 0 ? 'ahead of' : 'behind'} the server.`,
    remedy: 'Let the system set its clock by itself. Invitations that expire may be refused until then; if this device is right, tell who runs the server.',
  };
}

export type Reach = { reached: true; ms: number } | { reached: false };

/** Whether media came through by UDP and by TCP; `undefined`: the server offers no such address. */
export function judgePaths(udp: Reach | undefined, tcp: Reach | undefined): Finding[] {
  const one = (id: string, title: string, reach: Reach | undefined, remedy: string, isBad: boolean): Finding => {
    if (reach === undefined) return { id, title, verdict: 'skipped', what: 'The server offers no address for it.' };
    if (reach.reached) return { id, title, verdict: 'ok', what: `Connected and encrypted within ${Math.round(reach.ms)} ms.` };
    return { id, title, verdict: isBad ? 'wrong' : 'warning', what: 'No answer came back.', remedy };
  };
  const hasUdp = udp?.reached === true, hasTcp = tcp?.reached === true;
  return [
    one('udp', 'Media by UDP', udp,
      `A firewall on the way drops UDP to the media ports of the server (media.port, 40000 as a rule): have them opened. ${hasTcp ? 'Until then meetings go by TCP, with more delay.' : ''}`.trim(), !hasTcp),
    one('tcp', 'Media by TCP', tcp,
      `TCP to the media ports of the server does not come through: have them opened. ${hasUdp ? 'Nothing is lost as long as UDP works.' : 'A TURN server on port 443 helps where nothing else is let through.'}`, !hasUdp),
  ];
}

/** How a TURN server is asked, as people know it. */
export function turnTitle(url: string): string {
  if (url.startsWith('turns:')) return 'TURN by TLS';
  return /[?&]transport=tcp/.test(url) ? 'TURN by TCP' : 'TURN by UDP';
}

export function judgeTurn(url: string, reached: boolean): Finding {
  const title = turnTitle(url), id = `turn-${title.slice(8).toLowerCase()}`;
  if (reached) return { id, title, verdict: 'ok', what: `${url} relays media.` };
  return {
    id, title, verdict: 'warning', what: `${url} gave no relay address.`,
    remedy: 'If others reach it, a firewall here stands in the way; else look at the TURN server: its port, its certificate, and that its secret is the one of ice.turn_secret.',
  };
}

export function summaryOf(findings: readonly Finding[]): string {
  const count = (verdict: Verdict) => findings.filter((each) => each.verdict === verdict).length;
  const wrong = count('wrong'), doubtful = count('warning');
  if (wrong > 0) return `${wrong} ${wrong === 1 ? 'thing is' : 'things are'} wrong: meetings will not work from here until that is mended.`;
  const carriesMedia = findings.some(({ id, verdict }) => verdict === 'ok' && (id === 'udp' || id === 'tcp'));
  if (!carriesMedia) return 'Sound and picture were not tried: whether meetings work from here is not known.';
  if (doubtful > 0) return `Meetings work from here. ${doubtful} ${doubtful === 1 ? 'thing' : 'things'} could be better.`;
  return 'All is well: meetings work from here.';
}
