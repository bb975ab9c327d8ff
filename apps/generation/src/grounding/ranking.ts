import { expectationOf } from './expectation.js';
import type { Source } from './sources.js';
import { contentKeys, wordsOf } from './words.js';

const K1 = 1.2;
const B = 0.5;
/** Weights of the document's opening, a passage's first sentence and similarity; a match of all words is about 1. */
const OPENING = 0.5;
const FIRST_SENTENCE = 0.2;
const SIMILARITY = 0.8;
/** Weight of an answer of the kind that the question asks for. */
const EXPECTED = 0.3;

/**
 * Orders the sources by how well each answers the question: BM25 over the given quotes and the questions that they
 * answer (Robertson and Zaragoza, 2009), raised for opening sentences (help articles answer first and explain later),
 * by the passage's similarity, and if it is the kind of answer that is asked for.
 */
export function rankSources(question: string, sources: readonly Source[]): Source[] {
  const asked = contentKeys(parted(question));
  const keys = sources.map(keysOf);
  const meanLength = keys.reduce((sum, list) => sum + list.length, 0) / Math.max(1, keys.length);
  const idf = new Map([...asked].map((key) => [key, inverseDocumentFrequency(key, keys)]));
  const most = [...idf.values()].reduce((sum, weight) => sum + weight * (K1 + 1), 0) / 2;
  return sources
    .map((source, i) => ({
      source,
      score:
        bm25(keys[i]!, idf, meanLength) / Math.max(most, 1) +
        prior(source) +
        EXPECTED * expectationOf(question, source),
    }))
    .sort((a, b) => b.score - a.score)
    .map(({ source }) => source);
}

/** `check-out` is found by `check out`. */
function parted(text: string): string {
  return text.replace(/(?<=\p{L})[-‐‑](?=\p{L})/gu, ' ');
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
function prior({ position, passage, kind, headings }: Source): number {
  const first = position === 0 && kind !== 'row' && (headings.length === 0 || hasOneSection(passage));
  const opening = first && passage.id.endsWith('#0') && headings.length === 0 ? OPENING : 0;
  return opening + (first ? FIRST_SENTENCE : 0) + SIMILARITY * passage.similarity;
}

function hasOneSection({ units = [] }: Source['passage']): boolean {
  return new Set(units.map(({ headings }) => headings.join('\n'))).size <= 1;
}
