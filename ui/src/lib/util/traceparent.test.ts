import { describe, expect, it } from 'vitest';
import { newTraceparent } from './traceparent';

describe('a traceparent', () => {
  it('is of version 00, with ids that are not zero and another one each time', () => {
    const one = newTraceparent(), other = newTraceparent();
    expect(one).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-00$/);
    expect(one.split('-')[1]).not.toBe(other.split('-')[1]);
    expect(newTraceparent((bytes) => bytes.fill(0))).toBe(`00-01${'0'.repeat(30)}-01${'0'.repeat(14)}-00`);
  });
});
