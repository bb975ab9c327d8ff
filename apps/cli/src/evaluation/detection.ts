/**
 * Area under the ROC curve: how often a positive scores above a negative, ties counting half (the Mann-Whitney
 * statistic; Hanley and McNeil, 1982). NaN when either list is empty.
 */
export function auroc(positives: readonly number[], negatives: readonly number[]): number {
  const all = [
    ...positives.map((score) => ({ score, positive: true })),
    ...negatives.map((score) => ({ score, positive: false })),
  ].sort((a, b) => a.score - b.score);
  let rankSum = 0;
  for (let start = 0; start < all.length;) {
    let end = start;
    while (end < all.length && all[end]!.score === all[start]!.score) end++;
    // Ranks count from 1; equal scores share the mean of theirs.
    const meanRank = (start + 1 + end) / 2;
    rankSum += meanRank * all.slice(start, end).filter(({ positive }) => positive).length;
    start = end;
  }
  const { length: n } = positives;
  return (rankSum - (n * (n + 1)) / 2) / (n * negatives.length);
}

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
