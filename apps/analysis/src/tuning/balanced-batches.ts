import { shuffled } from '@llmos/learning';

/** Enough pairs of each kind, and a step still takes a fraction of a second. */
const BATCH_SIZE = 16;
const MIN_PER_LABEL = 2;

/**
 * Draws batches of examples. Every label of a batch occurs equally often, and no example is drawn again before all
 * others of its label were.
 */
export class BalancedBatches {
  private readonly byLabel = new Map<string, number[]>();
  /** The examples of each label that this round has not drawn yet. */
  private readonly remaining = new Map<string, number[]>();
  private labels: string[] = [];

  constructor(
    labels: readonly string[],
    private readonly random: () => number,
  ) {
    labels.forEach((label, at) => this.byLabel.set(label, [...(this.byLabel.get(label) ?? []), at]));
  }

  /** Indexes of the examples. */
  next(): number[] {
    const labels = Math.min(this.byLabel.size, BATCH_SIZE / MIN_PER_LABEL);
    const each = Math.max(MIN_PER_LABEL, Math.floor(BATCH_SIZE / labels));
    return Array.from({ length: labels }, () => this.nextLabel()).flatMap((label) =>
      Array.from({ length: each }, () => this.nextOf(label)),
    );
  }

  private nextLabel(): string {
    if (this.labels.length === 0) this.labels = shuffled([...this.byLabel.keys()], this.random);
    return this.labels.pop()!;
  }

  private nextOf(label: string): number {
    const remaining = this.remaining.get(label) ?? [];
    if (remaining.length === 0) remaining.push(...shuffled(this.byLabel.get(label)!, this.random));
    this.remaining.set(label, remaining);
    return remaining.pop()!;
  }
}

/** The target cosine of each pair of a batch, and its weight: 1 for texts of the same label, 0 for others. */
export interface PairTargets {
  readonly same: Float32Array;
  readonly weight: Float32Array;
}

/** Pairs of one label and pairs of two labels weigh 0.5 in total each; a text paired with itself weighs 0. */
export function pairTargets(labels: readonly string[]): PairTargets {
  const size = labels.length;
  const same = new Float32Array(size * size);
  labels.forEach((label, row) =>
    labels.forEach((other, column) => (same[row * size + column] = Number(label === other))),
  );
  const alike = same.reduce((sum, value) => sum + value, 0) - size;
  const unlike = size * size - size - alike;
  const weight = same.map((value, at) => {
    if (at % (size + 1) === 0) return 0;
    return 0.5 / (value === 1 ? alike : unlike);
  });
  return { same, weight };
}
