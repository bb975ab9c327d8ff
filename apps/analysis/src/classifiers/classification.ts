export interface ScoredLabel {
  readonly label: string;
  /** A probability; the probabilities of all labels sum to 1. */
  readonly confidence: number;
}

/** The best label of a text, with the scores of all labels. */
export interface Classification extends ScoredLabel {
  /** All labels, best first. */
  readonly scores: readonly ScoredLabel[];
}

/** Converts one score per label into probabilities (softmax), best first; ties keep the order of the labels. */
export function classificationOf(labels: readonly string[], logits: ArrayLike<number>): Classification {
  const largest = Array.from(logits).reduce((top, value) => Math.max(top, value), -Infinity);
  const weights = labels.map((_, at) => Math.exp((logits[at] ?? -Infinity) - largest));
  const total = weights.reduce((sum, value) => sum + value, 0);
  const scores = labels
    .map((label, at) => ({ label, confidence: (weights[at] ?? 0) / total }))
    .sort((a, b) => b.confidence - a.confidence);
  const [best = { label: '', confidence: 0 }] = scores;
  return { ...best, scores };
}

/** The scale for which softmax(scale · scores) has the least log-loss (golden-section search). */
export function calibratedScale(scores: readonly Float64Array[], targets: ArrayLike<number>): number {
  const loss = (log: number) =>
    scores.reduce((sum, row, at) => sum + logLossOf(row, targets[at] ?? 0, Math.exp(log)), 0) / scores.length;
  let [low, high] = [Math.log(0.1), Math.log(200)];
  const ratio = (Math.sqrt(5) - 1) / 2;
  for (let step = 0; step < 40; step++) {
    const [left, right] = [high - ratio * (high - low), low + ratio * (high - low)];
    if (loss(left) < loss(right)) high = right;
    else low = left;
  }
  return Math.exp((low + high) / 2);
}

function logLossOf(row: Float64Array, target: number, scale: number): number {
  const largest = row.reduce((top, value) => Math.max(top, value), -Infinity);
  const total = row.reduce((sum, value) => sum + Math.exp(scale * (value - largest)), 0);
  return Math.log(total) - scale * ((row[target] ?? 0) - largest);
}
