/**
 * The share of positives detected at the lowest threshold at which at most `limit` of the negatives are detected too.
 * A score at or above the threshold is detected. NaN when either list is empty.
 */
export function recallAtFalseAlarms(positives: readonly number[], negatives: readonly number[], limit: number): number {
  if (positives.length === 0 || negatives.length === 0) return Number.NaN;
  const sorted = [...negatives].sort((a, b) => b - a);
  const allowed = Math.floor(limit * negatives.length + 1e-9);
  // The highest negative score that must stay undetected; the threshold lies just above it.
  const barrier = sorted[allowed] ?? Number.NEGATIVE_INFINITY;
  return positives.filter((score) => score > barrier).length / positives.length;
}
