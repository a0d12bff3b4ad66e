/** A trace that begins here (W3C Trace Context, version 00); the server decides whether it is sampled. */
export function newTraceparent(random: (bytes: Uint8Array<ArrayBuffer>) => Uint8Array<ArrayBuffer> = (bytes) => crypto.getRandomValues(bytes)): string {
  const hex = (bytes: number) => {
    const drawn = random(new Uint8Array(bytes));
    // All zeros is the one id that is none.
    if (drawn.every((each) => each === 0)) drawn[0] = 1;
    return [...drawn].map((each) => each.toString(16).padStart(2, '0')).join('');
  };
  return `00-${hex(16)}-${hex(8)}-00`;
}
