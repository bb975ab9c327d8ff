// Trains the intent head: node apps/intent/training/train.ts --help (build first: nx build intent).
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { baseConfig, loadConfig } from '@llmos/config';
import { CatalogEmbedder, EmbeddingCache } from '@llmos/models';
import { encodeHead, readHead, writeHead } from '#src/head/head-file.js';
import { normaliseQuestion } from '#src/head/question-text.js';
import { findDifferences } from './check.ts';
import { DATA_PATH, OUT_OF_SCOPE_PATH, readQuestions, type TrainingSet } from './dataset.ts';
import { asStored, holdOut, scoreHeldOut, scoreOutOfScope } from './evaluation.ts';
import { trainReferenceHead } from './reference-head.ts';
import { SETTINGS, trainHead } from './trainer.ts';

const HEAD_NAME = 'banking77-head';
const EMBEDDING_MODEL = 'minilm';
const DIMENSIONS = 384;
const MODEL_FOLDER = fileURLToPath(new URL('../model', import.meta.url));

const USAGE = `Trains the intent head from ${basename(DATA_PATH)}.
  --out <folder>         where the head is written (default: apps/intent/model)
  --holdout <share>      train on the rest and print scores for this share instead of writing a head
  --seed <n>             which rows are held out (default: 7)
  --out-of-scope <file>  more questions without an intent: JSON, {"source": ["question", …]}
  --check <file>         compare this head (its .json) with what training gives now; exits with 1 if they differ
  --cache <file>         keep embeddings here between runs`;

/** The command line of training; prints to standard output. */
async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      out: { type: 'string', default: MODEL_FOLDER },
      holdout: { type: 'string' },
      seed: { type: 'string', default: '7' },
      'out-of-scope': { type: 'string', default: OUT_OF_SCOPE_PATH },
      check: { type: 'string' },
      cache: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return print(USAGE);
  const embedder = await startEmbedder();
  try {
    const cache = await EmbeddingCache.open({ embedder, dimensions: DIMENSIONS, path: values.cache });
    if (values.check !== undefined) return await check(values.check, cache);
    const { sha256, ...questions } = await readQuestions(DATA_PATH);
    const set = { ...questions, vectors: await cache.embed(questions.texts, print) };
    if (values.holdout === undefined) return await writeTrained(set, sha256, values.out);
    const trial = { share: Number(values.holdout), seed: Number(values.seed), outOfScopePath: values['out-of-scope'] };
    print(JSON.stringify(await tryOut(set, cache, trial), null, 2));
  } finally {
    await embedder.close();
  }
}

/** The embedder of the service: the same model with the same settings. */
export async function startEmbedder(): Promise<CatalogEmbedder> {
  const { home, catalogPath } = loadConfig(baseConfig);
  const embedder = new CatalogEmbedder({ model: EMBEDDING_MODEL, home, catalogPath, workers: 1 });
  await embedder.start(() => undefined);
  return embedder;
}

async function check(path: string, cache: EmbeddingCache): Promise<void> {
  const differences = await findDifferences(await readHead(path), await readQuestions(DATA_PATH), cache);
  differences.forEach(print);
  print(differences.length === 0 ? 'same' : 'different');
  process.exitCode = differences.length === 0 ? 0 : 1;
}

/** Trains without the held-out share and scores on it, and on out-of-scope questions, by source and all together. */
async function tryOut(
  set: TrainingSet,
  cache: EmbeddingCache,
  { share, seed, outOfScopePath }: { readonly share: number; readonly seed: number; readonly outOfScopePath: string },
) {
  const { training, heldOut } = holdOut(set, share, seed);
  const { weights, crossValidation } = trainHead(training, print);
  const head = asStored(weights);
  const sources = JSON.parse(await readFile(outOfScopePath, 'utf8')) as Record<string, string[]>;
  const embedded: { source: string; texts: string[]; vectors: Float32Array[] }[] = [];
  for (const [source, raw] of Object.entries(sources)) {
    const texts = raw.map(normaliseQuestion);
    embedded.push({ source, texts, vectors: await cache.embed(texts) });
  }
  const all = { texts: embedded.flatMap(({ texts }) => texts), vectors: embedded.flatMap(({ vectors }) => vectors) };
  return {
    crossValidation,
    heldOut: scoreHeldOut(head, heldOut),
    outOfScope: Object.fromEntries(embedded.map((part) => [part.source, scoreOutOfScope(head, heldOut, part)])),
    allOutOfScope: scoreOutOfScope(head, heldOut, all),
  };
}

async function writeTrained(set: TrainingSet, dataHash: string, folder: string): Promise<void> {
  const { weights, crossValidation } = trainHead(set, print);
  const provenance = {
    data: { file: basename(DATA_PATH), sha256: dataHash, rows: set.labels.length, licence: 'CC BY 4.0' },
    embeddingModel: EMBEDDING_MODEL,
    settings: SETTINGS,
    scores: { crossValidation, note: 'accuracy on rows held out from training, by cross-validation' },
    reference: trainReferenceHead(set),
  };
  const files = encodeHead(weights, { model: 'banking77-linear', provenance, file: `${HEAD_NAME}.safetensors` });
  const path = join(folder, `${HEAD_NAME}.json`);
  await writeHead(path, files);
  const { sizeBytes, sha256 } = files.description.bin;
  print(`wrote ${path}: ${sizeBytes} bytes, sha256 ${sha256}`);
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

if (import.meta.main) await run(process.argv.slice(2));
