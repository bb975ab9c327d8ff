import { Gemm } from './gemm.js';
import type { ResolvedSettings } from './settings.js';
import { negateInverse } from './symmetric-inverse.js';
import { SymmetricMatrix } from './symmetric-matrix.js';
import { emptyRows, writeRow, type Rows } from './trained-model.js';
import type { TrainingControl } from './training-control.js';
import type { TrainingSet } from './training-set.js';

/** A cancellation takes effect after this many users. */
const USERS_PER_PART = 2_000;

/**
 * EASE^R (Steck 2019, "Embarrassingly Shallow Autoencoders for Sparse Data"): the item-item weights B that best
 * predict each user's items from their other items, in closed form. With P = (XᵀX + λI)⁻¹: B_ij = −P_ij / P_jj, B_jj =
 * 0.
 *
 * Row i of the result is what item i in a history adds to the score of every item.
 */
export async function trainEase(
  set: TrainingSet,
  settings: ResolvedSettings,
  threads: number,
  control: TrainingControl,
): Promise<Rows> {
  const gram = await gramOf(set, settings.regularisation, control);
  const gemm = await Gemm.open(threads);
  try {
    await negateInverse(gram, gemm, (done, total) => control.pause({ stage: 'inverting', done, total }));
  } finally {
    await gemm.close();
  }
  return weights(gram, control);
}

/** XᵀX + λI; XᵀX is the number of users with both items. */
async function gramOf(set: TrainingSet, penalty: number, control: TrainingControl): Promise<SymmetricMatrix> {
  const users = set.offsets.length - 1;
  const gram = new SymmetricMatrix(set.items.length);
  for (let u = 0; u < users; u++) {
    if (u % USERS_PER_PART === 0) await control.pause({ stage: 'counting', done: u, total: users });
    const own = set.itemsOf.slice(set.offsets[u], set.offsets[u + 1]).sort();
    for (let i = 0; i < own.length; i++) for (let j = 0; j <= i; j++) gram.add(own[i]!, own[j]!, 1);
  }
  for (let item = 0; item < set.items.length; item++) gram.add(item, item, penalty);
  mirrorDiagonalBlocks(gram);
  return gram;
}

function mirrorDiagonalBlocks(a: SymmetricMatrix): void {
  a.panels.forEach((panel, p) => {
    const [start, width, height] = [a.startOf(p), a.endOf(p), a.heightOf(p)];
    for (let i = 0; i < height; i++)
      for (let j = 0; j < i; j++) panel[j * width + start + i] = panel[i * width + start + j]!;
  });
}

/** From −P: the signs of numerator and denominator both change, so B_ij = −(−P_ij) / (−P_jj). */
async function weights(negated: SymmetricMatrix, control: TrainingControl): Promise<Rows> {
  const size = negated.size;
  const rows = emptyRows(size, size);
  const factors = Float64Array.from({ length: size }, (_, item) => -1 / negated.at(item, item));
  const row = new Float64Array(size);
  for (let p = 0; p < negated.blocks; p++) {
    await control.pause({ stage: 'writing', done: p, total: negated.blocks });
    const [width, start] = [negated.heightOf(p), negated.startOf(p)];
    const columns = negated.columnsOf(p);
    for (let i = 0; i < width; i++) {
      for (let j = 0; j < size; j++) row[j] = columns[j * width + i]! * factors[j]!;
      row[start + i] = 0;
      writeRow(rows, start + i, row);
    }
  }
  return rows;
}
