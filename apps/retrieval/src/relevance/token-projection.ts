import type { Encoded } from '@llmos/models';
import { normalizeTerm, tokenize } from '../terms.js';

/**
 * Shortens token vectors: the directions in which the tokens of texts differ most (a principal component analysis
 * without centring). A short vector keeps what tells tokens apart and takes a sixth of the dimensions.
 */
export interface TokenProjection {
  /** Length of a token's state: 384 for MiniLM. */
  readonly dimensions: number;
  /** Length of the short vector. */
  readonly size: number;
  /** `size` rows of `dimensions`, end to end. */
  readonly rows: Float32Array;
}

/** The tokens of a text that carry meaning: no stop words, no punctuation. */
export interface ContentTokens {
  /** For each token, the word that it belongs to, as {@link normalizeTerm} returns it. */
  readonly terms: readonly string[];
  /** tokens × size, row-major, each row L2-normalised. */
  readonly vectors: Float32Array;
}

const WORD = /[\p{L}\p{N}\p{M}]+/gu;
const CODE = 127;

/** The content tokens of a text, shortened. */
export function contentTokens(text: string, { tokens }: Encoded, projection: TokenProjection): ContentTokens {
  const words = [...text.matchAll(WORD)];
  const kept: { readonly at: number; readonly term: string }[] = [];
  let next = 0;
  tokens.spans.forEach(({ start, end }, at) => {
    while (next < words.length - 1 && words[next]!.index + words[next]![0].length <= start) next++;
    const word = words[next];
    if (end <= start || !word || end <= word.index || start >= word.index + word[0].length) return;
    const term = normalizeTerm(tokenize(word[0])[0] ?? '');
    if (term) kept.push({ at, term });
  });
  const vectors = new Float32Array(kept.length * projection.size);
  kept.forEach(({ at }, n) => projectTo(vectors, n * projection.size, tokens.states, at, projection));
  return { terms: kept.map(({ term }) => term), vectors };
}

/** Token vectors as whole numbers of a byte each: documents have many. */
export function codesOf({ vectors }: ContentTokens): Int8Array {
  return Int8Array.from(vectors, (value) => Math.round(value * CODE));
}

/** The cosines that codes give are this many times too large. */
export const CODE_SCALE = CODE;

function projectTo(
  out: Float32Array,
  to: number,
  states: Float32Array,
  token: number,
  { dimensions, size, rows }: TokenProjection,
): void {
  let length = 0;
  for (let row = 0; row < size; row++) {
    let sum = 0;
    for (let i = 0; i < dimensions; i++) sum += rows[row * dimensions + i]! * states[token * dimensions + i]!;
    out[to + row] = sum;
    length += sum * sum;
  }
  const scale = 1 / (Math.sqrt(length) || 1);
  for (let row = 0; row < size; row++) out[to + row]! *= scale;
}
