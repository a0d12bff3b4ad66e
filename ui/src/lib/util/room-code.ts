/** What a room's address may carry: the same charset the server serves `/room/<code>` for. */
const kPathCode = /^[A-Za-z0-9_-]{1,64}$/;

// Ten letters in three groups (docs/protocol.md). People write blanks for the dashes, and word
// processors and phones put other dashes in their place, or signs that nobody sees.
const kSeparators = /[\s\p{Dash}\p{Default_Ignorable_Code_Point}]+/gu;
const kCode = /^([a-z]{3})([a-z]{4})([a-z]{3})$/;

export function isRoomCode(text: string): boolean {
  return kPathCode.test(text);
}

/** A code as somebody typed or dictated it, in the server's spelling; null if it cannot be one. */
function spell(text: string): string | null {
  const match = kCode.exec(text.replace(kSeparators, '').toLowerCase());
  return match === null ? null : match.slice(1).join('-');
}

/** The code in what somebody pasted: a link to any confab, a path, or the code itself. */
export function parseRoomInput(input: string): string | null {
  const text = input.trim();
  const inLink = /(?:^|\/)room\/([^/?#\s]+)/.exec(text);
  return spell(inLink?.[1] ?? text);
}

/** The code in `/room/<code>`; null where the path names no room. */
export function roomCodeFromPath(pathname: string): string | null {
  const match = /^\/room\/([^/]+)\/?$/.exec(pathname);
  return match?.[1] !== undefined && isRoomCode(match[1]) ? match[1] : null;
}

/** What one sends to those who shall come. */
export function invitationLink(room: string): string {
  return `${location.origin}/room/${room}`;
}
