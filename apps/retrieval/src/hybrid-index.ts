import type { Passage } from '@llmos/contracts/capabilities/retrieval';
import MiniSearch from 'minisearch';
import { NameIndex, spelledTerms, type SpelledTerms } from './name-index.js';
import { cutPassages, type PassageDraft } from './passages.js';
import type { DocumentRef, StoredDocument } from './ports/document-store.port.js';
import type { VectorIndex, VectorMatch } from './ports/vector-index.port.js';
import { fuseRankings, type Ranking } from './rank-fusion.js';
import { normalizeTerm, tokenize } from './terms.js';

/** A search in the index. */
export interface HybridQuery {
  readonly text: string;
  readonly vector: Float32Array;
  /** Tenants whose documents may be found; of two documents with the same id, that of the first tenant is. */
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
  /** The first of the consecutive ids of the passages in the word index. */
  readonly firstPassage: number;
  readonly terms: SpelledTerms;
  readonly titleTerms: ReadonlySet<string>;
}

interface WordEntry {
  readonly id: number;
  readonly title: string;
  readonly headings: string;
  readonly text: string;
}

/**
 * The weight of each ranking. Tuned on half of a question set, confirmed on the other half; see the README. The
 * document whose title names the thing asked about is first: its weight exceeds the others together. One that names it
 * in its text also needs to be near by meaning.
 */
const WEIGHTS = { meaning: 1, words: 0.2, intent: 1, named: 1, titled: 3 };
/** Deeper ranks do not count. */
const DEPTH = 50;
/** More terms make a search slower, not better. */
const MAX_TERMS = 64;
/** Documents with at least one passage in the result before further passages of the best one fill it. */
const MIN_DOCUMENTS = 3;

/**
 * An index in memory that finds documents by words (BM25) and by meaning (vectors). The two rankings are fused by
 * rank; a third ranking raises the documents written for the detected intent, a fourth those that name what is asked
 * about.
 */
export class HybridIndex {
  private readonly documents = new Map<string, IndexedDocument>();
  private readonly byPassage = new Map<number, IndexedDocument>();
  private readonly words = new MiniSearch<WordEntry>({
    fields: ['title', 'headings', 'text'],
    tokenize,
    processTerm: (term) => normalizeTerm(term) ?? null,
  });
  private readonly names = new NameIndex();
  private nextPassage = 0;

  constructor(private readonly vectors: VectorIndex) {}

  /** Adds or replaces a document; its vectors must be of the model that embeds questions. */
  set(ref: DocumentRef, stored: StoredDocument): void {
    this.delete(ref);
    const passages = cutPassages(stored.title, stored.text);
    const { title, intents } = stored;
    const { terms, titleTerms } = spelledTerms(title, passages.map(({ text }) => text).join('\n'));
    const document = { ref, title, intents, passages, firstPassage: this.nextPassage, terms, titleTerms };
    this.names.add(ref.tenant, terms);
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
    this.names.remove(ref.tenant, document.terms);
    this.documents.delete(keyOf(ref));
  }

  /** The best passages, grouped by document, best document first; of at least three documents if the limit allows. */
  search(query: HybridQuery): { passages: Passage[]; documents: number } {
    const matches = this.matchByMeaning(query);
    const rankings = [
      { groups: rankByMeaning(matches).map((document) => [document]), weight: WEIGHTS.meaning },
      { groups: this.rankByWords(query, matches).map((document) => [document]), weight: WEIGHTS.words },
      { groups: [withIntent(query, matches)], weight: WEIGHTS.intent },
      ...this.rankByNames(query, matches),
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

  /** The documents that have most of the names in the question, in their title and anywhere. */
  private rankByNames({ text, tenants }: HybridQuery, visible: Matches): Ranking<IndexedDocument>[] {
    const names = this.names.namesIn(text, tenants);
    if (names.length === 0) return [];
    const documents = [...visible.keys()];
    const rank = (termsOf: (document: IndexedDocument) => ReadonlySet<string>): IndexedDocument[][] =>
      groupByCount(documents, (document) => names.filter((name) => termsOf(document).has(name)).length);
    return [
      { groups: rank(({ terms }) => terms.named), weight: WEIGHTS.named },
      { groups: rank(({ titleTerms }) => titleTerms), weight: WEIGHTS.titled },
    ];
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

/** The items by count, highest first, without those of count 0. */
function groupByCount<T>(items: readonly T[], countOf: (item: T) => number): T[][] {
  const groups = Map.groupBy(items, countOf);
  groups.delete(0);
  return [...groups].sort(([a], [b]) => b - a).map(([, group]) => group);
}

type Matches = ReadonlyMap<IndexedDocument, VectorMatch>;

function withIntent({ intent }: HybridQuery, visible: Matches): IndexedDocument[] {
  return intent === undefined ? [] : [...visible.keys()].filter((document) => document.intents.includes(intent));
}

function keyOf({ tenant, id }: DocumentRef): string {
  return `${tenant}.${id}`;
}

function wordEntries({ title, passages, firstPassage }: IndexedDocument): WordEntry[] {
  return passages.map(({ body, headings }, n) => ({
    id: firstPassage + n,
    title,
    headings: headings.join('\n'),
    text: body,
  }));
}

function rankByMeaning(matches: Matches): IndexedDocument[] {
  return Array.from(matches, ([document, { similarities }]) => ({ document, nearness: nearness(similarities) }))
    .sort((a, b) => b.nearness - a.nearness)
    .slice(0, DEPTH)
    .map(({ document }) => document);
}

/**
 * The nearness of a document: its best passage, its title, and the mean of its three best passages. The best passage
 * alone may match by accident; three, because a mean over all passages would penalise long documents.
 */
function nearness(similarities: Float32Array): number {
  const title = similarities[0] ?? 0;
  const best = similarities.slice(1).sort().reverse().subarray(0, 3);
  return title + (best[0] ?? 0) + best.reduce((sum, similarity) => sum + similarity, 0) / Math.max(best.length, 1);
}

/** Nearest first. `score` orders documents; `similarity` orders the passages of a document. */
function bestPassages(document: IndexedDocument, match: VectorMatch | undefined, score: number): Passage[] {
  return document.passages
    .map(({ text, units }, n) => ({
      id: `${document.ref.id}#${n}`,
      document: document.ref.id,
      title: document.title,
      text,
      units: units.map((unit) => ({ ...unit, headings: [...unit.headings] })),
      score,
      similarity: Math.max(-1, Math.min(1, match?.similarities[n + 1] ?? 0)),
    }))
    .sort((a, b) => b.similarity - a.similarity);
}
