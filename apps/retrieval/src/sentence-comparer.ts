import type { Passage, PassageUnit } from '@llmos/contracts/capabilities/retrieval';
import { relevanceOf } from './reading-choice.js';
import type { SearchEncoder } from './search-encoder.js';
import { sentencesOf } from './structure/sentences.js';

/** Of a document that is less relevant nothing is quoted. */
const QUOTED = 0.2;
/** More sentences of one document are not compared: those of its nearest passages are the first. */
const MAX_COMPARED = 40;
/** So many vectors are kept, of 1.5 kB each, and as many that were used before. */
const MAX_KEPT = 2_000;

interface Sentence {
  readonly text: string;
  /** With the title and headings above it, which say its topic. */
  readonly inContext: string;
}

type Vectors = Map<string, Float32Array>;

/**
 * Says how near each sentence of the best document is to the question, because a passage that answers has other
 * sentences too. A sentence is embedded when it is first compared: most never are.
 */
export class SentenceComparer {
  /** By document, so that nothing is kept of a document that is gone. */
  private recent = new WeakMap<object, Vectors>();
  private earlier = new WeakMap<object, Vectors>();
  private count = 0;

  constructor(private readonly texts: Pick<SearchEncoder, 'embed'>) {}

  /**
   * The passages, those of the best document with their sentences compared.
   *
   * @param passages the best document first.
   * @param questions vectors of the readings of the question; all count the same.
   * @param indexed what lives as long as the best document is indexed as it is now.
   */
  async compare(
    passages: readonly Passage[],
    questions: readonly Float32Array[],
    indexed: object,
    signal?: AbortSignal,
  ): Promise<Passage[]> {
    const [best] = passages;
    if (!best || relevanceOf(passages) < QUOTED) return [...passages];
    const units = passages.flatMap(({ document, title, units: each = [] }) =>
      document === best.document ? each.map((unit) => ({ unit, sentences: sentencesIn(title, unit) })) : [],
    );
    const compared = units.flatMap(({ sentences }) => sentences).slice(0, MAX_COMPARED);
    const vectors = await this.vectorsOf([...new Set(compared.map(({ inContext }) => inContext))], indexed, signal);
    const found = new Map(
      units.map(({ unit, sentences }) => [
        unit,
        sentences.flatMap(({ text, inContext }) => {
          const vector = vectors.get(inContext);
          return vector ? [{ text, similarity: meanCosine(vector, questions) }] : [];
        }),
      ]),
    );
    return passages.map((passage) =>
      passage.document === best.document && passage.units
        ? { ...passage, units: passage.units.map((unit) => ({ ...unit, sentences: found.get(unit) ?? [] })) }
        : passage,
    );
  }

  private async vectorsOf(texts: readonly string[], indexed: object, signal?: AbortSignal): Promise<Vectors> {
    const kept = this.keptOf(indexed);
    const missing = texts.filter((text) => !kept.has(text));
    const fresh = missing.length === 0 ? [] : await this.texts.embed(missing, 'passage', signal);
    fresh.forEach((vector, at) => kept.set(missing[at]!, vector));
    this.count += fresh.length;
    if (this.count > MAX_KEPT) {
      this.earlier = this.recent;
      this.recent = new WeakMap();
      this.count = 0;
    }
    return kept;
  }

  private keptOf(indexed: object): Vectors {
    const kept: Vectors = this.recent.get(indexed) ?? this.earlier.get(indexed) ?? new Map();
    if (!this.recent.has(indexed)) {
      this.recent.set(indexed, kept);
      this.count += kept.size;
    }
    return kept;
  }
}

function sentencesIn(title: string, { kind, text, headings }: PassageUnit): Sentence[] {
  const sentences = kind === 'text' ? sentencesOf(text).map((sentence) => sentence.trim()) : [text];
  const above = [title, ...headings].filter((heading) => !text.startsWith(heading));
  return sentences
    .filter((sentence) => sentence !== '')
    .map((sentence) => ({ text: sentence, inContext: [...above, sentence].join('\n') }));
}

function meanCosine(vector: Float32Array, questions: readonly Float32Array[]): number {
  let sum = 0;
  for (const question of questions) question.forEach((value, n) => (sum += value * vector[n]!));
  return Math.max(-1, Math.min(1, sum / questions.length));
}
