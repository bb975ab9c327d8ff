/**
 * Compares EASE^R and iALS with published figures on the same splits: Ferrari Dacrema et al., "A Troubling
 * Analysis of Reproducibility and Progress in Recommender Systems Research", ACM TOIS 39(2), additional material. The
 * settings are from that paper; nothing is tuned here. The splits may not be redistributed: pass their folders.
 *
 *     node test/bench/recommender-published.ts --mcrec <folder with ml-100k.train.rating and ml-100k.test.rating>
 *     node test/bench/recommender-published.ts --spectral <folder with train_users.dat and test_users.dat>
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

const from = (path: string) => new URL(`../../apps/recommender/dist/${path}`, import.meta.url).href;
type TrainingSets = typeof import('../../apps/recommender/src/training/training-set.js');
type Training = typeof import('../../apps/recommender/src/training/train-model.js');
type ModelFile = typeof import('../../apps/recommender/src/model/model-file.js');

const { prepareRows } = (await import(from('training/training-set.js'))) as TrainingSets;
const { trainModel } = (await import(from('training/train-model.js'))) as Training;
const { viewModel } = (await import(from('model/model-file.js'))) as ModelFile;

interface Split {
  readonly rows: readonly { readonly user: string; readonly item: string }[];
  readonly test: ReadonlyMap<string, readonly string[]>;
}
type Settings = Parameters<typeof trainModel>[1];

/** Precision, recall and NDCG at `cutoff` among all items outside the training set, averaged over all test users. */
async function measure({ rows, test }: Split, settings: Settings, cutoff: number): Promise<Record<string, number>> {
  const unhurried = { pause: () => Promise.resolve(), checkpoint: () => undefined };
  const model = viewModel(await trainModel(prepareRows(rows), settings, unhurried, { threads: 2 }));
  const had = Map.groupBy(rows, ({ user }) => user);
  const sums = { precision: 0, recall: 0, ndcg: 0 };
  for (const [user, wanted] of test) {
    const items = Uint32Array.from(new Set((had.get(user) ?? []).map(({ item }) => model.indexOf(item)!)));
    const scores = model.scores({ items, weights: new Float32Array(items.length).fill(1) });
    const own = new Set(items);
    const order = [...scores.keys()].filter((item) => !own.has(item)).sort((a, b) => scores[b]! - scores[a]!);
    const hits = order.slice(0, cutoff).map((item) => wanted.includes(model.items[item]!));
    const gain = (rank: number) => 1 / Math.log2(rank + 2);
    const found = hits.filter(Boolean).length;
    sums.precision += found / cutoff;
    sums.recall += found / wanted.length;
    sums.ndcg +=
      hits.reduce((sum, hit, rank) => sum + (hit ? gain(rank) : 0), 0) /
      wanted.reduce((sum, _, rank) => sum + gain(rank), 0);
  }
  return Object.fromEntries(Object.entries(sums).map(([name, sum]) => [name, Number((sum / test.size).toFixed(4))]));
}

const lists = (file: string) =>
  new Map(
    readFileSync(file, 'utf8')
      .trim()
      .split('\n')
      .map((line) => line.trim().split(/\s+/))
      .map(([user = '', ...items]) => [user, items]),
  );
const print = (value: object) => process.stdout.write(`${JSON.stringify(value)}\n`);
const mean = (all: readonly Record<string, number>[]) =>
  Object.fromEntries(
    Object.keys(all[0]!).map((name) => [name, all.reduce((sum, one) => sum + one[name]!, 0) / all.length]),
  );

const { values } = parseArgs({ options: { mcrec: { type: 'string' }, spectral: { type: 'string' } } });
if (values.mcrec !== undefined) {
  const folder = values.mcrec;
  const rows = readFileSync(join(folder, 'ml-100k.train.rating'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => line.split('\t'))
    .map(([user = '', item = '']) => ({ user, item }));
  const split = { rows, test: lists(join(folder, 'ml-100k.test.rating')) };
  const ease = await measure(split, { algorithm: 'ease', regularisation: 458 }, 10);
  print({
    what: 'MCRec, ML-100K, EASE^R @10',
    ours: ease,
    published: { precision: 0.3739, recall: 0.243, ndcg: 0.2905 },
  });
  const ials = { algorithm: 'ials', factors: 15, unobservedWeight: 144.7, regularisation: 2e-7, sweeps: 10 } as const;
  const runs: Record<string, number>[] = [];
  for (let seed = 1; seed <= 10; seed++) runs.push(await measure(split, { ...ials, seed }, 10));
  const published = { precision: 0.3596, recall: 0.2283, ndcg: 0.2759 };
  print({ what: 'MCRec, ML-100K, iALS @10, mean of 10 seeds', ours: mean(runs), published });
}
if (values.spectral !== undefined) {
  const train = lists(join(values.spectral, 'train_users.dat'));
  const rows = [...train].flatMap(([user, items]) => items.map((item) => ({ user, item })));
  const split = { rows, test: lists(join(values.spectral, 'test_users.dat')) };
  const ease = await measure(split, { algorithm: 'ease', regularisation: 292 }, 20);
  print({ what: 'SpectralCF, ML-1M, EASE^R @20', ours: ease, published: { recall: 0.0956 } });
  // The paper weighs an interaction 1 + 1.7077 ln(1 + 1 / 0.001) = 1 + 11.798, everything else 1, with a penalty of 1e-5
  // for each row. This implementation weighs everything α₀ and an interaction 1 more: divide by 11.798. The penalty of a
  // row is λ (interactions + α₀ · 6,014 users); α₀ · 6,014 = 510 is the larger part: λ = 1e-5 / 11.798 / 510.
  const ials = {
    algorithm: 'ials',
    factors: 22,
    unobservedWeight: 1 / 11.798,
    regularisation: 1.66e-9,
    sweeps: 75,
  } as const;
  const runs: Record<string, number>[] = [];
  for (let seed = 1; seed <= 10; seed++) runs.push(await measure(split, { ...ials, seed }, 20));
  print({ what: 'SpectralCF, ML-1M, iALS @20, mean of 10 seeds', ours: mean(runs), published: { recall: 0.0868 } });
}
