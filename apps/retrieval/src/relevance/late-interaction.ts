import { CODE_SCALE, type ComparedTokens } from './token-head.js';

/** How well the tokens of a question find their like in a document. */
export interface TokenMatch {
  /** In the title and all passages together, 0 to 1. */
  readonly document: number;
  /** In the best passage alone, 0 to 1. */
  readonly passage: number;
}

/**
 * Compares a question with a document token by token: each token counts with its most similar token of the document,
 * weighted: the late interaction of ColBERT (Khattab & Zaharia 2020). One vector for a long message is a blur; its
 * tokens still name what it is about.
 *
 * @param question its tokens, with what each counts.
 * @param texts the codes of the title, then of each passage.
 */
export function matchTokens({ vectors, weights }: ComparedTokens, texts: readonly Int8Array[]): TokenMatch {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  if (total <= 0) return { document: 0, passage: 0 };
  const size = vectors.length / weights.length;
  const sums = new Float64Array(texts.length);
  let document = 0;
  weights.forEach((weight, token) => {
    let best = 0;
    texts.forEach((codes, n) => {
      const similarity = nearest(vectors, token * size, size, codes);
      sums[n]! += weight * similarity;
      if (similarity > best) best = similarity;
    });
    document += weight * best;
  });
  const passages = sums.length > 1 ? sums.subarray(1) : sums;
  return { document: document / total, passage: Math.max(0, ...passages) / total };
}

/** The cosine of the most similar token. */
function nearest(vectors: Float32Array, at: number, size: number, codes: Int8Array): number {
  let best = 0;
  for (let from = 0; from < codes.length; from += size) {
    let sum = 0;
    for (let i = 0; i < size; i++) sum += vectors[at + i]! * codes[from + i]!;
    if (sum > best) best = sum;
  }
  return best / CODE_SCALE;
}
