import { shuffled } from '@llmos/learning';

/** Examples of a batch: enough pairs of each kind, small enough that a step takes a fraction of a second. */
const BATCH = 16;
const LEAST_OF_A_LABEL = 2;

/** Deals the examples out in batches: every label of a batch alike often, no example again before its label's others. */
export class BalancedBatches {
  private readonly byLabel = new Map<string, number[]>();
  private readonly piles = new Map<string, number[]>();
  private labels: string[] = [];

  constructor(
    labels: readonly string[],
    private readonly random: () => number,
  ) {
    labels.forEach((label, at) => this.byLabel.set(label, [...(this.byLabel.get(label) ?? []), at]));
  }

  /** Places of the examples in the list that the labels came in. */
  deal(): number[] {
    const labels = Math.min(this.byLabel.size, BATCH / LEAST_OF_A_LABEL);
    const each = Math.max(LEAST_OF_A_LABEL, Math.floor(BATCH / labels));
    return Array.from({ length: labels }, () => this.nextLabel()).flatMap((label) =>
      Array.from({ length: each }, () => this.nextOf(label)),
    );
  }

  private nextLabel(): string {
    if (this.labels.length === 0) this.labels = shuffled([...this.byLabel.keys()], this.random);
    return this.labels.pop()!;
  }

  private nextOf(label: string): number {
    const pile = this.piles.get(label) ?? [];
    if (pile.length === 0) pile.push(...shuffled(this.byLabel.get(label)!, this.random));
    this.piles.set(label, pile);
    return pile.pop()!;
  }
}

/** What the pairs of a batch teach: texts of one label point the same way, others at a right angle. */
export interface PairTargets {
  readonly same: Float32Array;
  readonly weight: Float32Array;
}

/** Both kinds of pairs count alike, however many there are of each; a text with itself teaches nothing. */
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
