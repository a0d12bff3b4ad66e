import { describe, expect, it } from 'vitest';
import { newMessageId } from './message-id';

describe('newMessageId', () => {
  it('has the form of the server’s own ids, 128 bits of chance', () => {
    const ids = Array.from({ length: 200 }, newMessageId);
    expect(new Set(ids).size).toBe(200);
    // The first digit holds three bits.
    for (const id of ids) expect(id).toMatch(/^msg_[0-7][0-9abcdefghjkmnpqrstvwxyz]{25}$/);
  });
});
