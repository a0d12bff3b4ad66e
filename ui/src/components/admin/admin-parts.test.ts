import { expect, test } from 'vitest';
import { matches } from './audit-log';
import { ceilingOf, spanOf } from './chart';
import { placeOf } from './use-place';

test('the address says what is looked at, and anything else is the list of meetings', () => {
  const id = `mt_${'0'.repeat(26)}`;
  expect(placeOf(`#meetings/${id}`)).toEqual({ tab: 'meetings', meeting: id });
  expect(placeOf('#nodes')).toEqual({ tab: 'nodes', meeting: null });
  for (const odd of ['', '#', '#nothing', '#meetings/../api', `#audit/${id}`]) expect(placeOf(odd).meeting).toBeNull();
});

test('a chart ends at a number that people can read, and begins with a minute', () => {
  expect([ceilingOf(1), ceilingOf(230_000), ceilingOf(500_000), ceilingOf(510_000)]).toEqual([1, 500_000, 500_000, 1_000_000]);
  expect(spanOf([])).toBe(60_000);
  expect(spanOf([{ at: 0 }, { at: 90_000 }])).toBe(90_000);
  expect(spanOf([{ at: 0 }, { at: 900_000 }])).toBe(300_000);
});

test('the audit log is looked through by all words, wherever they stand', () => {
  const entry = { id: 1, at: 0, actor: 'key:AK1', from: '10.0.0.1', action: 'node.drain', target: 'node:3', outcome: 'ok' };
  expect(matches(entry, '')).toBe(true);
  expect(matches(entry, 'DRAIN ak1')).toBe(true);
  expect(matches(entry, 'drain ak2')).toBe(false);
});
