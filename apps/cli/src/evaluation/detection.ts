import { areaUnderRoc } from '@llmos/learning';

export { areaUnderRoc as auroc };

/**
 * The share of positives found by the lowest threshold at which at most `limit` of the negatives are taken for
 * positives too ("at or above the threshold" is found). NaN when either list is empty.
 */
export function recallAtFalseAlarms(positives: readonly number[], negatives: readonly number[], limit: number): number {
  const share = (scores: readonly number[], threshold: number) =>
    scores.filter((score) => score >= threshold).length / scores.length;
  if (positives.length === 0 || negatives.length === 0) return Number.NaN;
  const sorted = [...negatives].sort((a, b) => b - a);
  const allowed = Math.floor(limit * negatives.length + 1e-9);
  // Everything above the first negative that may no longer pass.
  const barrier = sorted[allowed] ?? Number.NEGATIVE_INFINITY;
  const passing = positives.filter((score) => score > barrier);
  return passing.length === 0 ? 0 : share(positives, Math.min(...passing));
}
