import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { baseConfig, loadConfig } from '@llmos/config';
import { attackRules } from '@llmos/guardrails';
import { CatalogEmbedder } from '@llmos/models';
import { encodeHead, writeHead } from '../head/head-file.js';
import { UPDATE_FILE, updatePathOf, writeTunedHead } from '../head/tuned-head.js';
import { ScreeningService } from '../screening.service.js';
import type { Encoder } from '../stages.js';
import { EmbeddingCache } from './embedding-cache.js';
import { figures, figuresOf, judgeAll } from './report.js';
import { readReportSets } from './report-sets.js';
import { SETTINGS, trainHead } from './trainer.js';
import {
  rowsOf,
  selectTexts,
  trainingWindows,
  withAttacksBehindRequests,
  withOrdersInDocuments,
  type Selection,
  type TrainingWindow,
} from './training-rows.js';
import { readTrainingTexts } from './training-sources.js';
import { trainTunedHead, TUNED_SETTINGS } from './tuned-trainer.js';
import { readUnseenSets } from './unseen-sets.js';

const EMBEDDING_MODEL = 'minilm';
const DIMENSIONS = 384;
const HEAD_NAME = 'injection-head';
const MODEL_NAME = 'injection-linear';
const TUNED_HEAD_NAME = 'tuned-injection-head';
const TUNED_MODEL_NAME = 'injection-cascade';
const MODEL_FOLDER = fileURLToPath(new URL('../../../model', import.meta.url));
const OWN_EXAMPLES = fileURLToPath(new URL('../../../training/screening-examples.jsonl', import.meta.url));

const USAGE = `Trains the screening heads and reports on sets that they did not see.
  --data <folder>   public sets, as the model card lists them (required)
  --out <folder>    where the heads go, and where ${UPDATE_FILE} lies (default: apps/security/model)
  --cache <file>    keep embeddings here between runs; those of the second stage in another beside it
  --workers <n>     embedding threads (default: 1)
  --export <file>   write the training windows for train_screening_body.py here, and stop
  --report-only     report on the heads in --out instead of training them
  --first-only      train and report without the second stage
  --misses <file>   write the misjudged texts of the report sets here`;

interface Encoders {
  readonly shared: EmbeddingCache;
  /** The fine-tuned encoder; absent with `--first-only`. */
  readonly second?: { readonly update: Update; readonly vectors: EmbeddingCache };
}

/** The command line of training; prints to standard output. */
export async function runTraining(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      data: { type: 'string' },
      out: { type: 'string', default: MODEL_FOLDER },
      cache: { type: 'string' },
      workers: { type: 'string', default: '1' },
      export: { type: 'string' },
      'report-only': { type: 'boolean', default: false },
      'first-only': { type: 'boolean', default: false },
      misses: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  const { data, out, cache, misses } = values;
  if (values.help || data === undefined) return print(USAGE);
  if (values.export !== undefined) return exportWindows(data, values.export);
  const path = updatePathOf(join(out, TUNED_HEAD_NAME));
  const update = values['first-only'] ? undefined : await readUpdate(path);
  const workers = Number(values.workers);
  const embedders = [openEmbedder(workers), ...(update ? [openEmbedder(workers, path)] : [])];
  const caches = [cache, cache && `${cache}.${update?.sha256.slice(0, 8)}`];
  try {
    const [shared, tuned] = await Promise.all(
      embedders.map(async (embedder, stage) => {
        await embedder.start(() => undefined);
        return EmbeddingCache.open(embedder, DIMENSIONS, caches[stage]);
      }),
    );
    const encoders: Encoders = { shared: shared!, second: update && tuned && { update, vectors: tuned } };
    if (!values['report-only']) await train(data, out, encoders);
    await report(data, out, encoders, misses);
  } finally {
    await Promise.all(embedders.map((embedder) => embedder.close()));
  }
}

interface Update {
  readonly bytes: Buffer;
  readonly sha256: string;
}

async function readUpdate(path: string): Promise<Update> {
  const bytes = await readFile(path).catch((cause: unknown) => {
    throw new Error(`${path} cannot be read. Make it with train_screening_body.py, or say --first-only.`, { cause });
  });
  return { bytes, sha256: createHash('sha256').update(bytes).digest('hex') };
}

async function select(folder: string): Promise<Selection> {
  const reported = await readReportSets(folder);
  return selectTexts(
    await readTrainingTexts(folder, OWN_EXAMPLES),
    reported.map(({ text }) => text),
  );
}

function windowsFrom({ texts }: Selection): TrainingWindow[] {
  return trainingWindows(withOrdersInDocuments(withAttacksBehindRequests(texts)));
}

async function exportWindows(folder: string, path: string): Promise<void> {
  const windows = windowsFrom(await select(folder));
  const lines = windows.map(({ text, label, side, document }) =>
    JSON.stringify({ text, attack: label === 'injection', side, document }),
  );
  await writeFile(path, lines.join('\n'));
  print(`${windows.length} windows are in ${path}`);
}

async function train(folder: string, out: string, { shared, second }: Encoders): Promise<void> {
  const selection = await select(folder);
  const { overlapping, repeated, perSource } = selection;
  const left = { overlapping, repeated, perSource };
  print(JSON.stringify(left));
  const windows = windowsFrom(selection);
  const rows = await rowsOf(windows, shared, print);
  const { weights, outOfFold, heldOut } = trainHead(rows);
  print(JSON.stringify({ rows: rows.length, grams: weights.vocabulary.length, heldOut }));
  const provenance = { embeddingModel: EMBEDDING_MODEL, rows: rows.length, settings: SETTINGS, texts: left, heldOut };
  const about = {
    model: MODEL_NAME,
    ruleIds: attackRules.map(({ id }) => id),
    provenance,
    binFile: `${HEAD_NAME}.bin`,
  };
  const first = encodeHead(weights, about);
  await writeHead(join(out, `${HEAD_NAME}.json`), first);
  if (!second) return;
  const texts = windows.map(({ text }) => text);
  const vectors = await second.vectors.embed(texts, print);
  const firstLogits = new Map(outOfFold.map(({ row, logit }) => [row, logit]));
  const tuned = trainTunedHead(
    rows.map((row, at) => ({ row, tuned: vectors[at]!, firstLogit: firstLogits.get(row)! })),
  );
  print(JSON.stringify({ secondStage: tuned.heldOut }));
  const description = {
    format: 'llmos-tuned-injection-head/1' as const,
    model: TUNED_MODEL_NAME,
    bin: { file: UPDATE_FILE, sha256: second.update.sha256 } as const,
    firstHead: first.description.bin.sha256,
    ...tuned.head,
    provenance: { embeddingModel: EMBEDDING_MODEL, settings: TUNED_SETTINGS, heldOut: tuned.heldOut },
  };
  await writeTunedHead(join(out, `${TUNED_HEAD_NAME}.json`), { description, bin: second.update.bytes });
}

async function report(folder: string, out: string, { shared, second }: Encoders, missesPath?: string): Promise<void> {
  const cached = (cache: EmbeddingCache): Encoder => ({
    model: EMBEDDING_MODEL,
    start: () => Promise.resolve(),
    embed: (texts) => cache.embed(texts),
    close: () => Promise.resolve(),
  });
  const service = new ScreeningService({
    encoder: cached(shared),
    headPath: join(out, `${HEAD_NAME}.json`),
    second: second && { encoder: cached(second.vectors), headPath: join(out, `${TUNED_HEAD_NAME}.json`) },
    onFallback: (_, error) => {
      throw error;
    },
  });
  await service.load();
  const { texts: trainedOn } = await select(folder);
  const unseen = await readUnseenSets(
    folder,
    trainedOn.map(({ text }) => text),
  );
  const known = await readReportSets(folder);
  const texts = [...known, ...unseen];
  const whole = texts.filter(({ source }) => source === 'input').map(({ text }) => text);
  await shared.embed(whole, print);
  const judged = await judgeAll(service, texts);
  Object.entries(figuresOf(judged)).forEach(([set, row]) => print(`${set.padEnd(48)} ${JSON.stringify(row)}`));
  const inputs = judged.slice(0, known.length).filter(({ source }) => source === 'input');
  const english = inputs.filter(({ set }) => !/BIPIA|German/.test(set));
  print(`${'all as input'.padEnd(48)} ${JSON.stringify(figures(inputs))}`);
  print(`${'all as input, English, without BIPIA'.padEnd(48)} ${JSON.stringify(figures(english))}`);
  const wrong = judged.filter(({ label, score }) => (label === 'injection') !== score >= 0.5);
  if (missesPath !== undefined) await writeFile(missesPath, wrong.map((row) => JSON.stringify(row)).join('\n'));
}

function openEmbedder(workers: number, update?: string): CatalogEmbedder {
  const { home, catalogPath } = loadConfig(baseConfig);
  return new CatalogEmbedder({
    model: EMBEDDING_MODEL,
    home,
    catalogPath,
    workers,
    update,
  });
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
