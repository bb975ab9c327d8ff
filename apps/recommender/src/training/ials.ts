import { FactorSolver, gramOfVectors } from '../model/factor-solver.js';
import { seededRandom, standardNormal } from '@llmos/learning';
import { decodeCheckpoint, encodeCheckpoint, fingerprintOf } from './ials-checkpoint.js';
import type { ResolvedSettings } from './settings.js';
import { emptyRows, writeRow, type Rows } from './trained-model.js';
import type { TrainingControl } from './training-control.js';
import { countItems, type TrainingSet } from './training-set.js';

/** The rows of one side (users or items), and the rows of the other side that each has interactions with. */
interface Side {
  readonly rows: number;
  readonly offsets: Uint32Array;
  readonly others: Uint32Array;
}

/** A cancellation takes effect after this many rows. */
const ROWS_PER_PART = 500;
/** Standard deviation of the initial factors, divided by √d (Rendle et al. 2021). */
const START_DEVIATION = 0.1;

/**
 * Implicit alternating least squares (Hu, Koren & Volinsky 2008) as revisited by Rendle et al. 2021: weight 1 for
 * interactions, α₀ for all pairs, and a penalty in proportion to the frequency of a row,
 * λ (|touched| + α₀ · rows of the other side).
 *
 * Each sweep solves the users, then the items, and ends with a checkpoint from which a later run continues. The user
 * factors are dropped: at serving time, the factor of a user is computed from the history.
 */
export async function trainIals(
  set: TrainingSet,
  settings: ResolvedSettings,
  control: TrainingControl,
  checkpoint?: Uint8Array,
): Promise<{ rows: Rows; gram: Float32Array }> {
  const { factors, sweeps } = settings;
  const users: Side = { rows: set.offsets.length - 1, offsets: set.offsets, others: set.itemsOf };
  const items = transposed(set);
  const fingerprint = fingerprintOf(set, settings);
  const start = decodeCheckpoint(checkpoint, fingerprint, items.rows * factors);
  const itemFactors = start?.itemFactors ?? firstFactors(items.rows, settings);
  const userFactors = new Float32Array(users.rows * factors);
  const parts = sweeps * (users.rows + items.rows);
  for (let sweep = start?.sweep ?? 0; sweep < sweeps; sweep++) {
    const done = sweep * (users.rows + items.rows);
    const report = (rows: number) => control.pause({ stage: 'sweeping', done: done + rows, total: parts });
    await solveSide(users, userFactors, itemFactors, settings, report);
    await solveSide(items, itemFactors, userFactors, settings, (rows) => report(users.rows + rows));
    control.checkpoint(encodeCheckpoint(fingerprint, { sweep: sweep + 1, itemFactors }));
  }
  return encoded(itemFactors, factors);
}

async function solveSide(
  side: Side,
  own: Float32Array,
  other: Float32Array,
  { factors, regularisation, unobservedWeight }: ResolvedSettings,
  report: (rows: number) => Promise<void>,
): Promise<void> {
  const solver = new FactorSolver(factors);
  const gram = gramOfVectors(other, factors);
  const others = other.length / factors;
  for (let row = 0; row < side.rows; row++) {
    if (row % ROWS_PER_PART === 0) await report(row);
    const touched = side.others.subarray(side.offsets[row], side.offsets[row + 1]);
    const penalty = regularisation * (touched.length + unobservedWeight * others);
    own.set(solver.fold(touched, other, gram, { unobservedWeight, penalty }), row * factors);
  }
}

/** The users of each item. */
function transposed(set: TrainingSet): Side {
  const counts = countItems(set);
  const offsets = new Uint32Array(counts.length + 1);
  counts.forEach((count, item) => (offsets[item + 1] = offsets[item]! + count));
  const next = offsets.slice();
  const others = new Uint32Array(set.itemsOf.length);
  for (let user = 0; user + 1 < set.offsets.length; user++)
    for (let at = set.offsets[user]!; at < set.offsets[user + 1]!; at++) others[next[set.itemsOf[at]!]!++] = user;
  return { rows: counts.length, offsets, others };
}

function firstFactors(rows: number, { factors, seed }: ResolvedSettings): Float32Array {
  const random = seededRandom(seed);
  const deviation = START_DEVIATION / Math.sqrt(factors);
  return Float32Array.from({ length: rows * factors }, () => deviation * standardNormal(random));
}

function encoded(itemFactors: Float32Array, factors: number): { rows: Rows; gram: Float32Array } {
  const rows = emptyRows(itemFactors.length / factors, factors);
  for (let item = 0; item < rows.scales.length; item++)
    writeRow(rows, item, itemFactors.subarray(item * factors, (item + 1) * factors));
  return { rows, gram: Float32Array.from(gramOfVectors(itemFactors, factors)) };
}
