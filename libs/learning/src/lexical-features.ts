/** One text as a sparse, L2-normalised vector: ascending feature indexes and their values. */
export interface SparseVector {
  readonly indexes: Int32Array;
  readonly values: Float64Array;
}

/** Lower-case words and pairs of neighbouring words, in order, repeats included. */
export function wordGrams(text: string): string[] {
  const words = text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  const pairs = words.slice(1).map((word, index) => `${words[index] ?? ''} ${word}`);
  return [...words, ...pairs];
}

/**
 * Weighs a text's known n-grams by (1 + ln tf) · idf and scales the vector to length 1: sub-linear TF-IDF
 * (Manning, Raghavan, Schütze 2008, chapter 6). A text without known n-grams gives an empty vector.
 */
export function lexicalVector(text: string, vocabulary: ReadonlyMap<string, number>, idf: Float32Array): SparseVector {
  const counts = new Map<number, number>();
  for (const gram of wordGrams(text)) {
    const feature = vocabulary.get(gram);
    if (feature !== undefined) counts.set(feature, (counts.get(feature) ?? 0) + 1);
  }
  const indexes = Int32Array.from([...counts.keys()].sort((a, b) => a - b));
  const values = Float64Array.from(
    indexes,
    (feature) => (1 + Math.log(counts.get(feature) ?? 1)) * (idf[feature] ?? 0),
  );
  const length = Math.hypot(...values) || 1;
  return { indexes, values: values.map((value) => value / length) };
}
