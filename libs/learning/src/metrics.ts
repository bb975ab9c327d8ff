/** The share of rows in which the label has the highest score. */
export function accuracyOf(scores: readonly Float64Array[], labels: Int32Array): number {
  return scores.filter((row, at) => argmax(row) === labels[at]).length / scores.length;
}

export function argmax(values: Float64Array): number {
  return values.reduce((best, value, at) => (value > values[best]! ? at : best), 0);
}

/** Mean negative log-probability of the labels, in nats. */
export function logLossOf(probabilities: readonly Float64Array[], labels: Int32Array): number {
  return (
    probabilities.reduce((sum, row, at) => sum - Math.log(Math.max(row[labels[at]!]!, 1e-12)), 0) / probabilities.length
  );
}

const BINS = 15;

/** Expected calibration error over 15 equal-width bins of the top probability (Guo et al. 2017); 0 is perfect. */
export function calibrationErrorOf(probabilities: readonly Float64Array[], labels: Int32Array): number {
  const confidence = new Float64Array(BINS);
  const right = new Float64Array(BINS);
  probabilities.forEach((row, at) => {
    const best = argmax(row);
    const bin = Math.min(BINS - 1, Math.floor(row[best]! * BINS));
    confidence[bin]! += row[best]!;
    right[bin]! += best === labels[at] ? 1 : 0;
  });
  return confidence.reduce((sum, value, bin) => sum + Math.abs(value - right[bin]!), 0) / probabilities.length;
}

/** The area under the ROC curve: how often a positive scores above a negative; ties count half. */
export function areaUnderRoc(positives: readonly number[], negatives: readonly number[]): number {
  const sorted = [...negatives].sort((a, b) => a - b);
  const below = (value: number, orEqual: boolean) => {
    let [low, high] = [0, sorted.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (sorted[middle]! < value || (orEqual && sorted[middle] === value)) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  const wins = positives.reduce((sum, value) => sum + (below(value, false) + below(value, true)) / 2, 0);
  return wins / (positives.length * negatives.length);
}

/** The quantile of the values at `share`, with linear interpolation. */
export function quantileOf(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const at = share * (sorted.length - 1);
  const low = Math.floor(at);
  return sorted[low]! + (at - low) * (sorted[Math.min(low + 1, sorted.length - 1)]! - sorted[low]!);
}
