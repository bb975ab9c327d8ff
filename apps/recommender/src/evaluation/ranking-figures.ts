import type { RankingFigures } from '@llmos/contracts/capabilities/recommender-training';

/** The figures of one user, in the order of `FIGURES`. */
export type UserFigures = readonly [hr10: number, ndcg10: number, recall20: number, recall50: number, mrr: number];

const FIGURES = ['hr10', 'ndcg10', 'recall20', 'recall50', 'mrr'] as const;
/** The quantile of the standard normal distribution for 95 %. */
const Z95 = 1.959964;

/**
 * The rank of each target, starting at 1: one more than the number of candidates with a higher score. Half of the
 * candidates with the same score count as higher, so that a model with equal scores for all items gains nothing.
 */
export function ranksOf(candidates: Float32Array, targetScores: readonly number[]): number[] {
  const sorted = candidates.slice().sort();
  return targetScores.map((score) => {
    const notHigher = firstAbove(sorted, score, true);
    const equal = notHigher - firstAbove(sorted, score, false);
    // One of the equal candidates is the target itself.
    return 1 + (sorted.length - notHigher) + Math.max(0, equal - 1) / 2;
  });
}

/**
 * The figures of one user from the ranks of the targets. HR@10: whether any target is among the first 10. NDCG@10:
 * with binary gains, relative to the best possible ranking. Recall@k: over min(k, targets), as in Liang et al. 2018.
 * MRR: the reciprocal rank of the first target.
 */
export function figuresOfUser(ranks: readonly number[]): UserFigures {
  const within = (k: number) => ranks.filter((rank) => rank <= k);
  const gain = within(10).reduce((sum, rank) => sum + discount(rank), 0);
  let best = 0;
  for (let rank = 1; rank <= Math.min(10, ranks.length); rank++) best += discount(rank);
  return [
    within(10).length > 0 ? 1 : 0,
    gain / best,
    within(20).length / Math.min(20, ranks.length),
    within(50).length / Math.min(50, ranks.length),
    1 / Math.min(...ranks),
  ];
}

/** Means over the users, with 95 % confidence intervals (normal approximation, limited to 0 … 1). */
export function summarise(users: readonly UserFigures[], items: number): RankingFigures {
  const means = FIGURES.map((_, figure) => mean(users.map((user) => user[figure]!)));
  const ci95 = FIGURES.map((name, figure): [string, [number, number]] => {
    const values = users.map((user) => user[figure]!);
    const half = Z95 * standardError(values, means[figure]!);
    return [name, [Math.max(0, means[figure]! - half), Math.min(1, means[figure]! + half)]];
  });
  const [hr10, ndcg10, recall20, recall50, mrr] = means as unknown as UserFigures;
  return { users: users.length, items, hr10, ndcg10, recall20, recall50, mrr, ci95: Object.fromEntries(ci95) };
}

function discount(rank: number): number {
  return 1 / Math.log2(rank + 1);
}

function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}

function standardError(values: readonly number[], average: number): number {
  if (values.length < 2) return 1;
  const squares = values.reduce((sum, value) => sum + (value - average) ** 2, 0);
  return Math.sqrt(squares / (values.length - 1) / values.length);
}

/** The first index in ascending numbers whose number is greater than the value, or (unless `orEqual`) equal to it. */
function firstAbove(sorted: Float32Array, value: number, orEqual: boolean): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! < value || (orEqual && sorted[middle] === value)) low = middle + 1;
    else high = middle;
  }
  return low;
}
