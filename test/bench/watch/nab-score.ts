/**
 * The score of the Numenta Anomaly Benchmark, from its published description: A. Lavin, S. Ahmad, «Evaluating Real-time
 * Anomaly Detection Algorithms: the Numenta Anomaly Benchmark», IEEE ICMLA 2015 (arXiv 1510.03336), section II.
 * Written anew; `watch.bench.ts check` compares it with the scores that the benchmark publishes for its detectors.
 */

/** What counts: a window found, a window missed, an alert outside all windows. */
export interface Profile {
  readonly truePositive: number;
  readonly falseNegative: number;
  readonly falsePositive: number;
}

/** The three application profiles of the benchmark, version 1.1. */
export const PROFILES = {
  standard: { truePositive: 1, falseNegative: 1, falsePositive: 0.11 },
  reward_low_FP_rate: { truePositive: 1, falseNegative: 1, falsePositive: 0.22 },
  reward_low_FN_rate: { truePositive: 1, falseNegative: 2, falsePositive: 0.11 },
} as const satisfies Record<string, Profile>;
export type ProfileName = keyof typeof PROFILES;

/** First and last point of a labelled anomaly, both inside. */
export type Window = readonly [first: number, last: number];

/** One series with its labels and what a detector said of each point. */
export interface ScoredSeries {
  readonly name: string;
  readonly windows: readonly Window[];
  /** 0 to 1 for each point. */
  readonly scores: ArrayLike<number>;
}

const PROBATION_SHARE = 0.15;
/** Long series have no more probation than one of so many points. */
const PROBATION_OF_AT_MOST = 5_000;
/** Farther than so many window lengths behind a window, an alert counts as wholly false. */
const FAR = 3;

/** How many points at the start a detector may learn from without being scored. */
export const probationOf = (points: number) => Math.floor(PROBATION_SHARE * Math.min(points, PROBATION_OF_AT_MOST));

/** The worth of an alert at a place relative to a window: near 1 at its start (−1), 0 at its end, −1 far behind it. */
function worthAt(place: number): number {
  return place > FAR ? -1 : 2 / (1 + Math.exp(5 * place)) - 1;
}

interface Alert {
  readonly score: number;
  /** Its window, or undefined outside all. */
  readonly window: number | undefined;
  readonly worth: number;
}

/** All points of a corpus behind their probation, the highest score first. */
function alertsOf(corpus: readonly ScoredSeries[]): { readonly alerts: Alert[]; readonly windows: number } {
  const alerts: Alert[] = [];
  let windows = 0;
  for (const series of corpus) {
    const { length } = series.scores;
    let at = 0;
    for (let point = probationOf(length); point < length; point++) {
      while (at < series.windows.length && series.windows[at]![1] < point) at++;
      alerts.push({ score: series.scores[point]!, ...placeOf(series.windows, at, windows, point) });
    }
    windows += series.windows.length;
  }
  return { alerts: alerts.sort((a, b) => b.score - a.score), windows };
}

function placeOf(windows: readonly Window[], at: number, offset: number, point: number): Omit<Alert, 'score'> {
  const current = windows[at];
  if (current && current[0] <= point) {
    const worth = worthAt(-(current[1] - point + 1) / (current[1] - current[0] + 1)) / worthAt(-1);
    return { window: offset + at, worth };
  }
  const before = windows[at - 1];
  if (!before) return { window: undefined, worth: -1 };
  return { window: undefined, worth: worthAt((point - before[1]) / (before[1] - before[0])) };
}

export interface CorpusScore {
  /** 100: each window found at its first point and no false alert; 0: no alert at all. */
  readonly score: number;
  readonly threshold: number;
}

/**
 * The score of a corpus with the threshold that is best for it, or with a given one. Within a window only the best alert
 * counts.
 */
export function scoreCorpus(corpus: readonly ScoredSeries[], profile: Profile, given?: number): CorpusScore {
  const { alerts, windows } = alertsOf(corpus);
  const none = -profile.falseNegative * windows;
  const found = new Map<number, number>();
  let [sum, best] = [none, { sum: none, threshold: Infinity }];
  for (let at = 0; at < alerts.length;) {
    const { score } = alerts[at]!;
    if (given !== undefined && score < given) break;
    for (; at < alerts.length && alerts[at]!.score === score; at++) sum += gainOf(alerts[at]!, found, profile);
    if (given !== undefined || sum > best.sum) best = { sum, threshold: given ?? score };
  }
  const perfect = profile.truePositive * windows;
  return { score: (100 * (best.sum - none)) / (perfect - none), threshold: best.threshold };
}

/** What one more alert changes. */
function gainOf({ window, worth }: Alert, found: Map<number, number>, profile: Profile): number {
  if (window === undefined) return profile.falsePositive * worth;
  const before = found.get(window);
  if (before !== undefined && before >= worth) return 0;
  found.set(window, worth);
  return profile.truePositive * (worth - (before ?? 0)) + (before === undefined ? profile.falseNegative : 0);
}
