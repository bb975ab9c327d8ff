import { fitLogisticRegression } from '@llmos/learning';
import type { TrainingRow } from './first-head-trainer.ts';

export const STEPS = { maxIterations: 150, gradientTolerance: 1e-5 };
/** Higher than any logit of a head. */
const CERTAIN_LOGIT = 1e6;
/** Sources with fewer held-out benign texts are too small for a rate of false alarms. */
const MIN_BENIGN_A_SOURCE = 20;

/** A row, and its logit by a head that was not fitted to it; minus infinity: not judged, and harmless. */
export interface HeldOut {
  readonly row: Pick<TrainingRow, 'attack' | 'certain' | 'reports' | 'source' | 'document'>;
  readonly logit: number;
}

/**
 * Fits slope and shift by a logistic regression on the logit (Platt scaling), then shifts the threshold so that at most
 * `falseAlarms` of the benign texts reach it. Texts that report others' words do not count: they cannot become attacks.
 */
export function calibrate(held: readonly HeldOut[], falseAlarms: number) {
  const judged = held.filter(({ logit }) => Number.isFinite(logit));
  const platt = fitLogisticRegression(
    {
      rows: judged.map(({ logit }) => ({ indexes: Int32Array.of(0), values: Float64Array.of(logit) })),
      labels: Int32Array.from(judged, ({ row }) => Number(row.attack)),
      features: 1,
      classes: 2,
    },
    { inversePenalty: 1e3, ...STEPS },
  );
  const slope = platt.weights[1]! - platt.weights[0]!;
  const benign = highestByDocument(held.filter(({ row }) => !row.attack && !row.reports));
  const attacks = highestByDocument(held.filter(({ row }) => row.attack));
  const limit = limitFor(benign, falseAlarms);
  const share = (texts: readonly Judged[]) => texts.filter(({ logit }) => logit >= limit).length / texts.length;
  const figures = {
    recall: share(attacks),
    falseAlarms: share(benign),
    attacks: attacks.length,
    benign: benign.length,
  };
  // The shift puts the threshold at a score of 0.5 and keeps the fitted slope.
  return { slope, shift: -slope * limit, figures };
}

interface Judged {
  readonly logit: number;
  readonly source: string;
}

/**
 * The lowest limit at which, on average over the sources, at most `share` of the benign texts alarm. Each source counts
 * the same, so that a large source of easy texts does not hide a small source of hard ones.
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

/** The highest logit of the windows of each text; rules that decide alone count more than any logit. */
function highestByDocument(held: readonly HeldOut[]): Judged[] {
  const highest = new Map<number, Judged>();
  for (const { row, logit: own } of held) {
    const logit = row.certain ? CERTAIN_LOGIT : own;
    const before = highest.get(row.document);
    if (!before || logit > before.logit) highest.set(row.document, { logit, source: row.source });
  }
  return [...highest.values()];
}
