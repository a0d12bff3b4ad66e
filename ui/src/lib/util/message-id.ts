// Crockford's base32 without i, l, o and u; 26 digits hold the 128 bits (docs/protocol.md).
const kDigits = '0123456789abcdefghjkmnpqrstvwxyz';
const kLength = 26;

/**
 * An id for a chat message, chosen here so that a message sent twice is said once. Not
 * crypto.randomUUID(): that is missing where the page is not secure, and one may watch there.
 */
export function newMessageId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  let value = bytes.reduce((all, byte) => (all << 8n) | BigInt(byte), 0n);
  let digits = '';
  for (let i = 0; i < kLength; ++i) {
    digits = kDigits.charAt(Number(value & 31n)) + digits;
    value >>= 5n;
  }
  return `msg_${digits}`;
}
