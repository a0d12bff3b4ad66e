import { describe, expect, it } from 'vitest';
import { skeletonOf, tagsOf } from './alike';

describe('two people of one name', () => {
  it('are told apart, and who is alone with a name carries no tag', () => {
    const tags = tagsOf([{ id: 'p1', name: 'Ada' }, { id: 'p2', name: 'Ada' }, { id: 'p3', name: 'Ben' }]);
    expect(Object.keys(tags).sort()).toEqual(['p1', 'p2']);
    expect(tags['p1']).not.toBe(tags['p2']);
  });

  it('keep their tags whoever comes and goes, on every screen', () => {
    const first = tagsOf([{ id: 'p1', name: 'Ada' }, { id: 'p2', name: 'Ada' }]);
    const later = tagsOf([{ id: 'p3', name: 'ada' }, { id: 'p2', name: 'Ada' }]);
    expect(later['p2']).toBe(first['p2']);
  });

  it('never share a tag, however many there are', () => {
    const many = Array.from({ length: 400 }, (_, i) => ({ id: `pt_${i}`, name: 'Ada' }));
    expect(new Set(Object.values(tagsOf(many))).size).toBe(400);
  });

  it('do not count twice when one person is named twice', () => {
    expect(tagsOf([{ id: 'p1', name: 'Ada' }, { id: 'p1', name: 'Ada' }])).toEqual({});
  });
});

describe('names that only look the same', () => {
  const same = (a: string, b: string) => skeletonOf(a) === skeletonOf(b);

  it.each([
    ['Anna', 'Аnnа'], // Cyrillic А, а
    ['Peter', 'Реtеr'],
    ['Alice', 'Αlιce'], // Greek
    ['Ada', 'Ada\u200b'],
    ['Ada', ' A\u00adda '],
    ['Ada', 'Ａｄａ'],
    ['Ada', 'A\u0300da'],
    ['Ilse', 'lIse'],
    ['Bob', 'B0b'],
    ['José', 'Jose'],
    ['Arno', 'Amo'],
    ['Ada Lovelace', 'ada  lovelace'],
  ])('%s and %s are alike', (a, b) => expect(same(a, b)).toBe(true));

  it.each([['Ada', 'Ida'], ['Ben', 'Ken'], ['Marta', 'Maria'], ['Ольга', 'Вольга'], ['李伟', '李娜']])(
    '%s and %s are not', (a, b) => expect(same(a, b)).toBe(false),
  );
});
