import type { RankingFigures } from '@llmos/contracts/capabilities/recommender';

/** Below this many measured users, figures say nothing. */
const MIN_MEASURED_USERS = 20;

/**
 * Whether a new model takes over: unless its NDCG@10 is significantly lower than the serving one's on the same held-out
 * interactions, which is when the difference exceeds the root of the sum of the squared half-widths of both 95 %
 * intervals (a two-sided test of two independent means; both are of the same users, so it errs towards replacing).
 */
export function decideReplacement(
  candidate: RankingFigures,
  serving: RankingFigures | undefined,
  force: boolean,
): { replaced: boolean; reason: string } {
  if (!serving) return { replaced: true, reason: 'nothing was served before' };
  const figures = `NDCG@10 ${candidate.ndcg10.toFixed(4)} against ${serving.ndcg10.toFixed(4)} of the serving model`;
  if (force) return { replaced: true, reason: `asked for whatever the figures say: ${figures}` };
  const users = Math.min(candidate.users, serving.users);
  if (users < MIN_MEASURED_USERS)
    return { replaced: true, reason: `${users} users can be measured, too few to tell the two apart: ${figures}` };
  const slack = Math.hypot(halfWidth(candidate), halfWidth(serving));
  const isWorse = serving.ndcg10 - candidate.ndcg10 > slack;
  return isWorse
    ? { replaced: false, reason: `significantly worse: ${figures}` }
    : { replaced: true, reason: `no worse: ${figures}` };
}

function halfWidth({ ci95 }: RankingFigures): number {
  const [low, high] = ci95['ndcg10'] ?? [0, 0];
  return (high - low) / 2;
}
