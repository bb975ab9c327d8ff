import type { NameWord } from './name-word.js';

const MAX_WORDS = 4;

/** The first word of a family name in capitals that ends with the word `at`: "GARCÍA LÓPEZ, MARÍA", "DE LA CRUZ, JUAN". */
export function firstOfFamily(words: readonly NameWord[], at: number): number {
  let first = at;
  while (at - first < MAX_WORDS && isPart(words[first - 1], words[first]!)) first--;
  return first;
}

function isPart(before: NameWord | undefined, { style, start }: NameWord): boolean {
  if (before?.style !== 'upper' || style !== 'upper' || before.next + 1 !== start) return false;
  return before.isParticle || (before.isSurname && !before.isCommon);
}
