import type { PersonalData } from './finding.js';
import { brands, organisationWords } from './names/brands.js';
import { ARTICLE_BEFORE, IN_BEFORE, isThingBehind, TITLES_BEFORE, WORK_BEFORE } from './names/name-contexts.js';
import { nameWords, type NameWord } from './names/name-word.js';
import { isShop } from './names/shop-contexts.js';

/** A person found by another component, such as an entity model. */
export interface KnownPerson {
  readonly start: number;
  readonly end: number;
  readonly confidence?: number;
}

/** How far the other half of a brand's name can be: "Marks and Spencer". */
const BRAND_REACH = 30;
/** The confidence that an entity model needs: measured, so that harmless sentences keep their brands and first words. */
const LEAST = { oneWord: 0.9, ordinaryWords: 0.9, severalWords: 0.45, foundByRules: 0.4 };
/**
 * The person that an entity model saw, without titles; none if it rather is a brand, a thing or an ordinary word.
 *
 * @param named is 1 at each character of a person that the rules found in the same text.
 */
export function entityPerson(text: string, person: KnownPerson, named: Uint8Array): PersonalData[] {
  const { confidence = 0.9 } = person;
  const titles = TITLES_BEFORE.exec(text.slice(person.start, person.end))?.[0].length ?? 0;
  const [start, end] = [person.start + titles, person.end];
  const words = nameWords(text.slice(start, end));
  const isFound = named.subarray(start, end).includes(1);
  if (confidence < leastFor(words, isFound) || isThing(text, words, start, end)) return [];
  if (!isFound && titles === 0 && isBusiness(text, start, end)) return [];
  if (!isFound && titles === 0 && ARTICLE_BEFORE.test(text.slice(Math.max(0, start - 8), start))) return [];
  return [{ start, end, confidence, type: 'person', kind: 'entity' }];
}

function leastFor(words: readonly NameWord[], isFound: boolean): number {
  if (isFound) return LEAST.foundByRules;
  if (words.every(({ isCommon, isWord }) => isCommon || isWord)) return LEAST.ordinaryWords;
  return words.length > 1 ? LEAST.severalWords : LEAST.oneWord;
}

/** "Zara took", "Joe and the Juice", and both names of "Ernst and Young": a name that no rule takes for a person's. */
function isBusiness(text: string, start: number, end: number): boolean {
  const from = Math.max(0, start - BRAND_REACH);
  const around = nameWords(text.slice(from, end + BRAND_REACH))
    .filter(({ plain }) => plain !== 'and' && plain !== 'by')
    .map((word) => ({ ...word, start: word.start + from, end: word.end + from, next: word.next + from }));
  const at = around.findIndex((word) => word.start === start);
  const [before, word, behind] = [around[at - 1], around[at], around[at + 1]];
  if (word?.end !== end) return false;
  const isPair = [`${before?.plain}-${word.plain}`, `${word.plain}-${behind?.plain}`].some((pair) => brands.has(pair));
  const ahead = text.slice(from, start);
  return isPair || WORK_BEFORE.test(ahead) || isShop(text, word, IN_BEFORE.test(ahead));
}

/** "Ted Baker", "Kelly Services", "Rich Tea biscuits", "Taylor Swift tickets" */
function isThing(text: string, words: readonly NameWord[], start: number, end: number): boolean {
  const last = words.at(-1);
  if (!last) return true;
  const isName = last.isGiven || last.isSurname || last.isWord;
  if (words.length > 1 && ((last.isCommon && !isName) || organisationWords.has(last.plain))) return true;
  if (words.length > 1 && words[0]!.style !== 'lower' && isThingBehind(text, start + words.at(-2)!.end)) return true;
  if (words[0]!.style !== 'lower' && last.style === 'lower' && !isName) return true;
  const plain = words.map((word) => word.plain).filter((word) => word !== 'and' && word !== 'by');
  const isBrand = [1, 2, 3].some(
    (count) => brands.has(plain.slice(0, count).join('-')) && (count > 1 || words.length === 1),
  );
  return isBrand || (words[0]!.style !== 'lower' && isThingBehind(text, end));
}
