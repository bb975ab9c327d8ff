import type { Encoded, TextRole } from '@llmos/models';
import { normalizeTerm, tokenize } from '../terms.js';

/** What makes of an encoder's token states the short vectors that are compared, and says how much each counts. */
export interface TokenHead {
  /** Length of a token's state: 384 for MiniLM. */
  readonly dimensions: number;
  /** Length of the short vector. */
  readonly size: number;
  /** `size` rows of `dimensions`, end to end. */
  readonly projection: Float32Array;
  /** A token of a question counts with softplus(importance · state + bias). */
  readonly importance: Float32Array;
  readonly bias: number;
}

/** The tokens of a text that are compared. */
export interface ComparedTokens {
  /** tokens × size, row-major, each row L2-normalised. */
  readonly vectors: Float32Array;
  /** What each token counts as part of a question. */
  readonly weights: Float32Array;
}

interface Span {
  readonly start: number;
  readonly end: number;
}

const WORD = /[\p{L}\p{N}\p{M}]+/gu;
const CODE = 127;

/** The words whose tokens are compared: of a question all, of a passage those that are no stop words. */
export function wordSpans(text: string, role: TextRole): Span[] {
  return [...text.matchAll(WORD)]
    .filter(([word]) => role === 'query' || normalizeTerm(tokenize(word)[0] ?? '') !== undefined)
    .map(({ index, 0: word }) => ({ start: index, end: index + word.length }));
}

/** The tokens of a text that are compared, shortened. */
export function comparedTokens(text: string, { tokens }: Encoded, role: TextRole, head: TokenHead): ComparedTokens {
  const words = wordSpans(text, role);
  const kept: number[] = [];
  let next = 0;
  tokens.spans.forEach(({ start, end }, at) => {
    while (next < words.length - 1 && words[next]!.end <= start) next++;
    const word = words[next];
    if (end > start && word && end > word.start && start < word.end) kept.push(at);
  });
  const vectors = new Float32Array(kept.length * head.size);
  kept.forEach((at, n) => shorten(vectors, n * head.size, tokens.states, at * head.dimensions, head));
  return { vectors, weights: Float32Array.from(kept, (at) => weightOf(tokens.states, at * head.dimensions, head)) };
}

/** Token vectors as whole numbers of a byte each: documents have many. */
export function codesOf({ vectors }: ComparedTokens): Int8Array {
  return Int8Array.from(vectors, (value) => Math.round(value * CODE));
}

/** The cosines that codes give are this many times too large. */
export const CODE_SCALE = CODE;

function shorten(out: Float32Array, to: number, states: Float32Array, from: number, head: TokenHead): void {
  const { dimensions, size, projection } = head;
  let length = 0;
  for (let row = 0; row < size; row++) {
    let sum = 0;
    for (let i = 0; i < dimensions; i++) sum += projection[row * dimensions + i]! * states[from + i]!;
    out[to + row] = sum;
    length += sum * sum;
  }
  const scale = 1 / (Math.sqrt(length) || 1);
  for (let row = 0; row < size; row++) out[to + row]! *= scale;
}

function weightOf(states: Float32Array, from: number, { importance, bias }: TokenHead): number {
  let sum = bias;
  importance.forEach((value, i) => (sum += value * states[from + i]!));
  return Math.log1p(Math.exp(-Math.abs(sum))) + Math.max(sum, 0);
}
