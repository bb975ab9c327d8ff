import { fitLogisticRegression } from '@llmos/learning';

/** A piece of speech as the recogniser heard it. */
export interface Example {
  /** The mean of the encoder's states. */
  readonly state: Float32Array;
  readonly confidence: number;
  readonly isEnglish: boolean;
}

/** A logistic regression whose positive class is the other languages. */
export interface HeadWeights {
  readonly weights: number[];
  /** Of the logarithm of the confidence. */
  readonly confidenceWeight: number;
  readonly bias: number;
}

/** The confidence says more than any one value of the state: its penalty is weaker by the square of this. */
const CONFIDENCE_SCALE = 6;
/** C of the regression over standardised values; chosen by cross-validation over voices and languages. */
const INVERSE_PENALTY = 0.1;

/** Fits the head to the examples; both classes weigh the same. */
export function fitHead(examples: readonly Example[]): HeadWeights {
  const rows = examples.map(({ state, confidence }) => Float64Array.from([...state, Math.log(confidence)]));
  const size = rows[0]?.length ?? 0;
  const scale = scaleOf(rows, size);
  const indexes = Int32Array.from({ length: size }, (_, i) => i);
  const balanced = balance(examples, rows);
  const { weights, bias } = fitLogisticRegression(
    {
      rows: balanced.map(({ row }) => ({ indexes, values: row.map((value, i) => scale(value, i)) })),
      labels: Int32Array.from(balanced, ({ isEnglish }) => (isEnglish ? 0 : 1)),
      features: size,
      classes: 2,
    },
    { inversePenalty: INVERSE_PENALTY, maxIterations: 300, gradientTolerance: 1e-5 },
  );
  // The difference of the two classes; then the scaling is folded into the weights.
  const slopes = Array.from({ length: size }, (_, i) => (weights[2 * i + 1] as number) - (weights[2 * i] as number));
  const folded = slopes.map((slope, i) => slope * (scale(1, i) - scale(0, i)));
  const offset = slopes.reduce((sum, slope, i) => sum + slope * scale(0, i), (bias[1] as number) - (bias[0] as number));
  return { weights: folded.slice(0, -1), confidenceWeight: folded.at(-1) ?? 0, bias: offset };
}

/** Standardises each value; the last one, of the confidence, is made larger. */
function scaleOf(rows: readonly Float64Array[], size: number): (value: number, i: number) => number {
  const means = Float64Array.from({ length: size }, (_, i) => mean(rows, (row) => row[i] as number));
  const deviations = means.map((m, i) => Math.sqrt(mean(rows, (row) => ((row[i] as number) - m) ** 2)) + 1e-6);
  return (value, i) =>
    ((value - (means[i] as number)) / (deviations[i] as number)) * (i === size - 1 ? CONFIDENCE_SCALE : 1);
}

function mean(rows: readonly Float64Array[], of: (row: Float64Array) => number): number {
  return rows.reduce((sum, row) => sum + of(row), 0) / rows.length;
}

/** Repeats examples of the smaller class until both are about as many. */
function balance(
  examples: readonly Example[],
  rows: readonly Float64Array[],
): { readonly row: Float64Array; readonly isEnglish: boolean }[] {
  const all = examples.map(({ isEnglish }, i) => ({ row: rows[i] as Float64Array, isEnglish }));
  const [smaller, larger] = [true, false]
    .map((isEnglish) => all.filter((each) => each.isEnglish === isEnglish))
    .sort((a, b) => a.length - b.length) as [typeof all, typeof all];
  return [...larger, ...larger.map((_, i) => smaller[i % smaller.length]).filter((each) => each !== undefined)];
}
