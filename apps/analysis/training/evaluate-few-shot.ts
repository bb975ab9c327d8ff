// Evaluates few-shot classifiers: node apps/analysis/training/evaluate-few-shot.ts --help (build first: nx build
// analysis).
import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { baseConfig, loadConfig } from '@llmos/config';
import { calibrationErrorOf } from '@llmos/learning';
import { CatalogEmbedder } from '@llmos/models';
import { parse } from 'csv-parse/sync';
import { z } from 'zod';
import { CatalogTunableEncoder } from '#src/adapters/catalog-tunable-encoder.adapter.js';
import { WorkerFewShotTrainer } from '#src/adapters/worker-few-shot-trainer.adapter.js';
import { ClassifierLearner } from '#src/classifiers/classifier-learner.js';
import { labelsOf, type FewShotClassifier } from '#src/classifiers/few-shot-classifier.js';
import { FineTuner } from '#src/tuning/fine-tuner.js';
import { readTuningFiles } from '#src/tuning/tuning-files.js';

const USAGE = `Measures the accuracy of few-shot classifiers on a labelled file.
  --data <file.csv>  columns text and label (or category); training examples are drawn from it
  --test <file.csv>  test on these rows instead of the remaining rows of --data
  --shots <n>        training examples per label (default: 8)
  --seeds <n>        number of draws; the result is their mean (default: 3)
  --limit <n>        test rows per label (default: 20)
  --frozen           never fine-tune the encoder`;

const rowsSchema = z.array(
  z
    .object({ text: z.string().min(1), label: z.string().optional(), category: z.string().optional() })
    .transform(({ text, label, category }) => ({ text, label: label ?? category ?? '' })),
);
type Row = z.infer<typeof rowsSchema>[number];

async function run(): Promise<void> {
  const { values } = parseArgs({
    options: {
      data: { type: 'string' },
      test: { type: 'string' },
      shots: { type: 'string', default: '8' },
      seeds: { type: 'string', default: '3' },
      limit: { type: 'string', default: '20' },
      frozen: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help || !values.data) return print(USAGE);
  const [shots, limit] = [Number(values.shots), Number(values.limit)];
  const { home, catalogPath } = loadConfig(baseConfig);
  const place = { model: 'minilm', home, catalogPath };
  const embedder = new CatalogEmbedder({ ...place, workers: 1 });
  await embedder.start(() => undefined);
  const trainer = new WorkerFewShotTrainer();
  const encoder = new CatalogTunableEncoder({ ...place, trains: true, maxTokens: 128 });
  const tuner = new FineTuner(encoder, trainer, async () => (await readTuningFiles()).layout);
  const learner = new ClassifierLearner({
    encoder: embedder,
    trainer,
    tuner: values.frozen ? { tune: () => Promise.resolve(undefined) } : tuner,
    onNotFineTuned: (error) => print(String(error)),
    tuningTimeoutMs: 3_600_000,
  });
  const embed = ({ update }: FewShotClassifier, texts: readonly string[]) =>
    update ? encoder.embed(texts, update) : embedder.embed(texts);
  try {
    const pool = await readRows(values.data);
    const fixed = values.test === undefined ? undefined : take(await readRows(values.test), limit, 0).taken;
    const draws = [];
    for (let seed = 1; seed <= Number(values.seeds); seed++) {
      const { taken, rest } = take(pool, shots, seed);
      const startedMs = performance.now();
      const { classifier, accuracy: leftOut } = await learner.learn(taken, labelsOf(taken), {});
      const seconds = (performance.now() - startedMs) / 1_000;
      const test = fixed ?? take(rest, limit, seed).taken;
      const texts = test.map(({ text }) => text);
      draws.push({ ...resultsOf(classifier, await embed(classifier, texts), test), leftOut, seconds });
    }
    const accuracy = draws.reduce((sum, draw) => sum + draw.accuracy, 0) / draws.length;
    print(JSON.stringify({ shots, draws, accuracy }));
  } finally {
    await Promise.all([embedder.close(), encoder.close()]);
  }
}

function resultsOf(classifier: FewShotClassifier, vectors: readonly Float32Array[], test: readonly Row[]) {
  const results = vectors.map((vector) => classifier.classify(vector));
  const right = results.map(({ label }, at) => label === test[at]?.label);
  const pairs = results.map(({ confidence }) => Float64Array.of(confidence, 0));
  const ece = calibrationErrorOf(
    pairs,
    Int32Array.from(right, (yes) => (yes ? 0 : 1)),
  );
  const sizeBytes = classifier.serialise().length;
  const tuned = classifier.update !== undefined;
  return { n: test.length, accuracy: right.filter(Boolean).length / right.length, tuned, ece, sizeBytes };
}

async function readRows(path: string): Promise<Row[]> {
  return rowsSchema.parse(parse(await readFile(path), { columns: true, skip_empty_lines: true, bom: true }));
}

/** The first `count` rows of each label in an order that depends only on the seed, and the remaining rows. */
function take(rows: readonly Row[], count: number, seed: number): { taken: Row[]; rest: Row[] } {
  let state = seed * 2_654_435_761;
  const next = (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state;
  };
  const order = rows.map((row) => ({ row, key: next() })).sort((a, b) => a.key - b.key);
  const counts = new Map<string, number>();
  const [taken, rest]: [Row[], Row[]] = [[], []];
  for (const { row } of order) {
    const seen = counts.get(row.label) ?? 0;
    (seen < count ? taken : rest).push(row);
    counts.set(row.label, seen + 1);
  }
  return { taken, rest };
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

if (import.meta.main) await run();
