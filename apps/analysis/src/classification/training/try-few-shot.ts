import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { baseConfig, loadConfig } from '@llmos/config';
import { calibrationErrorOf } from '@llmos/learning';
import { CatalogEmbedder } from '@llmos/models';
import { parse } from 'csv-parse/sync';
import { z } from 'zod';
import { CatalogTunableBody } from '../../adapters/catalog-tunable-body.adapter.js';
import { WorkerFewShotTeacher } from '../../adapters/worker-few-shot-teacher.adapter.js';
import { ClassifierLearner } from '../../classifiers/classifier-learner.js';
import { FineTuner } from '../../tuning/fine-tuner.js';
import { readTuningFiles } from '../../tuning/tuning-files.js';
import { labelsOf, type FewShotClassifier } from '../few-shot-classifier.js';

const USAGE = `Says how well few-shot classification does on a labelled file.
  --data <file.csv>   columns text and label (or category); examples are drawn from it
  --test <file.csv>   tried on these rows instead of the rest of --data
  --shots <n>         examples a label (default 8)
  --seeds <n>         draws, averaged (default 3)
  --limit <n>         rows tried a label (default 20)
  --frozen            never fine-tunes the encoder`;

const rowsSchema = z.array(
  z
    .object({ text: z.string().min(1), label: z.string().optional(), category: z.string().optional() })
    .transform(({ text, label, category }) => ({ text, label: label ?? category ?? '' })),
);
type Row = z.infer<typeof rowsSchema>[number];

async function main(): Promise<void> {
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
  const embedder = new CatalogEmbedder({
    model: 'minilm',
    home,
    catalogPath,
    workers: 1,
  });
  await embedder.start(() => undefined);
  const teacher = new WorkerFewShotTeacher();
  const body = new CatalogTunableBody({ model: 'minilm', home, catalogPath, learns: true, maxTokens: 128 });
  const tuner = new FineTuner(body, teacher, async () => (await readTuningFiles()).layout);
  const learner = new ClassifierLearner({
    encoder: embedder,
    teacher,
    tuner: values.frozen ? { tune: () => Promise.resolve(undefined) } : tuner,
    onNotFineTuned: (error) => print(String(error)),
    patienceMs: 3_600_000,
  });
  const judge = ({ update }: FewShotClassifier, texts: readonly string[]) =>
    update ? body.embed(texts, update) : embedder.embed(texts);
  try {
    const pool = await readRows(values.data);
    const fixed = values.test === undefined ? undefined : take(await readRows(values.test), limit, 0).taken;
    const tries = [];
    for (let seed = 1; seed <= Number(values.seeds); seed++) {
      const { taken, rest } = take(pool, shots, seed);
      const begun = performance.now();
      const { classifier, accuracy: leftOut } = await learner.learn(taken, labelsOf(taken), {});
      const seconds = (performance.now() - begun) / 1_000;
      const tried = fixed ?? take(rest, limit, seed).taken;
      const vectors = await judge(
        classifier,
        tried.map(({ text }) => text),
      );
      tries.push({ ...resultsOf(classifier, vectors, tried), leftOut, seconds });
    }
    print(JSON.stringify({ shots, tries, accuracy: tries.reduce((sum, one) => sum + one.accuracy, 0) / tries.length }));
  } finally {
    await Promise.all([embedder.close(), body.close()]);
  }
}

function resultsOf(classifier: FewShotClassifier, vectors: readonly Float32Array[], tried: readonly Row[]) {
  const results = vectors.map((vector) => classifier.classify(vector));
  const right = results.map(({ label }, at) => label === tried[at]?.label);
  const pairs = results.map(({ confidence }) => Float64Array.of(confidence, 0));
  const ece = calibrationErrorOf(
    pairs,
    Int32Array.from(right, (yes) => (yes ? 0 : 1)),
  );
  const sizeBytes = classifier.serialise().length;
  const tuned = classifier.update !== undefined;
  return { n: tried.length, accuracy: right.filter(Boolean).length / right.length, tuned, ece, sizeBytes };
}

async function readRows(path: string): Promise<Row[]> {
  return rowsSchema.parse(parse(await readFile(path), { columns: true, skip_empty_lines: true, bom: true }));
}

/** The first rows of each label in an order that depends on the seed alone, and the rest. */
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

await main();
