import { describe, expect, it } from 'vitest';
import { duration, splitLinks } from './text';

describe('splitLinks', () => {
  it('finds links and leaves the sentence around them', () => {
    expect(splitLinks('See https://example.org/a?b=1, please.')).toEqual([
      { kind: 'text', text: 'See ' },
      { kind: 'link', text: 'https://example.org/a?b=1', href: 'https://example.org/a?b=1' },
      { kind: 'text', text: ', please.' },
    ]);
  });

  it('keeps a bracket that belongs to the link', () => {
    expect(splitLinks('https://x.org/a_(b)')).toHaveLength(1);
    expect(splitLinks('(https://x.org/a)').map((each) => each.text)).toEqual(['(', 'https://x.org/a', ')']);
  });

  it('makes no link of other schemes or of text', () => {
    expect(splitLinks('javascript:alert(1) plain')).toEqual([{ kind: 'text', text: 'javascript:alert(1) plain' }]);
    expect(splitLinks('')).toEqual([]);
  });
});

describe('duration', () => {
  it('reads as people write it', () => {
    expect(duration(5_000)).toBe('0:05');
    expect(duration(65_000)).toBe('1:05');
    expect(duration(3_725_000)).toBe('1:02:05');
    expect(duration(-1)).toBe('0:00');
  });
});
