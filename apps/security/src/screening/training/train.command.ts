import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { baseConfig, loadConfig } from '@llmos/config';
import { CatalogEmbedder } from '@llmos/models';
import { encodeHead, writeHead } from '../head/head-file.js';
import { attackRules } from '../rules/attack-rules.js';
import { ScreeningService } from '../screening.service.js';
import type { TextEmbedding } from '../text-embedding.port.js';
import { EmbeddingCache } from './embedding-cache.js';
import { figures, figuresOf, judgeAll } from './report.js';
import { readReportSets } from './report-sets.js';
import { SETTINGS, trainHead } from './trainer.js';
import { rowsOf, selectTexts, withOrdersInDocuments, type Selection } from './training-rows.js';
import { readTrainingTexts } from './training-sources.js';
import { readUnseenSets } from './unseen-sets.js';

const EMBEDDING_MODEL = 'minilm';
const DIMENSIONS = 384;
const HEAD_NAME = 'injection-head';
const MODEL_NAME = 'injection-linear';
const MODEL_FOLDER = fileURLToPath(new URL('../../../model', import.meta.url));
const OWN_EXAMPLES = fileURLToPath(new URL('../../../training/screening-examples.jsonl', import.meta.url));

const USAGE = `Trains the screening head and reports on sets that it did not see.
  --data <folder>   public sets, as the model card lists them (required)
  --out <folder>    where the head goes (default: apps/security/model)
  --cache <file>    keep embeddings here between runs
  --workers <n>     embedding threads (default: 1)
  --report-only     report on the head in --out instead of training one
  --misses <file>   write the misjudged texts of the report sets here`;

/** The command line of training; prints to standard output. */
export async function runTraining(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      data: { type: 'string' },
      out: { type: 'string', default: MODEL_FOLDER },
      cache: { type: 'string' },
      workers: { type: 'string', default: '1' },
      'report-only': { type: 'boolean', default: false },
      misses: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help || values.data === undefined) return print(USAGE);
  const embedder = openEmbedder(Number(values.workers));
  try {
    await embedder.start(() => undefined);
    const cache = await EmbeddingCache.open(embedder, DIMENSIONS, values.cache);
    const headPath = join(values.out, `${HEAD_NAME}.json`);
    if (!values['report-only']) await train(values.data, headPath, cache);
    await report(values.data, headPath, cache, values.misses);
  } finally {
    await embedder.close();
  }
}

async function select(folder: string): Promise<Selection> {
  const reported = await readReportSets(folder);
  return selectTexts(
    await readTrainingTexts(folder, OWN_EXAMPLES),
    reported.map(({ text }) => text),
  );
}

async function train(folder: string, headPath: string, cache: EmbeddingCache): Promise<void> {
  const { texts, ...left } = await select(folder);
  print(JSON.stringify(left));
  const rows = await rowsOf(withOrdersInDocuments(texts), cache, print);
  const { weights, heldOut } = trainHead(rows);
  print(JSON.stringify({ rows: rows.length, grams: weights.vocabulary.length, heldOut }));
  const provenance = { embeddingModel: EMBEDDING_MODEL, rows: rows.length, settings: SETTINGS, texts: left, heldOut };
  const about = {
    model: MODEL_NAME,
    ruleIds: attackRules.map(({ id }) => id),
    provenance,
    binFile: `${HEAD_NAME}.bin`,
  };
  await writeHead(headPath, encodeHead(weights, about));
}

async function report(folder: string, headPath: string, cache: EmbeddingCache, missesPath?: string): Promise<void> {
  const embedding: TextEmbedding = {
    model: EMBEDDING_MODEL,
    start: () => Promise.resolve(),
    embed: (texts) => cache.embed(texts),
    close: () => Promise.resolve(),
  };
  const service = new ScreeningService(embedding, headPath);
  await service.load(() => undefined);
  const { texts: trainedOn } = await select(folder);
  const unseen = await readUnseenSets(
    folder,
    trainedOn.map(({ text }) => text),
  );
  const known = await readReportSets(folder);
  const texts = [...known, ...unseen];
  const whole = texts.filter(({ source }) => source === 'input').map(({ text }) => text);
  await cache.embed(whole, print);
  const judged = await judgeAll(service, texts);
  Object.entries(figuresOf(judged)).forEach(([set, row]) => print(`${set.padEnd(48)} ${JSON.stringify(row)}`));
  const inputs = judged.slice(0, known.length).filter(({ source }) => source === 'input');
  const english = inputs.filter(({ set }) => !/BIPIA|German/.test(set));
  print(`${'all as input'.padEnd(48)} ${JSON.stringify(figures(inputs))}`);
  print(`${'all as input, English, without BIPIA'.padEnd(48)} ${JSON.stringify(figures(english))}`);
  const wrong = judged.filter(({ label, score }) => (label === 'injection') !== score >= 0.5);
  if (missesPath !== undefined) await writeFile(missesPath, wrong.map((row) => JSON.stringify(row)).join('\n'));
}

function openEmbedder(workers: number): CatalogEmbedder {
  const { home, root } = loadConfig(baseConfig);
  return new CatalogEmbedder({
    model: EMBEDDING_MODEL,
    home,
    catalogPath: join(root, 'deploy', 'models.yaml'),
    workers,
  });
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
