import type { StoredItem } from '../ports/item-store.port.js';

/** The words of an item, computed once per stored version of it. */
export interface ItemWords {
  /** As {@link plainText} writes it. */
  readonly title: string;
  readonly ofTitle: ReadonlySet<string>;
  readonly ofAll: ReadonlySet<string>;
}

const known = new WeakMap<StoredItem, ItemWords>();

export function wordsOf(item: StoredItem): ItemWords {
  const kept = known.get(item);
  if (kept) return kept;
  const title = plainText(item.title);
  const categories = item.categories ?? [item.category ?? ''];
  const all = plainText([item.title, item.text, ...categories].join(' '));
  const words = { title, ofTitle: new Set(stemsOf(title)), ofAll: new Set(stemsOf(all)) };
  known.set(item, words);
  return words;
}

/** Lower-case words without accents and punctuation, parted by single spaces. */
export function plainText(text: string): string {
  return text
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
}

/** Words of a plain text, without the endings of the English plural: `knives` and `knife` have one stem. */
export function stemsOf(plain: string): string[] {
  return plain === '' ? [] : plain.split(' ').map(stemOf);
}

/** `hoses` loses the ending of `boxes`, so that `hose` has to lose its last letter as well. */
function stemOf(word: string): string {
  const one = singularOf(word);
  return one.length > 3 && /(?:[sxz]|ch|sh)e$/.test(one) ? one.slice(0, -1) : one;
}

function singularOf(word: string): string {
  if (word.length > 3 && /(?:ve|fe)s?$/.test(word)) return word.replace(/(?:ve|fe)s?$/, 'f');
  if (word.length > 4 && word.endsWith('ies')) return `${word.slice(0, -3)}y`;
  if (word.length > 4 && /(?:[sxz]|ch|sh)es$/.test(word)) return word.slice(0, -2);
  return word.length > 3 && word.endsWith('s') && !word.endsWith('ss') ? word.slice(0, -1) : word;
}
