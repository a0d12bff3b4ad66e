// What of the logs one wants to see. It stands in the page's address, so that a link shows the same.
import { kLevels, type Level } from './entry';

export interface LogFilter {
  text: string;
  level: Level;
  service: string;
  room: string;
  participant: string;
  trace: string;
  /** As a datetime-local field has it, in the reader's own time; empty: no bound. */
  from: string;
  to: string;
}

export const kNoFilter: LogFilter = {
  text: '', level: 'debug', service: '', room: '', participant: '', trace: '', from: '', to: '',
};

const kNames = Object.keys(kNoFilter) as (keyof LogFilter)[];
/** The server takes no more. */
export const kValueMax = 256;

export function isFiltering(filter: LogFilter): boolean {
  return kNames.some((name) => filter[name] !== kNoFilter[name]);
}

/** For the page's address. */
export function toSearch(filter: LogFilter): string {
  const search = new URLSearchParams();
  for (const name of kNames) {
    if (filter[name] === kNoFilter[name]) continue;
    // A moment is the same one for whoever is sent the link.
    search.set(name, name === 'from' || name === 'to' ? String(Date.parse(filter[name])) : filter[name]);
  }
  const text = search.toString();
  return text === '' ? '' : `?${text}`;
}

export function fromSearch(search: string): LogFilter {
  const given = new URLSearchParams(search);
  const filter: Record<string, string> = { ...kNoFilter };
  for (const name of kNames) {
    const value = given.get(name)?.slice(0, kValueMax);
    if (value === undefined) continue;
    if (name === 'level') {
      if (kLevels.some((each) => each === value)) filter.level = value;
    } else {
      filter[name] = name === 'from' || name === 'to' ? toLocal(Number(value)) : value;
    }
  }
  return filter as unknown as LogFilter;
}

/** For /api/logs. */
export function toQuery(filter: LogFilter): URLSearchParams {
  const query = new URLSearchParams();
  for (const name of kNames) {
    const value = filter[name];
    if (value === kNoFilter[name]) continue;
    if (name === 'from' || name === 'to') {
      const at = Date.parse(value);
      // The field has no seconds: the whole minute is meant.
      if (!Number.isNaN(at)) query.set(name, String(name === 'to' ? at + 59_999 : at));
    } else {
      query.set(name, value);
    }
  }
  return query;
}

function toLocal(time: number): string {
  if (!Number.isFinite(time) || time <= 0) return '';
  const at = new Date(time);
  const two = (n: number) => String(n).padStart(2, '0');
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}T${two(at.getHours())}:${two(at.getMinutes())}`;
}
