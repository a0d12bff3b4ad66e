/**
 * Tells people of one name apart, also where the letters only look the same: a Cyrillic "а" in
 * "Anna" must not pass for Anna. A name that is alike another gets a tag that belongs to the person
 * and not to the moment: the same on every screen, whoever comes and goes.
 */

// What looks like a Latin letter in most typefaces, as Unicode's confusables.txt has it; only the
// common letters of the two scripts that share their shapes with Latin, and the digits and signs
// that pass for letters. Applied after NFKD and lower case.
const kLookalikes: Record<string, string> = {
  // Cyrillic
  а: 'a', в: 'b', с: 'c', ԁ: 'd', е: 'e', һ: 'h', і: 'i', ј: 'j', к: 'k', ӏ: 'l', м: 'm', н: 'h', о: 'o', р: 'p',
  ԛ: 'q', г: 'r', ѕ: 's', т: 't', ц: 'u', ѵ: 'v', ԝ: 'w', х: 'x', у: 'y', ү: 'y', ь: 'b', з: '3',
  // Greek
  α: 'a', β: 'b', ϲ: 'c', ε: 'e', η: 'n', ι: 'i', κ: 'k', μ: 'u', ν: 'v', ο: 'o', ρ: 'p', σ: 'o', τ: 't', υ: 'u',
  χ: 'x', γ: 'y', ω: 'w', ζ: 'z',
  // Latin of its own kind
  ı: 'i', ɑ: 'a', ɡ: 'g', ℓ: 'l', ø: 'o', ł: 'l', đ: 'd', ꞵ: 'b',
  // digits and signs
  '0': 'o', '1': 'l', i: 'l', '|': 'l', '!': 'l', '’': "'", '‘': "'", '`': "'", 'ʼ': "'",
};

// Combining marks, and what is not seen at all: joiners, directions, variation selectors.
const kUnseen = /[\p{M}\p{Default_Ignorable_Code_Point}\p{Cc}\p{Cf}]/gu;

/** What is left of a name for the eye: two names of one skeleton look the same. */
export function skeletonOf(name: string): string {
  let plain = '';
  for (const char of name.normalize('NFKD').replace(kUnseen, '').toLowerCase()) {
    const like = kLookalikes[char] ?? char;
    // Cyrillic і becomes a Latin i, and that looks like an l in capitals.
    plain += kLookalikes[like] ?? like;
  }
  return plain.replace(/rn/g, 'm').replace(/vv/g, 'w').replace(/\s+/g, ' ').trim();
}

// No vowels, so no words; nothing that looks like something else.
const kTagLetters = '2345679bcdfghjkmnpqrtvwxz';

function tagOf(id: string, length: number): string {
  let hash = 0x811c9dc5;
  for (const char of id) hash = Math.imul(hash ^ (char.codePointAt(0) ?? 0), 0x01000193) >>> 0;
  let tag = '';
  for (let i = 0; i < length; i++) {
    tag += kTagLetters[hash % kTagLetters.length];
    hash = Math.imul(hash ^ (hash >>> 13), 0x5bd1e995) >>> 0;
  }
  return tag;
}

export interface Named {
  id: string;
  name: string;
}

/** For each person whose name looks like another's: the tag that is shown beside it. */
export function tagsOf(people: readonly Named[]): Record<string, string> {
  const groups = new Map<string, Set<string>>();
  for (const { id, name } of people) {
    const skeleton = skeletonOf(name);
    groups.set(skeleton, (groups.get(skeleton) ?? new Set()).add(id));
  }
  const tags: Record<string, string> = {};
  for (const ids of groups.values()) {
    if (ids.size < 2) continue;
    for (const id of ids) tags[id] = tagOf(id, 3);
    // 15,625 tags: where two fall together by chance, those two get longer ones.
    for (let length = 4; length < 12 && new Set([...ids].map((id) => tags[id])).size < ids.size; length++) {
      for (const id of ids) tags[id] = tagOf(id, length);
    }
  }
  return tags;
}
