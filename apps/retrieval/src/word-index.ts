import MiniSearch from 'minisearch';
import { normalizeTerm, tokenize } from './terms.js';

/** More terms make a search slower, not better. */
const MAX_TERMS = 64;
/** Shorter words are looked up as they are written; the others tolerate a mistake in five letters. */
const MIN_FUZZY_LENGTH = 5;
const FUZZINESS = 0.2;

/** Finds the words of a question in documents: stemmed, tolerant of typing errors, rare words counting more. */
export class WordIndex<Key> {
  private readonly ids = new Map<Key, number>();
  private readonly keys = new Map<number, Key>();
  private readonly words = new MiniSearch<{ id: number; text: string }>({
    fields: ['text'],
    tokenize,
    processTerm: (term) => normalizeTerm(term) ?? null,
  });
  private nextId = 0;

  /** Adds a document that is not there yet. */
  add(key: Key, text: string): void {
    const id = this.nextId++;
    this.ids.set(key, id);
    this.keys.set(id, key);
    this.words.add({ id, text });
  }

  delete(key: Key): void {
    const id = this.ids.get(key);
    if (id === undefined) return;
    this.words.discard(id);
    this.ids.delete(key);
    this.keys.delete(id);
  }

  /**
   * The share of the question's words that each visible document has, 0 to 1; documents without any are left out. A
   * word counts with its inverse document frequency, ln(1 + n / (documents with it + 0.5)).
   */
  coverage(question: string, isVisible: (key: Key) => boolean, visible: number): Map<Key, number> {
    const asked = new Set(tokenize(question).flatMap((term) => normalizeTerm(term) ?? []));
    const terms = [...asked].slice(0, MAX_TERMS);
    const found = this.words.search(terms.join(' '), {
      processTerm: (term) => term,
      fuzzy: (term) => (term.length >= MIN_FUZZY_LENGTH ? FUZZINESS : false),
    });
    const matches = found.flatMap(({ id, queryTerms }) => {
      const key = this.keys.get(Number(id));
      return key !== undefined && isVisible(key) ? [{ key, queryTerms }] : [];
    });
    const frequency = new Map<string, number>();
    for (const { queryTerms } of matches)
      for (const term of queryTerms) frequency.set(term, (frequency.get(term) ?? 0) + 1);
    const weightOf = (term: string): number => Math.log(1 + visible / ((frequency.get(term) ?? 0) + 0.5));
    const total = sum(terms, weightOf);
    return new Map(matches.map(({ key, queryTerms }) => [key, sum(queryTerms, weightOf) / total]));
  }
}

function sum<T>(items: readonly T[], valueOf: (item: T) => number): number {
  return items.reduce((total, item) => total + valueOf(item), 0);
}
