import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { emptyRows, writeRow, type TrainedModel } from '../training/trained-model.js';
import { encodeModel, openModel, viewModel } from './model-file.js';
import { seededRandom, standardNormal } from '@llmos/learning';
import { gramOfVectors } from './factor-solver.js';

const name = { version: 'v1', createdAt: '2026-11-24T00:00:00.000Z' };

function trained(algorithm: 'ease' | 'ials', items: number, columns: number): TrainedModel {
  const random = seededRandom(items);
  const rows = emptyRows(items, columns);
  const values = Float32Array.from({ length: items * columns }, () => standardNormal(random));
  for (let item = 0; item < items; item++) writeRow(rows, item, values.subarray(item * columns, (item + 1) * columns));
  const gram = algorithm === 'ials' ? Float32Array.from(gramOfVectors(values, columns)) : new Float32Array(0);
  return {
    settings: { algorithm, regularisation: 0.1, factors: columns, sweeps: 1, unobservedWeight: 0.2, seed: 1 },
    users: 7,
    interactions: 99,
    items: Array.from({ length: items }, (_, item) => `Artikel ${item} 🫖`),
    counts: Uint32Array.from({ length: items }, (_, item) => item),
    rows,
    gram,
  };
}

describe('a model file', () => {
  let folder: string;
  let path: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'recommender-model-'));
    path = join(folder, 'model.bin');
  });
  afterEach(() => rm(folder, { recursive: true }));

  it.each([
    ['ease', 31, 31],
    ['ials', 1_500, 8],
  ] as const)('gives the same results from the file as from memory (%s)', async (algorithm, items, columns) => {
    const model = trained(algorithm, items, columns);
    await writeFile(path, encodeModel(model, name));
    const [file, memory] = [await openModel(path), viewModel(model, name)];
    const history = { items: Uint32Array.of(3, 17, 30), weights: Float32Array.of(1, 1, 2) };
    expect(file.info).toEqual(memory.info);
    expect(file.info).toMatchObject({ version: 'v1', algorithm, items, users: 7, interactions: 99 });
    expect(file.indexOf('Artikel 5 🫖')).toBe(5);
    expect(file.indexOf('toString')).toBeUndefined();
    expect(file.counts).toEqual(model.counts);
    expect(file.scores(history)).toEqual(memory.scores(history));
    expect(file.similarities(4)).toEqual(memory.similarities(4));
    const some = memory.similaritiesAmong(4, Uint32Array.of(9, 4, 30));
    [9, 4, 30].forEach((item, at) => expect(some[at]).toBeCloseTo(memory.similarities(4)[item]!, 5));
    expect(file.similaritiesAmong(4, Uint32Array.of(9, 4, 30))).toEqual(some);
    expect(file.contributions(history, [0, 9])).toEqual(memory.contributions(history, [0, 9]));
    file.close();
  });

  it.each(['ease', 'ials'] as const)('splits a score into the contributions of the history (%s)', (algorithm) => {
    const model = viewModel(trained(algorithm, 12, algorithm === 'ease' ? 12 : 4), name);
    const history = { items: Uint32Array.of(1, 5, 7), weights: Float32Array.of(1, 2, 1) };
    const scores = model.scores(history);
    const shares = model.contributions(history, [2, 9]);
    expect(shares[0]! + shares[1]! + shares[2]!).toBeCloseTo(scores[2]!, 3);
    expect(shares[3]! + shares[4]! + shares[5]!).toBeCloseTo(scores[9]!, 3);
  });

  it('is rejected if it is absent, truncated or another kind of file', async () => {
    await expect(openModel(path)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    const bytes = encodeModel(trained('ease', 9, 9), name);
    for (const wrong of [bytes.subarray(0, bytes.length - 2), bytes.subarray(0, 20), new Uint8Array(100)]) {
      await writeFile(path, wrong);
      await expect(openModel(path)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    }
  });
});
