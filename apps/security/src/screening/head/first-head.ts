import type { TextSource } from '@llmos/guardrails';
import { lexicalVector, type SparseVector } from '@llmos/learning';

const UNSPACED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/u;

/** The source of a text that heads judge. In a passage of a document any order to the reader is an attack. */
export type Side = Exclude<TextSource, 'output'>;

/** One calibrated logistic regression on [embedding, word n-grams, rules]. */
export interface SideWeights {
  readonly embedding: Float32Array;
  readonly lexical: Float32Array;
  readonly rules: Float32Array;
  readonly bias: number;
  /**
   * Score = 1 / (1 + exp(-(slope · logit + shift))). On average over the sources, 1 in 100 held-out benign texts
   * reaches a score of 0.5.
   */
  readonly slope: number;
  readonly shift: number;
  /** Windows of a passage with a lower suspicion are not worth embedding. */
  readonly suspicious: number;
}

export interface FirstHeadWeights extends Readonly<Record<Side, SideWeights>> {
  readonly dimensions: number;
  readonly vocabulary: readonly string[];
  readonly idf: Float32Array;
  /** The factors of the three kinds of features. */
  readonly scales: { readonly embedding: number; readonly lexical: number; readonly rules: number };
}

/** The features of one window. */
export interface FirstFeatures {
  readonly vector: Float32Array;
  readonly lexical: SparseVector;
  /** Hits of each rule. */
  readonly counts: Float32Array;
}

/** The head of the first stage: a linear model on the shared encoder's vector, the words and the rules. */
export class FirstHead {
  private readonly vocabulary: ReadonlyMap<string, number>;

  constructor(private readonly weights: FirstHeadWeights) {
    this.vocabulary = new Map(weights.vocabulary.map((gram, at) => [gram, at]));
  }

  /** Length of the vectors that it reads. */
  get dimensions(): number {
    return this.weights.dimensions;
  }

  /** @param folded as `foldText` returns it. */
  lexical(folded: string): SparseVector {
    return lexicalVector(spacedText(folded), this.vocabulary, this.weights.idf);
  }

  /** How suspicious the words are, to choose the windows that are worth embedding; not a probability. */
  suspicion(side: Side, lexical: SparseVector, counts: Float32Array): number {
    const { scales } = this.weights;
    const weights = this.weights[side];
    return scales.lexical * sparseDot(weights.lexical, lexical) + scales.rules * dot(weights.rules, counts);
  }

  /** Whether the words alone make a window worth embedding. */
  isSuspicious(side: Side, suspicion: number): boolean {
    return suspicion >= this.weights[side].suspicious;
  }

  /** Before calibration. */
  logit(side: Side, { vector, lexical, counts }: FirstFeatures): number {
    const { scales } = this.weights;
    const weights = this.weights[side];
    return weights.bias + scales.embedding * dot(weights.embedding, vector) + this.suspicion(side, lexical, counts);
  }

  /** 0 to 1 from a {@link logit}; 0.5 is the threshold. */
  score(side: Side, logit: number): number {
    const { slope, shift } = this.weights[side];
    return 1 / (1 + Math.exp(-(slope * logit + shift)));
  }
}

/** A text with each character of a script without spaces as a word, so that its words and pairs are n-grams. */
export function spacedText(folded: string): string {
  return UNSPACED.test(folded)
    ? folded.replace(/[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/gu, ' $& ')
    : folded;
}

function dot(left: Float32Array, right: Float32Array): number {
  let sum = 0;
  for (let at = 0; at < left.length; at++) sum += left[at]! * right[at]!;
  return sum;
}

function sparseDot(weights: Float32Array, { indexes, values }: SparseVector): number {
  let sum = 0;
  for (let at = 0; at < indexes.length; at++) sum += weights[indexes[at]!]! * values[at]!;
  return sum;
}
