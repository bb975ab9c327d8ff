import type { Buckets } from '@llmos/contracts';
import { SECONDS_BUCKETS } from '@llmos/telemetry';

/** The buckets of several histograms as one. */
export function sumOf(all: readonly Buckets[]): Buckets {
  const sum: Record<string, number> = {};
  for (const buckets of all) for (const [le, count] of Object.entries(buckets)) sum[le] = (sum[le] ?? 0) + count;
  return sum;
}

/** What was added since an earlier reading. */
export function addedSince(earlier: Buckets, now: Buckets): Buckets {
  return Object.fromEntries(Object.entries(now).map(([le, count]) => [le, Math.max(0, count - (earlier[le] ?? 0))]));
}

/**
 * A quantile, interpolated within its bucket as Prometheus' `histogram_quantile` does; in the last bucket, which has no
 * upper bound, the highest bound below it.
 *
 * @returns seconds; undefined if there are no values.
 */
export function quantileOf(buckets: Buckets, quantile: number): number | undefined {
  const bounds = Object.keys(buckets).map((le) => (le === '+Inf' ? Infinity : Number(le)));
  const sorted = bounds.filter((bound) => !Number.isNaN(bound)).sort((a, b) => a - b);
  const countOf = (bound: number) => buckets[bound === Infinity ? '+Inf' : String(bound)] ?? 0;
  const rank = quantile * sorted.reduce((sum, bound) => sum + countOf(bound), 0);
  let below = 0;
  for (const bound of sorted) {
    const count = countOf(bound);
    if (count > 0 && below + count >= rank) {
      const from = lowerBoundOf(bound);
      return bound === Infinity ? from : from + ((bound - from) * (rank - below)) / count;
    }
    below += count;
  }
  return undefined;
}

/** Empty buckets are absent, so the bounds are known here. */
function lowerBoundOf(bound: number): number {
  return SECONDS_BUCKETS.findLast((lower) => lower < bound) ?? 0;
}
