import type { Passage } from '@llmos/contracts/capabilities/retrieval';
import { NameIndex, spelledTerms, type SpelledTerms } from './name-index.js';
import { cutPassages, type PassageDraft } from './passages.js';
import type { DocumentRef, StoredDocument } from './ports/document-store.port.js';
import type { VectorIndex, VectorMatch } from './ports/vector-index.port.js';
import { adapt } from './relevance/question-adapter.js';
import { matchTokens, type TokenMatch } from './relevance/late-interaction.js';
import { NoiseFloor } from './relevance/noise-floor.js';
import {
  clearEvidenceOf,
  evidenceOf,
  lateEvidenceOf,
  logOddsOf,
  probabilityOf,
  type LateModel,
  type RelevanceModel,
} from './relevance/relevance.js';
import type { EncodedText } from './search-encoder.js';
import { Vocabulary } from './vocabulary.js';
import { WordIndex, type WordMatches } from './word-index.js';

/** A search in the index. */
export interface HybridQuery extends EncodedText {
  readonly text: string;
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
  readonly terms: SpelledTerms;
  readonly titleTerms: ReadonlySet<string>;
  /** Of the title, then of each passage. */
  readonly tokens: readonly Int8Array[];
}

/**
 * Evidence for a document that is written for the detected intent, and for one that has all names in the question, in
 * its title or anywhere: the document that names the thing asked about wins.
 */
const BONUS = { intent: 0.12, titled: 0.4, named: 0.08 };
/** Documents with at least one passage in the result before further passages of the best one fill it. */
const MIN_DOCUMENTS = 3;
/** Documents that are judged token by token: a document that answers is hardly ever behind so many others. */
const SECOND_LOOK = 40;

/** Documents with the most of the question's words that are judged although their vectors are not among the nearest. */
const MAX_BY_WORDS = 32;

/** A document that may answer, and what speaks for it. */
interface Candidate {
  readonly document: IndexedDocument;
  readonly similarities: Float32Array;
  readonly evidence: number;
}

interface JudgedCandidate extends Candidate {
  /** The probability that it answers. */
  readonly relevance: number;
}

/** The documents that may answer, and what each word of the question weighs. */
interface FirstLook {
  readonly candidates: readonly Candidate[];
  readonly weights: ReadonlyMap<string, number>;
}

/** What the second look sees of a document: training reads it. */
export interface SecondLook extends TokenMatch {
  readonly ref: DocumentRef;
  /** Of the first look. */
  readonly evidence: number;
}

/**
 * An index in memory that finds documents by meaning (vectors, which may be elsewhere) and by words, and judges each by
 * the relevance model: the order of documents is that of their evidence.
 */
export class HybridIndex {
  private readonly documents = new Map<string, IndexedDocument>();
  /** The same by the very reference that the vector index returns, which is faster than by its text. */
  private readonly byRef = new Map<DocumentRef, IndexedDocument>();
  private readonly words = new WordIndex<IndexedDocument>();
  private readonly vocabulary = new Vocabulary();
  private readonly names = new NameIndex();
  private noise: NoiseFloor | undefined;
  /** Documents of each tenant. */
  private readonly counts = new Map<string, number>();

  constructor(
    private readonly vectors: VectorIndex,
    private readonly model: RelevanceModel,
  ) {}

  /** Resolves when the vectors can be reached. */
  open(): Promise<void> {
    return this.vectors.open();
  }

  /** Questions that nothing answers, for {@link calibrate}; none if the model has no second look. */
  get strangers(): readonly string[] {
    return this.model.late?.strangers ?? [];
  }

  /** Measures the noise floor of each tenant by questions that nothing answers. Called before the first document. */
  calibrate(strangers: readonly Float32Array[]): void {
    const questions = strangers.map((vector) => adapt(this.model.adapter, vector).vector);
    this.noise = new NoiseFloor((vectors) =>
      Float32Array.from(questions, (question) => this.evidenceIn(question, vectors)),
    );
  }

  /** Every stored document was set: what is left of others is forgotten. */
  settle(): Promise<void> {
    return this.vectors.settle();
  }

  /**
   * Adds or replaces a document; its vectors must be of the model that embeds questions. Resolves when searches find it.
   */
  async set(ref: DocumentRef, stored: StoredDocument): Promise<void> {
    const { title, intents, text, tokens } = stored;
    const passages = cutPassages(title, text);
    const { terms, titleTerms } = spelledTerms(title, passages.map((passage) => passage.text).join('\n'));
    const document = { ref, title, intents, passages, terms, titleTerms, tokens };
    // A search in between finds the document by its new reference, or by its old one.
    this.byRef.set(ref, document);
    await this.vectors.set(ref, stored.vectors, `${stored.embedding} ${stored.hash}`);
    this.forget(ref);
    this.noise?.set(ref, stored.vectors);
    this.byRef.set(ref, document);
    this.names.add(ref.tenant, terms);
    this.documents.set(keyOf(ref), document);
    this.words.add(document, wordsOf(document));
    this.vocabulary.add(ref.tenant, wordsOf(document));
    this.counts.set(ref.tenant, (this.counts.get(ref.tenant) ?? 0) + 1);
  }

  /** Resolves when searches find nothing of the document. */
  async delete(ref: DocumentRef): Promise<void> {
    if (!this.forget(ref)) return;
    await this.vectors.delete(ref);
  }

  private forget(ref: DocumentRef): boolean {
    const document = this.documents.get(keyOf(ref));
    if (!document) return false;
    this.words.delete(document);
    this.vocabulary.delete(ref.tenant, wordsOf(document));
    this.names.remove(ref.tenant, document.terms);
    this.documents.delete(keyOf(ref));
    this.byRef.delete(document.ref);
    this.noise?.delete(ref);
    this.counts.set(ref.tenant, (this.counts.get(ref.tenant) ?? 1) - 1);
    return true;
  }

  /** The passages of a document, in order; undefined if there is no such document. */
  passagesOf(ref: DocumentRef): readonly PassageDraft[] | undefined {
    return this.documents.get(keyOf(ref))?.passages;
  }

  /** The best passages, grouped by document, best document first; of at least three documents if the limit allows. */
  async search(query: HybridQuery): Promise<{ passages: Passage[]; documents: number }> {
    const { late } = this.model;
    const first = await this.lookFirst(query);
    const ranked = late
      ? strongest(this.judgeAgain(query, first, late), query.limit)
      : strongest(first.candidates, query.limit).map((candidate) => this.judge(candidate));
    const passages: Passage[] = [];
    ranked.forEach((candidate, place) => {
      const reserved = Math.min(ranked.length, MIN_DOCUMENTS) - place - 1;
      const room = Math.max(query.limit - passages.length - Math.max(reserved, 0), 0);
      passages.push(...bestPassages(candidate).slice(0, room));
    });
    const documents = this.vectors.isExact ? first.candidates.length : this.count(query.tenants);
    return { passages, documents };
  }

  /** How much evidence the documents of these tenants show for anything. */
  noiseOf(tenants: readonly string[]): number {
    if (!this.noise) throw new Error('The index is not calibrated.');
    return this.noise.of(tenants);
  }

  /** What the second look sees, most evidence at the first look first. */
  async signsOf(query: HybridQuery): Promise<SecondLook[]> {
    return this.lookAgain(query, await this.lookFirst(query)).map(([{ document, evidence }, match]) => ({
      ref: document.ref,
      evidence,
      ...match,
    }));
  }

  /** The question with the words of the tenants' documents where it has typing errors: what is to be embedded. */
  corrected(question: string, tenants: readonly string[]): string {
    return this.vocabulary.correct(question, tenants);
  }

  private async lookFirst({ text, vector, tenants, intent }: HybridQuery): Promise<FirstLook> {
    const adapted = adapt(this.model.adapter, vector).vector;
    const byWords = this.vectors.isExact ? undefined : this.matchByWords(text, tenants);
    const matches = await this.matchByMeaning(adapted, tenants, byWords?.coverage);
    const { coverage, weights } =
      byWords ?? this.words.compare(text, (document) => matches.has(document), matches.size);
    const names = this.names.namesIn(text, tenants);
    const candidates: Candidate[] = [];
    for (const [document, { similarities }] of matches) {
      const words = coverage.get(document) ?? 0;
      const signs = { title: similarities[0] ?? 0, passage: nearest(similarities), words };
      const evidence = evidenceOf(signs, this.model) + bonusOf(document, names, intent);
      candidates.push({ document, similarities, evidence });
    }
    return { candidates, weights };
  }

  private judge(candidate: Candidate): JudgedCandidate {
    return { ...candidate, relevance: probabilityOf(logOddsOf(candidate.evidence, this.model)) };
  }

  /** Whether the best document answers is judged by the first look; how the others compare with it, by the second. */
  private judgeAgain(query: HybridQuery, first: FirstLook, late: LateModel): JudgedCandidate[] {
    const asked = { text: query.text, floor: this.noiseOf(query.tenants) };
    const looked = this.lookAgain(query, first).map(([candidate, match]) => ({
      candidate,
      evidence: lateEvidenceOf(candidate.evidence, match, late),
    }));
    if (looked.length === 0) return [];
    const best = looked.reduce((most, each) => (each.evidence > most.evidence ? each : most));
    const logOdds = logOddsOf(clearEvidenceOf(best.candidate.evidence, asked, late), late);
    return looked.map(({ candidate, evidence }) => ({
      ...candidate,
      evidence,
      relevance: probabilityOf(logOdds - late.sharpness * (best.evidence - evidence)),
    }));
  }

  private evidenceIn(question: Float32Array, [title, ...passages]: readonly Float32Array[]): number {
    const nearestPassage = Math.max(...passages.map((passage) => dot(question, passage)));
    return evidenceOf({ title: dot(question, title!), passage: nearestPassage, words: 0 }, this.model);
  }

  private lookAgain({ tokens, limit }: HybridQuery, { candidates, weights }: FirstLook): [Candidate, TokenMatch][] {
    const terms = tokens?.terms.map((term) => weights.get(term) ?? 0) ?? [];
    return strongest(candidates, Math.max(SECOND_LOOK, limit)).map((candidate) => [
      candidate,
      tokens ? matchTokens(tokens, terms, candidate.document.tokens) : { document: 0, passage: 0 },
    ]);
  }

  private count(tenants: readonly string[]): number {
    return [...new Set(tenants)].reduce((sum, tenant) => sum + (this.counts.get(tenant) ?? 0), 0);
  }

  /** The share of the question's words in each document of the tenants. */
  private matchByWords(text: string, tenants: readonly string[]): WordMatches<IndexedDocument> {
    const asked = new Set(tenants);
    return this.words.compare(text, ({ ref }) => asked.has(ref.tenant), this.count(tenants));
  }

  private async matchByMeaning(
    vector: Float32Array,
    tenants: readonly string[],
    byWords?: ReadonlyMap<IndexedDocument, number>,
  ): Promise<ReadonlyMap<IndexedDocument, VectorMatch>> {
    const matches = new Map<IndexedDocument, VectorMatch>();
    const asked = [...new Set(tenants)];
    const also = byWords ? wordiest(byWords) : [];
    const compared = await Promise.all(
      asked.map((tenant) =>
        this.vectors.compare(
          vector,
          tenant,
          also.filter((ref) => ref.tenant === tenant),
        ),
      ),
    );
    for (const [n, found] of compared.entries()) {
      const before = asked.slice(0, n);
      for (const match of found) {
        const { id } = match.ref;
        const document = this.byRef.get(match.ref);
        if (document && !before.some((other) => this.documents.has(keyOf({ tenant: other, id }))))
          matches.set(document, match);
      }
    }
    return matches;
  }
}

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

/** The similarity of the nearest passage; the first is that of the title. */
function nearest(similarities: Float32Array): number {
  let most = -Infinity;
  for (let n = 1; n < similarities.length; n++) if (similarities[n]! > most) most = similarities[n]!;
  return most;
}

/** The candidates with the most evidence, in order, without sorting the thousands of others. */
function strongest<C extends Candidate>(candidates: readonly C[], count: number): C[] {
  const best: C[] = [];
  for (const candidate of candidates) {
    if (best.length === count && candidate.evidence <= best[count - 1]!.evidence) continue;
    let at = best.length;
    while (at > 0 && best[at - 1]!.evidence < candidate.evidence) at--;
    best.splice(at, 0, candidate);
    if (best.length > count) best.pop();
  }
  return best;
}

/** The documents with the most of the question's words. */
function wordiest(byWords: ReadonlyMap<IndexedDocument, number>): DocumentRef[] {
  return [...byWords]
    .sort(([, a], [, b]) => b - a)
    .slice(0, MAX_BY_WORDS)
    .map(([{ ref }]) => ref);
}

function keyOf({ tenant, id }: DocumentRef): string {
  return `${tenant}.${id}`;
}

function bonusOf(
  { intents, terms, titleTerms }: IndexedDocument,
  names: readonly string[],
  intent: string | undefined,
): number {
  const share = (has: ReadonlySet<string>): number => names.filter((name) => has.has(name)).length / names.length;
  const named = names.length === 0 ? 0 : BONUS.titled * share(titleTerms) + BONUS.named * share(terms.named);
  return named + (intent !== undefined && intents.includes(intent) ? BONUS.intent : 0);
}

function wordsOf({ title, passages }: IndexedDocument): string {
  return [title, ...passages.flatMap(({ headings, body }) => [...headings, body])].join('\n');
}

/** Nearest first. `score` and `relevance` are those of the document; `similarity` orders its passages. */
function bestPassages({ document, similarities, evidence, relevance }: JudgedCandidate): Passage[] {
  return document.passages
    .map(({ text, units }, n) => ({
      id: `${document.ref.id}#${n}`,
      document: document.ref.id,
      title: document.title,
      text,
      units: units.map((unit) => ({ ...unit, headings: [...unit.headings] })),
      score: evidence,
      similarity: Math.max(-1, Math.min(1, similarities[n + 1] ?? 0)),
      relevance,
    }))
    .sort((a, b) => b.similarity - a.similarity);
}
