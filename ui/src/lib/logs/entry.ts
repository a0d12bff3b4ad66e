// A line of a log file as the page shows it.

export const kLevels = ['debug', 'info', 'warn', 'error'] as const;
export type Level = (typeof kLevels)[number];

/** A line as the server sends it: which stream it stands in, and what stands there. */
export interface RawLine {
  file: string;
  text: string;
}

export interface Field {
  name: string;
  value: string;
  /** What one may follow by it, as a filter is called. */
  follows?: 'room' | 'participant' | 'trace';
}

export interface Entry {
  id: number;
  file: string;
  text: string;
  /** Milliseconds since 1970; nothing for what other programs wrote. */
  time: number | null;
  level: Level | null;
  service: string;
  node: string;
  event: string;
  fields: Field[];
}

const kFollows: Record<string, Field['follows']> = {
  room: 'room', meeting: 'room', participant: 'participant', trace: 'trace',
};
const kShownApart = new Set(['time', 'level', 'service', 'node', 'event']);

export function parseEntry(line: RawLine, id: number): Entry {
  const value = parseObject(line.text);
  if (value === null) {
    return { id, ...line, time: null, level: null, service: '', node: '', event: '', fields: [] };
  }
  const time = Date.parse(text(value.time));
  return {
    id,
    ...line,
    time: Number.isNaN(time) ? null : time,
    level: kLevels.find((each) => each === value.level) ?? null,
    service: text(value.service),
    node: text(value.node),
    event: text(value.event),
    fields: Object.entries(value)
      .filter(([name, each]) => !kShownApart.has(name) && each !== '')
      .map(([name, each]) => {
        const follows = kFollows[name];
        return { name, value: text(each), ...(follows === undefined ? {} : { follows }) };
      }),
  };
}

function parseObject(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value as Record<string, unknown> : null;
  } catch {
    return null;
  }
}

function text(value: unknown): string {
  if (value === undefined) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** "14:02:07.123", in the reader's own time. */
export function clockOf(time: number): string {
  const at = new Date(time);
  const two = (n: number) => String(n).padStart(2, '0');
  return `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}.${String(at.getMilliseconds()).padStart(3, '0')}`;
}

/** "31 Jan" in front of the clock where a day begins. */
export function dayOf(time: number): string {
  return new Date(time).toLocaleDateString('en-GB', { day: 'numeric', month: 'short', year: 'numeric' });
}
