// Trains the relevance model: node apps/retrieval/training/train.ts --help (build first: nx build retrieval).
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { baseConfig, loadConfig } from '@llmos/config';
import { CatalogEmbedder, EmbeddingCache } from '@llmos/models';
import { identityAdapter } from '#src/relevance/question-adapter.js';
import { decodeRelevance, encodeRelevance, readRelevance, writeRelevance } from '#src/relevance/relevance-file.js';
import type { LateModel, RelevanceModel } from '#src/relevance/relevance.js';
import { readData, readHelpCentre, type Corpus, type Question, type TrainingData } from './corpora.ts';
import { agreement, score } from './evaluation.ts';
import { exampleOf, exampleSource } from './examples.ts';
import { LATE_SETTINGS, trainSecondLook } from './second-look.ts';
import { SETTINGS, trainRelevance } from './trainer.ts';

const EMBEDDING_MODEL = 'minilm';
const DIMENSIONS = 384;
const ALL_SETTINGS = { ...SETTINGS, secondLook: LATE_SETTINGS };
/** Share of the questions that two trainings on different processors judge alike. */
const SAME = 0.97;
const MODEL_FOLDER = fileURLToPath(new URL('../model', import.meta.url));

const USAGE = `Trains the model that judges whether a document answers a question.
  --out <folder>   where the model is written (default: apps/retrieval/model)
  --check <file>   compare this model (its .json) with what training gives now; exits with 1 if they differ
  --holdout        train on four fifths and print scores for the rest instead of writing a model
  --cache <file>   keep embeddings here between runs`;

async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      out: { type: 'string', default: MODEL_FOLDER },
      check: { type: 'string' },
      holdout: { type: 'boolean', default: false },
      cache: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return print(USAGE);
  const { home, catalogPath } = loadConfig(baseConfig);
  const embedder = new CatalogEmbedder({ model: EMBEDDING_MODEL, home, catalogPath, workers: 1 });
  await embedder.start(() => undefined);
  try {
    const cache = await EmbeddingCache.open({ embedder, dimensions: DIMENSIONS, path: values.cache });
    const { corpus, articles } = await readHelpCentre(cache);
    const data = await readData(articles);
    await cache.embed(
      [...data.clinc, ...data.banking77, ...data.strangers].map(({ text }) => text),
      print,
    );
    if (values.check !== undefined) return await check(values.check, corpus, data, cache);
    if (values.holdout) return await tryOut(corpus, data, cache);
    const first = trainRelevance(await exampleSource(corpus, data, cache), print);
    const late = await trainSecondLook(embedder, first, data.strangers, print);
    await writeTrained({ ...first, late }, values.out, data);
  } finally {
    await embedder.close();
  }
}

/** Processors differ a little in int8 arithmetic, so models are compared by what they say of the questions. */
async function check(path: string, corpus: Corpus, data: TrainingData, cache: EmbeddingCache): Promise<void> {
  const files = await readRelevance(path);
  const fresh = trainRelevance(await exampleSource(corpus, data, cache));
  const questions = [...data.clinc, ...data.strangers];
  const vectors = await cache.embed(questions.map(({ text }) => text));
  const examples = questions.map((question, at) => exampleOf(corpus, question, vectors[at]!));
  const alike = agreement(decodeRelevance(files), fresh, examples);
  const sameSettings = JSON.stringify(files.description.provenance['settings']) === JSON.stringify(ALL_SETTINGS);
  const isSame = sameSettings && alike >= SAME;
  print(isSame ? 'same' : `different: settings ${sameSettings ? 'equal' : 'differ'}, agreement ${alike.toFixed(3)}`);
  process.exitCode = isSame ? 0 : 1;
}

/** Strangers are held out by intent: a stranger's subject is new to the model. */
async function tryOut(corpus: Corpus, data: TrainingData, cache: EmbeddingCache): Promise<void> {
  const kept = (question: Question): boolean => part(question.text) !== 0;
  const keptStranger = ({ intent, text }: Question): boolean => (intent === 'oos' ? part(text) : part(intent)) > 1;
  const training = {
    clinc: data.clinc.filter(kept),
    banking77: data.banking77.filter(kept),
    strangers: data.strangers.filter(keptStranger),
  };
  const model = trainRelevance(await exampleSource(corpus, training, cache), print);
  const frozen: RelevanceModel = { ...model, adapter: identityAdapter(DIMENSIONS) };
  const scores: Record<string, object> = {};
  for (const [name, questions] of Object.entries({
    clinc: data.clinc.filter((question) => !kept(question)),
    banking77: data.banking77.filter((question) => !kept(question)),
    strangers: data.strangers.filter((question) => !keptStranger(question)),
  })) {
    const vectors = await cache.embed(questions.map(({ text }) => text));
    const examples = questions.map((question, at) => exampleOf(corpus, question, vectors[at]!));
    scores[name] = { trained: score(model, examples), withoutAdapter: score(frozen, examples) };
  }
  print(JSON.stringify(scores, null, 2));
}

async function writeTrained(
  model: RelevanceModel & { readonly late: LateModel },
  folder: string,
  data: TrainingData,
): Promise<void> {
  const files = encodeRelevance(model, {
    embeddingModel: EMBEDDING_MODEL,
    file: 'relevance.safetensors',
    provenance: {
      data: {
        clinc: { questions: data.clinc.length, strangers: data.strangers.length, licence: 'CC BY 3.0' },
        banking77: { questions: data.banking77.length, licence: 'CC BY 4.0' },
      },
      settings: ALL_SETTINGS,
    },
  });
  const path = join(folder, 'relevance.json');
  await writeRelevance(path, files);
  print(`wrote ${path}: ${files.description.bin.sizeBytes} bytes, sha256 ${files.description.bin.sha256}`);
}

/** One of five parts, by the text alone. */
function part(text: string): number {
  let sum = 7;
  for (const letter of text) sum = (sum * 31 + letter.codePointAt(0)!) >>> 0;
  return sum % 5;
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

if (import.meta.main) await run(process.argv.slice(2));
