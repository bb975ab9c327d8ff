import SearchableMap from 'minisearch/SearchableMap';
import { normalizeTerm, tokenize } from './terms.js';

/** More terms make a search slower, not better. */
const MAX_TERMS = 64;
/** Shorter words are looked up as they are written; the others tolerate a mistake in five letters. */
const MIN_FUZZY_LENGTH = 5;
const FUZZINESS = 0.2;

interface Indexed<Key> {
  readonly key: Key;
  readonly terms: readonly string[];
}

/** Finds the words of a question in documents: stemmed, tolerant of typing errors, rare words counting more. */
export class WordIndex<Key> {
  /** The documents that have a term, by their place in `documents`. A radix tree: it finds similar terms quickly. */
  private readonly postings = new SearchableMap<Set<number>>();
  private readonly documents: (Indexed<Key> | undefined)[] = [];
  private readonly places = new Map<Key, number>();
  private readonly free: number[] = [];

  /** Adds a document that is not there yet. */
  add(key: Key, text: string): void {
    const place = this.free.pop() ?? this.documents.length;
    const terms = termsOf(text);
    this.documents[place] = { key, terms };
    this.places.set(key, place);
    for (const term of terms) {
      const documents = this.postings.get(term);
      if (documents) documents.add(place);
      else this.postings.set(term, new Set([place]));
    }
  }

  delete(key: Key): void {
    const place = this.places.get(key);
    const document = place === undefined ? undefined : this.documents[place];
    if (place === undefined || !document) return;
    for (const term of document.terms) {
      const documents = this.postings.get(term);
      documents?.delete(place);
      if (documents?.size === 0) this.postings.delete(term);
    }
    this.documents[place] = undefined;
    this.places.delete(key);
    this.free.push(place);
  }

  /**
   * The share of the question's words that each visible document has, 0 to 1, without those that have none. A word
   * counts with its inverse document frequency, ln(1 + n / (documents with it + 0.5)).
   */
  compare(question: string, isVisible: (key: Key) => boolean, visible: number): ReadonlyMap<Key, number> {
    const sums = new Float64Array(this.documents.length);
    let total = 0;
    for (const term of termsOf(question).slice(0, MAX_TERMS)) {
      const found = this.having(term).filter((place) => isVisible(this.documents[place]!.key));
      const weight = Math.log(1 + visible / (found.length + 0.5));
      total += weight;
      for (const place of found) sums[place]! += weight;
    }
    const coverage = new Map<Key, number>();
    sums.forEach((sum, place) => {
      if (sum > 0) coverage.set(this.documents[place]!.key, sum / total);
    });
    return coverage;
  }

  /** The documents that have the term or one like it. */
  private having(term: string): number[] {
    if (term.length < MIN_FUZZY_LENGTH) return [...(this.postings.get(term) ?? [])];
    const similar = [...this.postings.fuzzyGet(term, Math.round(term.length * FUZZINESS)).values()];
    if (similar.length === 1) return [...similar[0]![0]];
    const places = new Set<number>();
    for (const [documents] of similar) for (const place of documents) places.add(place);
    return [...places];
  }
}

function termsOf(text: string): string[] {
  return [...new Set(tokenize(text).flatMap((term) => normalizeTerm(term) ?? []))];
}
