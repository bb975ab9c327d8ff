import { lexicalVector, type SparseVector } from '@llmos/learning';

/** One logistic regression on [embedding, word n-grams, rules], calibrated. */
export interface SideWeights {
  readonly embedding: Float32Array;
  readonly lexical: Float32Array;
  readonly rules: Float32Array;
  readonly bias: number;
  /**
   * Score = 1 / (1 + exp(-(slope · logit + shift))); on average over the sources, 1 of 100 held-out benign
   * texts reaches 0.5.
   */
  readonly slope: number;
  readonly shift: number;
  /** Suspicion below which a window of a passage is not worth embedding. */
  readonly suspicious: number;
}

export interface HeadWeights {
  readonly dimensions: number;
  readonly vocabulary: readonly string[];
  readonly idf: Float32Array;
  /** How much a unit vector of each kind counts beside the others. */
  readonly scales: { readonly embedding: number; readonly lexical: number; readonly rules: number };
  /** Texts that people send. */
  readonly input: SideWeights;
  /** Retrieved passages, where any order to the reader is suspicious. */
  readonly passage: SideWeights;
}

export type Side = 'input' | 'passage';

/** What the head looks at in one text (or window). */
export interface ScreeningFeatures {
  readonly vector: Float32Array;
  readonly lexical: SparseVector;
  readonly counts: Float32Array;
}

/** Computes with {@link HeadWeights}; microseconds a text. */
export class ScreeningHead {
  private readonly vocabulary: ReadonlyMap<string, number>;

  constructor(private readonly weights: HeadWeights) {
    this.vocabulary = new Map(weights.vocabulary.map((gram, at) => [gram, at]));
  }

  /** Length of the vectors that it reads. */
  get dimensions(): number {
    return this.weights.dimensions;
  }

  /** Whether the words alone make a window worth its embedding. */
  isSuspicious(side: Side, suspicion: number): boolean {
    return suspicion >= this.weights[side].suspicious;
  }

  /** @param folded as `foldText` gives it. */
  lexical(folded: string): SparseVector {
    return lexicalVector(folded, this.vocabulary, this.weights.idf);
  }

  /** 0 to 1 from a {@link logit}, shifted so that 0.5 is the threshold. */
  score(side: Side, logit: number): number {
    const { slope, shift } = this.weights[side];
    return 1 / (1 + Math.exp(-(slope * logit + shift)));
  }

  /** How suspicious the words are, to choose what is worth embedding; not a probability. */
  suspicion(side: Side, lexical: SparseVector, counts: Float32Array): number {
    const { scales } = this.weights;
    const weights = this.weights[side];
    return scales.lexical * sparseDot(weights.lexical, lexical) + scales.rules * dot(weights.rules, counts);
  }

  /** Before calibration. */
  logit(side: Side, { vector, lexical, counts }: ScreeningFeatures): number {
    const { scales } = this.weights;
    const weights = this.weights[side];
    return weights.bias + scales.embedding * dot(weights.embedding, vector) + this.suspicion(side, lexical, counts);
  }
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
