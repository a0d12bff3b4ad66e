/** The steps of a join, in the order in which they happen; milliseconds since the click are shown. */
export type JoinMark =
  | 'join-click'
  | 'socket-connected'
  | 'join-sent'
  | 'joined'
  | 'device-loaded'
  | 'consumed'
  | 'ice-connected'
  | 'recv-connected'
  | 'first-media'
  | 'first-remote-frame';

const kPrefix = 'confab:';

/** Keeps the first of each name since the last click. */
export function mark(name: JoinMark): void {
  if (name === 'join-click') {
    performance.getEntriesByType('mark').forEach((each) => {
      if (each.name.startsWith(kPrefix)) performance.clearMarks(each.name);
    });
  }
  if (performance.getEntriesByName(kPrefix + name, 'mark').length === 0) performance.mark(kPrefix + name);
}

export function timings(): Partial<Record<JoinMark, number>> {
  const marks = performance.getEntriesByType('mark').filter((each) => each.name.startsWith(kPrefix));
  const start = marks.find((each) => each.name === `${kPrefix}join-click`)?.startTime;
  if (start === undefined) return {};
  return Object.fromEntries(
    marks.map((each) => [each.name.slice(kPrefix.length), Math.round((each.startTime - start) * 10) / 10]),
  );
}
