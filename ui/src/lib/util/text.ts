export type TextPart = { kind: 'text'; text: string } | { kind: 'link'; text: string; href: string };

const kLink = /\bhttps?:\/\/[^\s<>"']+/gi;

/** Text with its http(s) links found; a stop or bracket that ends a sentence is not part of a link. */
export function splitLinks(text: string): TextPart[] {
  const parts: TextPart[] = [];
  let at = 0;
  for (const match of text.matchAll(kLink)) {
    let url = match[0].replace(/[.,;:!?'"]+$/, '');
    if (url.endsWith(')') && !url.includes('(')) url = url.slice(0, -1);
    if (!URL.canParse(url)) continue;
    if (match.index > at) parts.push({ kind: 'text', text: text.slice(at, match.index) });
    parts.push({ kind: 'link', text: url, href: url });
    at = match.index + url.length;
  }
  if (at < text.length) parts.push({ kind: 'text', text: text.slice(at) });
  return parts;
}

export function clockTime(ms: number): string {
  return new Date(ms).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' });
}

export function duration(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const two = (n: number) => String(n).padStart(2, '0');
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

/** A name within a sentence: written from right to left it must not turn the words around it (UAX #9, FSI and PDI). */
export function isolated(name: string): string {
  return `\u2068${name}\u2069`;
}
