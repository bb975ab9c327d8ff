// Trains the screening heads: node apps/security/training/train.ts --help (build first: nx build security).
import { hash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { baseConfig, loadConfig } from '@llmos/config';
import { CatalogEmbedder, EmbeddingCache, writeHeadFiles } from '@llmos/models';
import { encodeFirstHead } from '#src/screening/head/first-head-file.js';
import { UPDATE_FILE, updatePathOf, writeSecondHead } from '#src/screening/head/second-head.js';
import { ScreeningService } from '#src/screening/screening.service.js';
import type { Encoder } from '#src/screening/stages.js';
import { SETTINGS, trainFirstHead } from './first-head-trainer.ts';
import { figures, figuresOf, judgeAll } from './report.ts';
import { readReportSets } from './report-sets.ts';
import { isLearntFrom, SECOND_SETTINGS, trainSecondHead, type SecondRow } from './second-head-trainer.ts';
import {
  rowsOf,
  selectTexts,
  trainingWindows,
  withAttacksBehindRequests,
  withOrdersInDocuments,
  type Selection,
  type TrainingWindow,
} from './training-rows.ts';
import { readCharacterExamples, readTrainingTexts } from './training-sources.ts';
import { readUnseenSets } from './unseen-sets.ts';

const EMBEDDING_MODEL = 'minilm';
const DIMENSIONS = 384;
const FIRST_HEAD = 'injection-head';
const SECOND_HEAD = 'tuned-injection-head';
const CHARACTER_HEAD = 'character-head';
const MODEL_FOLDER = fileURLToPath(new URL('../model', import.meta.url));
const CHARACTER_EXAMPLES = fileURLToPath(new URL('character-examples.jsonl', import.meta.url));
const ENGLISH = 'language-en';
const OWN_EXAMPLES = fileURLToPath(new URL('screening-examples.jsonl', import.meta.url));

const USAGE = `Trains the screening heads and reports on sets that were not used in training.
  --data <folder>   public sets, as the model card lists them (required)
  --out <folder>    where the heads are written, and where ${UPDATE_FILE} is read (default: apps/security/model)
  --cache <file>    keeps embeddings between runs; those of the second stage in another file beside it
  --workers <n>     embedding threads (default: 1)
  --export <file>   writes the training windows for train_screening_encoder.py, and stops
  --report-only     reports on the heads in --out instead of training them
  --first-only      trains and reports without the second stage
  --misses <file>   writes the misjudged texts of the report`;

interface Encoders {
  readonly shared: EmbeddingCache;
  /** The fine-tuned encoder; absent with `--first-only`. */
  readonly second?: { readonly updateSha256: string; readonly vectors: EmbeddingCache } | undefined;
}

async function run(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
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
  const update = updatePathOf(join(out, SECOND_HEAD));
  const updateSha256 = values['first-only'] ? undefined : await hashOf(update);
  const workers = Number(values.workers);
  const embedders = [openEmbedder(workers), ...(updateSha256 ? [openEmbedder(workers, update)] : [])];
  const paths = [cache, cache && `${cache}.${updateSha256?.slice(0, 8)}`];
  try {
    const [shared, vectors] = await Promise.all(
      embedders.map(async (embedder, stage) => {
        await embedder.start(() => undefined);
        return EmbeddingCache.open({ embedder, dimensions: DIMENSIONS, path: paths[stage] });
      }),
    );
    const encoders: Encoders = {
      shared: shared!,
      second: updateSha256 && vectors ? { updateSha256, vectors } : undefined,
    };
    if (!values['report-only']) await train(data, out, encoders);
    await report(data, out, encoders, misses);
  } finally {
    await Promise.all(embedders.map((embedder) => embedder.close()));
  }
}

async function hashOf(path: string): Promise<string> {
  const bytes = await readFile(path).catch((cause: unknown) => {
    const message = `${path} cannot be read. Make it with train_screening_encoder.py, or use --first-only.`;
    throw new Error(message, { cause });
  });
  return hash('sha256', bytes);
}

async function select(folder: string): Promise<Selection> {
  const reported = await readReportSets(folder);
  // The encoder reads English only.
  const english = (await readCharacterExamples(CHARACTER_EXAMPLES)).filter(({ source }) => source === ENGLISH);
  const assistants = english.map((row) => ({ ...row, source: 'own-bank' }));
  return selectTexts(
    [...(await readTrainingTexts(folder, OWN_EXAMPLES)), ...assistants],
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
  print(`wrote ${windows.length} windows to ${path}`);
}

async function train(folder: string, out: string, { shared, second }: Encoders): Promise<void> {
  const { texts: selected, ...texts } = await select(folder);
  print(JSON.stringify(texts));
  const windows = windowsFrom({ texts: selected, ...texts });
  const rows = await rowsOf(windows, shared, print);
  const first = trainFirstHead(rows);
  print(JSON.stringify({ rows: rows.length, grams: first.weights.vocabulary.length, heldOut: first.heldOut }));
  const { heldOut } = first;
  const provenance = { embeddingModel: EMBEDDING_MODEL, rows: rows.length, settings: SETTINGS, texts, heldOut };
  const about = { model: 'injection-linear', provenance, file: `${FIRST_HEAD}.safetensors` };
  const files = encodeFirstHead(first.weights, about);
  await writeHeadFiles(join(out, `${FIRST_HEAD}.json`), files);
  if (!second) return;
  const firstLogits = new Map(first.outOfFold.map(({ row, logit }) => [row, logit]));
  const candidates = rows.map((row, at) => ({ row, text: windows[at]!.text, firstLogit: firstLogits.get(row)! }));
  const trained = trainSecondHead(await withVectors(candidates, second.vectors));
  print(JSON.stringify({ secondStage: trained.heldOut }));
  await writeSecondHead(join(out, `${SECOND_HEAD}.json`), trained.weights, {
    model: 'injection-cascade',
    file: `${SECOND_HEAD}.safetensors`,
    update: second.updateSha256,
    firstHead: files.description.bin.sha256,
    provenance: { embeddingModel: EMBEDDING_MODEL, settings: SECOND_SETTINGS, heldOut: trained.heldOut },
  });
}

/** Adds the vectors of the windows that the second stage learns from. */
async function withVectors(
  candidates: readonly (Omit<SecondRow, 'vector'> & { readonly text: string })[],
  cache: EmbeddingCache,
): Promise<SecondRow[]> {
  const asked = candidates.filter(isLearntFrom);
  const vectors = await cache.embed(
    asked.map(({ text }) => text),
    print,
  );
  const known = new Map(asked.map((candidate, at) => [candidate, vectors[at]!]));
  return candidates.map((candidate) => ({ ...candidate, vector: known.get(candidate) }));
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
    headPath: join(out, `${FIRST_HEAD}.json`),
    charactersPath: join(out, `${CHARACTER_HEAD}.json`),
    second: second && { encoder: cached(second.vectors), headPath: join(out, `${SECOND_HEAD}.json`) },
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
  // A batch of long texts takes minutes on a busy machine.
  const breaker = { timeoutMs: 600_000 };
  return new CatalogEmbedder({ model: EMBEDDING_MODEL, home, catalogPath, workers, update, breaker });
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

if (import.meta.main) await run(process.argv.slice(2));
