import type { Passage } from '@llmos/contracts/capabilities/retrieval';
import MiniSearch from 'minisearch';
import { cutPassages, type PassageDraft } from './passages.js';
import type { DocumentRef, StoredDocument } from './ports/document-store.port.js';
import type { VectorIndex, VectorMatch } from './ports/vector-index.port.js';
import { fuseRankings } from './rank-fusion.js';
import { normalizeTerm, tokenize } from './terms.js';

/** What is asked of the index. */
export interface HybridQuery {
  readonly text: string;
  readonly vector: Float32Array;
  /** Whose documents may be found; where two have a document of the same id, the first one's is. */
  readonly tenants: readonly string[];
  readonly intent?: string | undefined;
  /** Passages wanted. */
  readonly limit: number;
}

interface IndexedDocument {
  readonly ref: DocumentRef;
  readonly title: string;
  readonly intents: readonly string[];
  readonly passages: readonly PassageDraft[];
  /** The first of the consecutive numbers under which the word index knows the passages. */
  readonly firstPassage: number;
}

interface WordEntry {
  readonly id: number;
  readonly title: string;
  readonly headings: string;
  readonly text: string;
}

/** Each ranking's say. Tuned on half of a question set, confirmed on the other half; see the README. */
const WEIGHTS = { meaning: 1, words: 0.2, intent: 1 };
/** What lies deeper in a ranking has no say. */
const DEPTH = 50;
/** More words than this make a search slow and no better. */
const MAX_TERMS = 64;
/** Documents that are heard before the best one's further passages take the remaining places. */
const MIN_DOCUMENTS = 3;

/**
 * The documents in memory, found by words (BM25) and by meaning (vectors). The two are fused by rank, document by
 * document; a document written for the caller's intent is lifted by a third ranking.
 */
export class HybridIndex {
  private readonly documents = new Map<string, IndexedDocument>();
  private readonly byPassage = new Map<number, IndexedDocument>();
  private readonly words = new MiniSearch<WordEntry>({
    fields: ['title', 'headings', 'text'],
    tokenize,
    processTerm: (term) => normalizeTerm(term) ?? null,
  });
  private nextPassage = 0;

  constructor(private readonly vectors: VectorIndex) {}

  /** Adds or replaces a document; its vectors must be of the model that questions are embedded with. */
  set(ref: DocumentRef, stored: StoredDocument): void {
    this.delete(ref);
    const passages = cutPassages(stored.title, stored.text);
    const document = { ref, title: stored.title, intents: stored.intents, passages, firstPassage: this.nextPassage };
    this.nextPassage += passages.length;
    this.documents.set(keyOf(ref), document);
    for (const entry of wordEntries(document)) {
      this.words.add(entry);
      this.byPassage.set(entry.id, document);
    }
    this.vectors.set(ref, stored.vectors);
  }

  delete(ref: DocumentRef): void {
    const document = this.documents.get(keyOf(ref));
    if (!document) return;
    for (const entry of wordEntries(document)) {
      this.words.remove(entry);
      this.byPassage.delete(entry.id);
    }
    this.vectors.delete(ref);
    this.documents.delete(keyOf(ref));
  }

  /** The best passages, best document first, its passages together; at least three documents where the limit allows. */
  search(query: HybridQuery): { passages: Passage[]; documents: number } {
    const matches = this.matchByMeaning(query);
    const rankings = [
      { groups: rankByMeaning(matches).map((document) => [document]), weight: WEIGHTS.meaning },
      { groups: this.rankByWords(query, matches).map((document) => [document]), weight: WEIGHTS.words },
      { groups: [withIntent(query, matches)], weight: WEIGHTS.intent },
    ];
    const ranked = fuseRankings(rankings).slice(0, query.limit);
    const passages: Passage[] = [];
    ranked.forEach(({ item, score }, place) => {
      const reserved = Math.min(ranked.length, MIN_DOCUMENTS) - place - 1;
      const room = Math.max(query.limit - passages.length - Math.max(reserved, 0), 0);
      passages.push(...bestPassages(item, matches.get(item), score).slice(0, room));
    });
    return { passages, documents: matches.size };
  }

  private matchByMeaning({ vector, tenants }: HybridQuery): Matches {
    const matches = new Map<IndexedDocument, VectorMatch>();
    const taken = new Set<string>();
    for (const match of [...new Set(tenants)].flatMap((tenant) => this.vectors.compare(vector, tenant))) {
      const document = this.documents.get(keyOf(match.ref));
      if (!document || taken.has(match.ref.id)) continue;
      taken.add(match.ref.id);
      matches.set(document, match);
    }
    return matches;
  }

  private rankByWords({ text }: HybridQuery, visible: Matches): IndexedDocument[] {
    const terms = [...new Set(tokenize(text).filter((term) => normalizeTerm(term) !== undefined))].slice(0, MAX_TERMS);
    const documentOf = (id: unknown): IndexedDocument | undefined => this.byPassage.get(Number(id));
    const found = this.words.search(terms.join(' '), {
      boost: { title: 2 },
      fuzzy: (term) => (term.length > 4 ? 0.2 : false),
      filter: ({ id }) => {
        const document = documentOf(id);
        return document !== undefined && visible.has(document);
      },
    });
    const documents = found.slice(0, DEPTH).map(({ id }) => documentOf(id));
    return [...new Set(documents)].filter((document) => document !== undefined);
  }
}

type Matches = ReadonlyMap<IndexedDocument, VectorMatch>;

function withIntent({ intent }: HybridQuery, visible: Matches): IndexedDocument[] {
  return intent === undefined ? [] : [...visible.keys()].filter((document) => document.intents.includes(intent));
}

function keyOf({ tenant, id }: DocumentRef): string {
  return `${tenant}.${id}`;
}

function wordEntries({ title, passages, firstPassage }: IndexedDocument): WordEntry[] {
  return passages.map(({ text, headings }, n) => ({
    id: firstPassage + n,
    title,
    headings: headings.join('\n'),
    text,
  }));
}

function rankByMeaning(matches: Matches): IndexedDocument[] {
  return Array.from(matches, ([document, { similarities }]) => ({ document, nearness: nearness(similarities) }))
    .sort((a, b) => b.nearness - a.nearness)
    .slice(0, DEPTH)
    .map(({ document }) => document);
}

/**
 * A document is as near as its best passage, its title, and its three best passages on average: the best passage alone
 * is easily an accident. (Three, so that a long document is not held against itself.)
 */
function nearness(similarities: Float32Array): number {
  const title = similarities[0] ?? 0;
  const best = similarities.slice(1).sort().reverse().subarray(0, 3);
  return title + (best[0] ?? 0) + best.reduce((sum, similarity) => sum + similarity, 0) / Math.max(best.length, 1);
}

/** Nearest first. `score` is the document's: it orders documents, `similarity` tells the passages apart. */
function bestPassages(document: IndexedDocument, match: VectorMatch | undefined, score: number): Passage[] {
  return document.passages
    .map(({ text }, n) => ({
      id: `${document.ref.id}#${n}`,
      document: document.ref.id,
      title: document.title,
      text,
      score,
      similarity: Math.max(-1, Math.min(1, match?.similarities[n + 1] ?? 0)),
    }))
    .sort((a, b) => b.similarity - a.similarity);
}
