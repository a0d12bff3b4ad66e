/** What a room's code may be: the same charset the server serves `/room/<code>` for. */
const kCode = /^[A-Za-z0-9_-]{1,64}$/;

export function isRoomCode(text: string): boolean {
  return kCode.test(text);
}

/** The code in what somebody pasted: a link to any confab, a path, or the code itself. */
export function parseRoomInput(input: string): string | null {
  const text = input.trim();
  const inLink = /(?:^|\/)room\/([^/?#\s]+)/.exec(text);
  // Dictated with blanks, or typed where dashes become typographic ones.
  const candidate = inLink?.[1] ?? text.replace(/[\s\p{Dash}\p{Default_Ignorable_Code_Point}]+/gu, '-');
  return isRoomCode(candidate) ? candidate : null;
}

/** The code in `/room/<code>`; null where the path names no room. */
export function roomCodeFromPath(pathname: string): string | null {
  const match = /^\/room\/([^/]+)\/?$/.exec(pathname);
  return match?.[1] !== undefined && isRoomCode(match[1]) ? match[1] : null;
}
