import type { Passage } from '@llmos/contracts/capabilities/retrieval';
import {
  bestPassages,
  blend,
  withoutCopies,
  type Candidate,
  type ComparedCandidate,
  type JudgedCandidate,
} from './candidates.js';
import { bonusOf, wordsOf, type IndexedDocument } from './indexed-document.js';
import { largest } from './largest.js';
import { NameIndex, spelledTerms } from './name-index.js';
import { cutPassages, type PassageDraft } from './passages.js';
import type { DocumentRef, StoredDocument } from './ports/document-store.port.js';
import { joined, type VectorIndex, type VectorMatches } from './ports/vector-index.port.js';
import { TokenMatcher, type TokenMatch } from './relevance/late-interaction.js';
import { evidenceOf, relevancesOf, tokenEvidenceOf, type RelevanceModel, type Signs } from './relevance/relevance.js';
import type { EncodedText } from './search-encoder.js';
import { Vocabulary } from './vocabulary.js';
import { WordIndex } from './word-index.js';

/** A text as it is compared. */
export interface Reading extends EncodedText {
  readonly text: string;
}

/** A search in the index. */
export interface HybridQuery extends Reading {
  /** Another reading of the question, and its share of the evidence, 0 to 1. */
  readonly also?: Reading & { readonly share: number };
  /** Tenants whose documents may be found; of two documents with the same id, that of the first tenant is. */
  readonly tenants: readonly string[];
  readonly intent?: string | undefined;
  /** Id of the only document that counts, and is taken to answer. */
  readonly chosen?: string | undefined;
  /** Passages wanted. */
  readonly limit: number;
}

/** Documents with at least one passage in the result before further passages of the best one fill it. */
const MIN_DOCUMENTS = 3;
/** Documents that are judged token by token: a document that answers is hardly ever behind so many others. */
const SECOND_LOOK = 40;

/** Documents with the most of the question's words that are judged although their vectors are not among the nearest. */
const MAX_BY_WORDS = 32;
const NO_MATCH: TokenMatch = { document: 0, passage: 0 };

/** What speaks for a document at both looks: training reads it. */
export interface SeenSigns {
  readonly ref: DocumentRef;
  readonly signs: Signs;
  readonly tokens: TokenMatch;
}

/**
 * An index in memory that finds documents by meaning (vectors, which may be elsewhere) and by words, and judges each by
 * the relevance model: the order of documents is that of their evidence.
 */
export class HybridIndex {
  /** By tenant and id. */
  private readonly documents = new Map<string, Map<string, IndexedDocument>>();
  private readonly words = new WordIndex<IndexedDocument>();
  private readonly vocabulary = new Vocabulary();
  private readonly names = new NameIndex();
  private readonly tokens = new TokenMatcher();

  constructor(
    private readonly vectors: VectorIndex,
    private readonly model: RelevanceModel,
  ) {}

  /** Resolves when the vectors can be reached. */
  open(): Promise<void> {
    return this.vectors.open();
  }

  /** Every stored document was set: what is left of others is forgotten. */
  settle(): Promise<void> {
    return this.vectors.settle();
  }

  /**
   * Adds or replaces a document; its vectors must be of the model that embeds questions. Resolves when searches find it.
   */
  async set(ref: DocumentRef, stored: StoredDocument): Promise<void> {
    const { title, intents, text, tokens, hash } = stored;
    const passages = cutPassages(title, text);
    const { terms, titleTerms } = spelledTerms(title, passages.map((passage) => passage.text).join('\n'));
    const { tenant, id } = ref;
    const document: IndexedDocument = {
      ...{ tenant, id, title, intents, passages, terms, titleTerms, tokens, hash },
      isGone: false,
      place: -1,
    };
    // A search in between finds this document, or the one that it replaces.
    await this.vectors.set(document, stored.vectors, `${stored.embedding} ${stored.hash}`);
    this.forget(ref);
    this.names.add(tenant, terms);
    const ofTenant = this.documents.get(tenant) ?? new Map<string, IndexedDocument>();
    this.documents.set(tenant, ofTenant.set(id, document));
    document.place = this.words.add(document, wordsOf(document));
    this.vocabulary.add(tenant, wordsOf(document));
  }

  /** Resolves when searches find nothing of the document. */
  async delete(ref: DocumentRef): Promise<void> {
    if (!this.forget(ref)) return;
    await this.vectors.delete(ref);
  }

  private forget(ref: DocumentRef): boolean {
    const ofTenant = this.documents.get(ref.tenant);
    const document = ofTenant?.get(ref.id);
    if (!ofTenant || !document) return false;
    this.words.delete(document.place);
    this.vocabulary.delete(ref.tenant, wordsOf(document));
    this.names.remove(ref.tenant, document.terms);
    ofTenant.delete(ref.id);
    if (ofTenant.size === 0) this.documents.delete(ref.tenant);
    document.isGone = true;
    return true;
  }

  /** The passages of a document, in order; undefined if there is no such document. */
  passagesOf(ref: DocumentRef): readonly PassageDraft[] | undefined {
    return this.documents.get(ref.tenant)?.get(ref.id)?.passages;
  }

  /** The best passages, grouped by document, best document first; of at least three documents if the limit allows. */
  async search(query: HybridQuery): Promise<{ passages: Passage[]; documents: number }> {
    const { also, ...own } = query;
    const first = await this.lookFirst(query);
    const compared = this.lookAgain(query, first.strongest);
    const other = also && { ...own, ...also };
    const judged = other
      ? blend(compared, this.lookAgain(other, (await this.lookFirst(other)).strongest), also.share)
      : compared;
    const ranked = this.judge(judged)
      .slice(0, query.limit)
      .map((candidate) => (query.chosen === undefined ? candidate : { ...candidate, relevance: 1 }));
    const passages: Passage[] = [];
    ranked.forEach((candidate, place) => {
      const reserved = Math.min(ranked.length, MIN_DOCUMENTS) - place - 1;
      const room = Math.max(query.limit - passages.length - Math.max(reserved, 0), 0);
      passages.push(...bestPassages(candidate).slice(0, room));
    });
    return { passages, documents: this.vectors.isExact ? first.compared : this.count(query.tenants) };
  }

  /** What speaks for the documents with the most evidence. */
  async signsOf(query: HybridQuery): Promise<SeenSigns[]> {
    return this.lookAgain(query, (await this.lookFirst(query)).strongest).map(
      ({ document: { tenant, id }, signs, tokens }) => ({
        ref: { tenant, id },
        signs,
        tokens,
      }),
    );
  }

  /** Words that are no typing errors. */
  learnCommonWords(words: ReadonlySet<string>): void {
    this.vocabulary.learnCommon(words);
  }

  /** The question with the words of the tenants' documents where it has typing errors: what is to be embedded. */
  corrected(question: string, tenants: readonly string[]): string {
    return this.vocabulary.correct(question, tenants);
  }

  /** The documents with the most evidence at the first look, in order, and the number that was compared. */
  private async lookFirst(query: HybridQuery): Promise<{ strongest: Candidate[]; compared: number }> {
    const { text, tenants, intent, chosen, limit } = query;
    const isVisible = (document: IndexedDocument): boolean =>
      this.isVisible(document, tenants) && (chosen === undefined || document.id === chosen);
    const found = await this.compareByMeaning(query, isVisible);
    // The index stays as it is from here on. No object is made for the many documents that are not among the strongest.
    const { shares } = this.words.compare(text, isVisible);
    const names = this.names.namesIn(text, tenants);
    const { refs, starts, similarities } = found;
    const [evidences, places] = [new Float64Array(refs.length), new Uint32Array(refs.length)];
    let visible = 0;
    for (let n = 0; n < refs.length; n++) {
      // The very reference that was set.
      const document = refs[n] as IndexedDocument;
      if (!isVisible(document)) continue;
      places[visible] = n;
      evidences[visible++] = evidenceOf(signsAt(found, n, shares), this.model) + bonusOf(document, names, intent);
    }
    const strongest = largest(evidences.subarray(0, visible), Math.max(SECOND_LOOK, limit)).map((place) => {
      const n = places[place]!;
      return {
        document: refs[n] as IndexedDocument,
        similarities: similarities.subarray(starts[n], starts[n + 1]),
        signs: signsAt(found, n, shares),
        evidence: evidences[place]!,
      };
    });
    return { strongest, compared: visible };
  }

  /** What the tokens of these documents add to their evidence. */
  private lookAgain({ tokens }: HybridQuery, candidates: readonly Candidate[]): ComparedCandidate[] {
    const found = tokens
      ? this.tokens.match(
          tokens,
          candidates.map(({ document }) => document.tokens),
        )
      : [];
    return candidates.map((candidate, n) => {
      const match = found[n] ?? NO_MATCH;
      return { ...candidate, tokens: match, evidence: candidate.evidence + tokenEvidenceOf(match, this.model) };
    });
  }

  /** Most relevant first. Of copies only the first counts: they are no rivals of each other. */
  private judge(candidates: readonly Candidate[]): JudgedCandidate[] {
    const ordered = withoutCopies([...candidates].sort((a, b) => b.evidence - a.evidence));
    const evidences = ordered.map(({ evidence }) => evidence);
    const relevances = relevancesOf(evidences, this.model);
    return ordered.map((candidate, n) => ({ ...candidate, relevance: relevances[n]! }));
  }

  private count(tenants: readonly string[]): number {
    return [...new Set(tenants)].reduce((sum, tenant) => sum + (this.documents.get(tenant)?.size ?? 0), 0);
  }

  /** Whether the document is one of the tenants', and none before its own has one with the same id. */
  private isVisible({ tenant, id, isGone }: IndexedDocument, tenants: readonly string[]): boolean {
    if (isGone) return false;
    for (const asked of tenants) {
      if (asked === tenant) return true;
      if (this.documents.get(asked)?.has(id)) return false;
    }
    return false;
  }

  /** The tenants' documents by meaning: all, or the nearest, the chosen one, and those with the most words of the question. */
  private async compareByMeaning(
    { text, vector, tenants, chosen }: HybridQuery,
    isVisible: (document: IndexedDocument) => boolean,
  ): Promise<VectorMatches> {
    const named =
      chosen === undefined ? [] : tenants.flatMap((tenant) => this.documents.get(tenant)?.get(chosen) ?? []);
    const also = this.vectors.isExact ? [] : [...named, ...this.words.compare(text, isVisible).most(MAX_BY_WORDS)];
    const compare = (tenant: string): Promise<VectorMatches> =>
      this.vectors.compare(
        vector,
        tenant,
        also.filter((document) => document.tenant === tenant),
      );
    return joined(await Promise.all([...new Set(tenants)].map(compare)));
  }
}

/** What speaks for the document at a place at the first look. */
function signsAt({ refs, starts, similarities }: VectorMatches, n: number, shares: Float64Array): Signs {
  const [title, end] = [starts[n]!, starts[n + 1]!];
  let passage = -Infinity;
  for (let at = title + 1; at < end; at++) if (similarities[at]! > passage) passage = similarities[at]!;
  return {
    title: title < end ? similarities[title]! : 0,
    passage,
    words: shares[(refs[n] as IndexedDocument).place] ?? 0,
  };
}
