import SearchableMap from 'minisearch/SearchableMap';
import { largest } from './largest.js';
import { normalizeTerm, tokenize } from './terms.js';

/** More terms make a search slower, not better. */
const MAX_TERMS = 64;
/** Shorter words are looked up as they are written; the others tolerate a mistake in five letters. */
const MIN_FUZZY_LENGTH = 5;
const FUZZINESS = 0.2;

/** How much of a question each document has. To be read before the index changes. */
export interface Coverage<Document> {
  /** The share of the question's words that a document has, 0 to 1, by its place in the index. */
  readonly shares: Float64Array;
  /** So many documents that have the most, most first, without those that have nothing. */
  most(count: number): Document[];
}

interface Indexed<Document> {
  readonly document: Document;
  readonly terms: readonly string[];
}

/** Finds the words of a question in documents: stemmed, tolerant of typing errors, rare words counting more. */
export class WordIndex<Document> {
  /** The documents that have a term, by their place in `documents`. A radix tree: it finds similar terms quickly. */
  private readonly postings = new SearchableMap<Set<number>>();
  private readonly documents: (Indexed<Document> | undefined)[] = [];
  private readonly free: number[] = [];

  /** Adds a document that is not there yet, and returns its place. */
  add(document: Document, text: string): number {
    const place = this.free.pop() ?? this.documents.length;
    const terms = termsOf(text);
    this.documents[place] = { document, terms };
    for (const term of terms) {
      const documents = this.postings.get(term);
      if (documents) documents.add(place);
      else this.postings.set(term, new Set([place]));
    }
    return place;
  }

  /** Removes the document at a place, which another one may get. */
  delete(place: number): void {
    for (const term of this.documents[place]?.terms ?? []) {
      const documents = this.postings.get(term);
      documents?.delete(place);
      if (documents?.size === 0) this.postings.delete(term);
    }
    this.documents[place] = undefined;
    this.free.push(place);
  }

  /**
   * How much of a question the visible documents have. A word counts with its inverse document frequency,
   * ln(1 + n / (documents with it + 0.5)).
   */
  compare(question: string, isVisible: (document: Document) => boolean): Coverage<Document> {
    const { documents } = this;
    const { length } = documents;
    const [shares, marks, seen] = [new Float64Array(length), new Uint8Array(length), new Uint8Array(length)];
    let visible = 0;
    for (let place = 0; place < length; place++) {
      const indexed = documents[place];
      if (indexed && isVisible(indexed.document)) visible += seen[place] = 1;
    }
    let total = 0;
    termsOf(question)
      .slice(0, MAX_TERMS)
      .forEach((term, n) => {
        const postings = this.having(term);
        let found = 0;
        // A document that has several like it counts once.
        for (const places of postings)
          for (const place of places) {
            if (seen[place] === 0 || marks[place] === n + 1) continue;
            marks[place] = n + 1;
            found++;
          }
        const weight = Math.log(1 + visible / (found + 0.5));
        total += weight;
        if (found > 0)
          for (let place = 0; place < length; place++) if (marks[place] === n + 1) shares[place]! += weight;
      });
    for (let place = 0; place < length; place++) shares[place]! /= total || 1;
    const most = (count: number): Document[] =>
      largest(shares, count).flatMap((place) => (shares[place]! > 0 ? [documents[place]!.document] : []));
    return { shares, most };
  }

  /** The documents that have the term, and those that have one like it. */
  private having(term: string): Iterable<ReadonlySet<number>> {
    if (term.length < MIN_FUZZY_LENGTH) return [this.postings.get(term) ?? new Set()];
    return [...this.postings.fuzzyGet(term, Math.round(term.length * FUZZINESS)).values()].map(([places]) => places);
  }
}

function termsOf(text: string): string[] {
  return [...new Set(tokenize(text).flatMap((term) => normalizeTerm(term) ?? []))];
}
