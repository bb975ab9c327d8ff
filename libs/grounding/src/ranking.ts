import { expectationOf, ownLineOf } from './expectation.js';
import { rowFit } from './rows.js';
import type { Source } from './sources.js';
import { contentKeys, wordsOf } from './words.js';

const K1 = 1.2;
const B = 0.5;
/**
 * Weights of the words (a match of all is about 1), of the document's opening, a passage's first sentence, the
 * similarity, and of an answer of the kind that the question asks for. Where sentences were compared, the place of a
 * sentence says little more. Chosen on `training/examples.jsonl` and two companies of no training.
 */
const WEIGHTS = {
  sentences: { words: 0.7, opening: 0.2, first: 0.1, similarity: 2, expected: 0.2 },
  passages: { words: 1, opening: 0.5, first: 0.2, similarity: 0.8, expected: 0.3 },
} as const;
/** Weight of a row of a table whose name or range is asked for. */
const ROW = 0.5;
/** Weight of steps for somebody in danger. */
const URGENT_STEPS = 1;
/** Weight, for somebody in danger, of what must be done at once. */
const URGENT_ACT = 0.5;
const AT_ONCE = /\b(?:at once|immediately|straight ?away|right away|first of all|call 999|call 112|call 911)\b/iu;
/** What a word counts that only what was asked before has. */
const CONTEXT_SHARE = 0.5;
type Weights = (typeof WEIGHTS)[keyof typeof WEIGHTS];

/**
 * Orders the sources by how well each answers the question: BM25 over the given quotes and the questions that they
 * answer (Robertson and Zaragoza, 2009), raised for opening sentences (help articles answer first and explain later),
 * by the similarity of the sentence, or else of its passage, and if it is the kind of answer that is asked for. A
 * follow-up has its context in the line before: that counts less, and the opening nothing, for it was said already.
 *
 * @param isUrgent whoever tells of danger asks what to do, in whatever words: steps, or what must be done at once.
 */
export function rankSources(question: string, sources: readonly Source[], isUrgent = false): Source[] {
  const asked = contentKeys(parted(question));
  const isFollowUp = question.includes('\n');
  const own = ownLineOf(question);
  const ownKeys = contentKeys(parted(own));
  const keys = sources.map(keysOf);
  const meanLength = keys.reduce((sum, list) => sum + list.length, 0) / Math.max(1, keys.length);
  const idf = new Map(
    [...asked].map((key) => [key, inverseDocumentFrequency(key, keys) * (ownKeys.has(key) ? 1 : CONTEXT_SHARE)]),
  );
  const most = [...idf.values()].reduce((sum, weight) => sum + weight * (K1 + 1), 0) / 2;
  const areCompared = sources.some(({ similarity }) => similarity !== undefined);
  const weights = areCompared ? WEIGHTS.sentences : WEIGHTS.passages;
  const similarityOf = ({ similarity, passage }: Source) => similarity ?? (areCompared ? 0 : passage.similarity);
  return sources
    .map((source, i) => ({
      source,
      score:
        (weights.words * bm25(keys[i]!, idf, meanLength)) / Math.max(most, 1) +
        (isFollowUp ? 0 : openingOf(source, weights)) +
        weights.similarity * similarityOf(source) +
        weights.expected * expectationOf(question, source) +
        (isUrgent ? urgencyOf(source) : 0) +
        (source.kind === 'row' ? ROW * rowFit(own, source.sentence) : 0),
    }))
    .sort((a, b) => b.score - a.score)
    .map(({ source }) => source);
}

function urgencyOf({ kind, sentence }: Source): number {
  return (kind === 'steps' ? URGENT_STEPS : 0) + (AT_ONCE.test(sentence) ? URGENT_ACT : 0);
}

/** `check-out` is found by `check out` and by `checkout`. */
function parted(text: string): string {
  return text.replace(/\p{L}+(?:[-‐‑]\p{L}+)+/gu, (word) => {
    const parts = word.split(/[-‐‑]/u);
    return `${parts.join(' ')} ${parts.join('')}`;
  });
}

/** The quote with its headings: a heading that asks and the text that answers belong together. */
function keysOf({ text, headings }: Source): string[] {
  const unsaid = headings.filter((heading) => !text.includes(heading));
  return wordsOf(parted([...unsaid, text].join('\n')))
    .filter(({ kind }) => kind === 'content' || kind === 'number')
    .map(({ key }) => key);
}

function inverseDocumentFrequency(key: string, sentences: readonly (readonly string[])[]): number {
  const having = sentences.filter((list) => list.includes(key)).length;
  return Math.log(1 + (sentences.length - having + 0.5) / (having + 0.5));
}

function bm25(words: readonly string[], idf: ReadonlyMap<string, number>, meanLength: number): number {
  let score = 0;
  for (const [key, weight] of idf) {
    const frequency = words.filter((word) => word === key).length;
    score +=
      (weight * frequency * (K1 + 1)) / (frequency + K1 * (1 - B + (B * words.length) / Math.max(1, meanLength)));
  }
  return score;
}

/** Questions, rows and the sections of a passage are found by what they say: the first of them is no opening. */
function openingOf({ position, passage, kind, headings }: Source, weights: Weights): number {
  const first = position === 0 && kind !== 'row' && (headings.length === 0 || hasOneSection(passage));
  const opening = first && passage.id.endsWith('#0') && headings.length === 0 ? weights.opening : 0;
  return opening + (first ? weights.first : 0);
}

function hasOneSection({ units = [] }: Source['passage']): boolean {
  return new Set(units.map(({ headings }) => headings.join('\n'))).size <= 1;
}
