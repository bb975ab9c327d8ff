import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { baseConfig, loadConfig } from '@llmos/config';
import { EncoderPool, ModelStore } from '@llmos/models';
import { encodeHead, readHead, sha256, writeHead } from '../head/head-file.js';
import { normaliseQuestion } from '../head/question-text.js';
import { findDifferences } from './check.js';
import { readQuestions, type TrainingSet } from './dataset.js';
import { embedTexts, type TextEmbedder } from './embedding-cache.js';
import { asStored, holdOut, scoreHeldOut, scoreStrangers } from './evaluation.js';
import { SETTINGS, trainHead } from './trainer.js';
import { trainWitness } from './witness.js';

/** The questions the head is trained on, and the strangers it is tried on. */
export const DATA_PATH = fileURLToPath(new URL('../../training/banking77-train.csv', import.meta.url));
export const STRANGERS_PATH = fileURLToPath(new URL('../../training/strangers.json', import.meta.url));
export const HEAD_NAME = 'banking77-head';

const EMBEDDING_MODEL = 'minilm';
const MODEL_FOLDER = fileURLToPath(new URL('../../model', import.meta.url));

const USAGE = `Trains the intent head from ${basename(DATA_PATH)}.
  --out <folder>     where the head goes (default: apps/intent/model)
  --holdout <share>  train on the rest and print scores for this share instead of writing a head
  --seed <n>         which rows are held out (default: 7)
  --strangers <file> more questions without an intent: JSON, {"source": ["question", …]}
  --check <file>     say whether this head (its .json) is what training gives now; exits with 1 if not
  --cache <file>     keep embeddings here between runs`;

export interface Trial {
  /** Share of the questions that is held out, such as 0.1. */
  readonly share: number;
  readonly seed: number;
  /** JSON, `{"source": ["question", …]}`. */
  readonly strangersPath?: string;
  readonly log?: (line: string) => void;
}

/** The command line of training; prints to standard output. */
export async function runTraining(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      out: { type: 'string', default: MODEL_FOLDER },
      holdout: { type: 'string' },
      seed: { type: 'string', default: '7' },
      strangers: { type: 'string', default: STRANGERS_PATH },
      check: { type: 'string' },
      cache: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return print(USAGE);
  const embedder = await startEmbedder();
  try {
    if (values.check !== undefined) return await check(values.check, embedder);
    const { sha256: dataHash, ...questions } = await readQuestions(DATA_PATH);
    const set = { ...questions, vectors: await embedTexts(questions.texts, embedder, values.cache, print) };
    if (values.holdout === undefined) await writeTrained(set, dataHash, values.out);
    else {
      const trial = {
        share: Number(values.holdout),
        seed: Number(values.seed),
        strangersPath: values.strangers,
        log: print,
      };
      print(JSON.stringify(await tryOut(set, embedder, trial), null, 2));
    }
  } finally {
    await embedder.close();
  }
}

async function check(path: string, embedder: TextEmbedder): Promise<void> {
  const differences = await findDifferences(await readHead(path), await readQuestions(DATA_PATH), embedder);
  differences.forEach(print);
  print(differences.length === 0 ? 'same' : 'different');
  process.exitCode = differences.length === 0 ? 0 : 1;
}

/** The embedder of the house: the same model and settings as the service's. */
export async function startEmbedder(): Promise<EncoderPool> {
  const { home, root } = loadConfig(baseConfig);
  const store = await ModelStore.open({ home, catalogPath: join(root, 'deploy', 'models.yaml') });
  const { model, tokenizer } = await store.ensure(EMBEDDING_MODEL);
  if (!model || !tokenizer)
    throw new Error(`The catalog's ${EMBEDDING_MODEL} must have the files "model" and "tokenizer".`);
  return EncoderPool.start({ model, tokenizer });
}

/** Trains without the held-out share and scores on it, and on strangers, by source and all together. */
export async function tryOut(
  set: TrainingSet,
  embedder: TextEmbedder,
  { share, seed, strangersPath = STRANGERS_PATH, log }: Trial,
) {
  const { training, heldOut } = holdOut(set, share, seed);
  const { weights, crossValidation } = trainHead(training, log);
  const head = asStored(weights);
  const sources = JSON.parse(await readFile(strangersPath, 'utf8')) as Record<string, string[]>;
  const embedded = await Promise.all(
    Object.entries(sources).map(async ([source, raw]) => {
      const texts = raw.map(normaliseQuestion);
      return { source, texts, vectors: await embedTexts(texts, embedder) };
    }),
  );
  const all = { texts: embedded.flatMap(({ texts }) => texts), vectors: embedded.flatMap(({ vectors }) => vectors) };
  return {
    crossValidation,
    heldOut: scoreHeldOut(head, heldOut),
    strangers: Object.fromEntries(embedded.map((part) => [part.source, scoreStrangers(head, heldOut, part)])),
    allStrangers: scoreStrangers(head, heldOut, all),
  };
}

async function writeTrained(set: TrainingSet, dataHash: string, folder: string): Promise<void> {
  const { weights, crossValidation } = trainHead(set, print);
  const provenance = {
    data: { file: basename(DATA_PATH), sha256: dataHash, rows: set.labels.length, licence: 'CC BY 4.0' },
    embeddingModel: EMBEDDING_MODEL,
    settings: SETTINGS,
    scores: { crossValidation, note: 'accuracy on rows held out from training, by cross-validation' },
    witness: trainWitness(set),
  };
  const files = encodeHead(weights, { model: 'banking77-linear', provenance, binFile: `${HEAD_NAME}.bin` });
  const path = join(folder, `${HEAD_NAME}.json`);
  await writeHead(path, files);
  print(`wrote ${path}: ${files.bin.length} bytes, sha256 ${sha256(files.bin)}`);
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
