import { wordGrams } from './lexical-features.js';

export interface Vocabulary {
  /** N-grams in feature order (sorted). */
  readonly grams: readonly string[];
  /** ln((1 + n) / (1 + df)) + 1, smoothed as if one more text contained every n-gram. */
  readonly idf: Float32Array;
}

/** The n-grams that occur in at least `minimumTexts` of the texts. */
export function fitVocabulary(texts: readonly string[], minimumTexts: number): Vocabulary {
  const textsWith = new Map<string, number>();
  for (const text of texts) {
    for (const gram of new Set(wordGrams(text))) textsWith.set(gram, (textsWith.get(gram) ?? 0) + 1);
  }
  const grams = [...textsWith.keys()].filter((gram) => textsWith.get(gram)! >= minimumTexts).sort();
  return {
    grams,
    idf: Float32Array.from(grams, (gram) => Math.log((1 + texts.length) / (1 + textsWith.get(gram)!)) + 1),
  };
}
