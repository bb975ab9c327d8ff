/** The result of measuring a version on held-out data. Higher values are better. */
export interface Measurement {
  readonly value: number;
  /** Half the width of the 95 % confidence interval. */
  readonly halfWidth: number;
  /** Independent samples, such as users. */
  readonly samples: number;
}

export interface Comparison {
  /** The name of the value, for the reason. */
  readonly metric: string;
  /** Replaces in any case. */
  readonly force: boolean;
}

/** With fewer samples the values are not compared. */
const MIN_SAMPLES = 20;

/**
 * Whether a new version replaces the serving one: yes, unless it is significantly worse on the same held-out data.
 * That is the case if the difference exceeds the root of the sum of the squared half-widths (a two-sided test of two
 * independent means; both are measured on the same samples, so the rule rather replaces).
 */
export function decideReplacement(
  candidate: Measurement,
  serving: Measurement | undefined,
  { metric, force }: Comparison,
): { replaced: boolean; reason: string } {
  if (!serving) return { replaced: true, reason: 'nothing was served before' };
  const values = `${metric} ${candidate.value.toFixed(4)}, serving version ${serving.value.toFixed(4)}`;
  if (force) return { replaced: true, reason: `forced: ${values}` };
  const samples = Math.min(candidate.samples, serving.samples);
  if (samples < MIN_SAMPLES) return { replaced: true, reason: `too few samples to compare (${samples}): ${values}` };
  const slack = Math.hypot(candidate.halfWidth, serving.halfWidth);
  return serving.value - candidate.value > slack
    ? { replaced: false, reason: `significantly worse: ${values}` }
    : { replaced: true, reason: `no worse: ${values}` };
}
