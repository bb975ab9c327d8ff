import { fitLogisticRegression } from '@llmos/learning';
import type { TrainingRow } from './trainer.js';

export const STEPS = { maxIterations: 150, gradientTolerance: 1e-5 };
/** Above any logit. */
const CERTAIN_LOGIT = 1e6;
/** Sources with fewer held-out benign texts say too little of their false alarms. */
const MIN_BENIGN_A_SOURCE = 20;

/** A row and what a head that had not seen it made of it. */
export interface HeldOut {
  readonly row: TrainingRow;
  readonly logit: number;
}

/** Platt's two numbers by the same regression on one feature, and the threshold from the benign rows. */
export function calibrate(held: readonly HeldOut[], falseAlarms: number) {
  const platt = fitLogisticRegression(
    {
      rows: held.map(({ logit }) => ({ indexes: Int32Array.of(0), values: Float64Array.of(logit) })),
      labels: Int32Array.from(held, ({ row }) => Number(row.attack)),
      features: 1,
      classes: 2,
    },
    { inversePenalty: 1e3, ...STEPS },
  );
  const slope = platt.weights[1]! - platt.weights[0]!;
  const benign = highestByDocument(held.filter(({ row }) => !row.attack));
  const attacks = highestByDocument(held.filter(({ row }) => row.attack));
  const limit = limitFor(benign, falseAlarms);
  const share = (texts: readonly Judged[]) => texts.filter(({ logit }) => logit >= limit).length / texts.length;
  const figures = {
    recall: share(attacks),
    falseAlarms: share(benign),
    attacks: attacks.length,
    benign: benign.length,
  };
  // The shift moves the threshold to 0.5 and leaves the slope as calibrated.
  return { slope, shift: -slope * limit, figures };
}

interface Judged {
  readonly logit: number;
  readonly source: string;
}

/**
 * The lowest limit at which, on average over the sources, no more than `share` of the benign texts alarm: a large source
 * of easy texts does not pay for a small one of hard ones.
 */
function limitFor(benign: readonly Judged[], share: number): number {
  const bySource = Map.groupBy(benign, ({ source }) => source);
  const groups = [...bySource.values()].filter(({ length }) => length >= MIN_BENIGN_A_SOURCE);
  const weighed = (groups.length > 0 ? groups : [benign]).flatMap((group) =>
    group.map(({ logit }) => ({ logit, weight: 1 / group.length / Math.max(1, groups.length) })),
  );
  const sorted = weighed.sort((a, b) => b.logit - a.logit);
  let alarms = 0;
  const first = sorted.findIndex(({ weight }) => (alarms += weight) > share + 1e-9);
  const [last, quiet] = [sorted[first - 1]?.logit, sorted[first]?.logit ?? 0];
  return last === undefined || last >= CERTAIN_LOGIT ? quiet + 1e-6 : (last + quiet) / 2;
}

/** A text is judged by its worst window, so that is what the threshold is chosen on; rules that decide alone count most. */
function highestByDocument(held: readonly HeldOut[]): Judged[] {
  const highest = new Map<number, Judged>();
  for (const { row, logit: own } of held) {
    const logit = row.certain ? CERTAIN_LOGIT : own;
    const before = highest.get(row.document);
    if (!before || logit > before.logit) highest.set(row.document, { logit, source: row.source });
  }
  return [...highest.values()];
}
