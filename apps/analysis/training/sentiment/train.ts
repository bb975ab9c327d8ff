// Trains the sentiment head: node apps/analysis/training/sentiment/train.ts --help (build first: nx build analysis).
import { hash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { baseConfig, loadConfig } from '@llmos/config';
import { CatalogEmbedder, EmbeddingCache, writeHeadFiles } from '@llmos/models';
import { withEmojiInWords } from '#src/sentiment/emoji-words.js';
import {
  encodeSentimentHead,
  sentimentEncoderPath,
  sentimentHeadPath,
  type SentimentWeights,
} from '#src/sentiment/sentiment-head-file.js';
import { scoreLinear, trainSentiment, type LabelledVectors } from './sentiment-trainer.ts';
import { readEveryday, readSentences, type EverydaySentence } from './sst-files.ts';

const PLAIN_STATEMENTS = fileURLToPath(new URL('plain-statements.txt', import.meta.url));
const OWN_FOLDER = fileURLToPath(new URL('.', import.meta.url));
const DIMENSIONS = 384;
/** How often each of the own messages counts: they are few. */
const REPEAT_MESSAGES = 4;
/** Every n-th sentence is not used for the fit; it calibrates the scale and sets the threshold. */
const HELD_OUT_EVERY = 4;
/** For all sentences of a file, on a busy machine. */
const TIMEOUT_MS = 900_000;

const USAGE = `Trains the sentiment head on vectors of the sentiment encoder.
  --data <folder>   holds train.tsv and dev.tsv (sentence <tab> 0|1) of the Stanford Sentiment Treebank,
                    reviews-train.tsv (the same), everyday.tsv (everyday_sentences.py) and posts.tsv (public_posts.py)
  --encoder <file>  the encoder update (default: the committed one)
  --every <n>       uses every n-th sentence of train.tsv (default: 1)
  --posts <n>       uses the first n posts (default: 2000)
  --cache <file>    keeps the vectors of this encoder between runs
  --out <file>      the description of the head; its weights are written beside it (default: the committed head)
  --test            also scores the new head on test.tsv and reviews-test.tsv`;

type Embed = (texts: readonly string[]) => Promise<Float32Array[]>;

async function run(): Promise<void> {
  const { values } = parseArgs({
    options: {
      data: { type: 'string' },
      encoder: { type: 'string', default: sentimentEncoderPath },
      every: { type: 'string', default: '1' },
      posts: { type: 'string', default: '2000' },
      cache: { type: 'string' },
      out: { type: 'string', default: sentimentHeadPath },
      test: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const { data, encoder, out } = values;
  if (values.help || !data) return print(USAGE);
  const { home, catalogPath } = loadConfig(baseConfig);
  const breaker = { timeoutMs: TIMEOUT_MS };
  const embedder = new CatalogEmbedder({ model: 'minilm', home, catalogPath, workers: 1, update: encoder, breaker });
  await embedder.start(() => undefined);
  try {
    const cache = await EmbeddingCache.open({ embedder, dimensions: DIMENSIONS, path: values.cache });
    const embed: Embed = (texts) => cache.embed(texts.map(withEmojiInWords));
    const { weights, provenance } = await fitOn(data, Number(values.every), Number(values.posts), embed);
    const files = encodeSentimentHead(weights, {
      encoder: { file: basename(encoder), sha256: hash('sha256', await readFile(encoder)) },
      file: `${basename(out, '.json')}.safetensors`,
      provenance,
    });
    await writeHeadFiles(out, files);
    print(`wrote ${out}: weights with sha256 ${files.description.bin.sha256}`);
    for (const name of values.test ? ['test.tsv', 'reviews-test.tsv'] : [])
      print(JSON.stringify({ [name]: scoreLinear(weights.polarity, await polarOf(data, name, embed)) }));
  } finally {
    await embedder.close();
  }
}

async function fitOn(
  data: string,
  every: number,
  postCount: number,
  embed: Embed,
): Promise<{ weights: SentimentWeights; provenance: Record<string, unknown> }> {
  const everyday = await everydayOf(data, embed);
  const messages = await splitOf(await readEveryday(OWN_FOLDER, 'messages.tsv'), embed);
  const repeated = Array.from({ length: REPEAT_MESSAGES }, () => messages);
  const posts = await splitOf((await readEveryday(data, 'posts.tsv')).slice(0, postCount), embed, Infinity);
  const polar = joined(
    await polarOf(data, 'train.tsv', embed, every),
    await polarOf(data, 'reviews-train.tsv', embed),
    everyday.polar,
    ...repeated.map(({ polar: part }) => part),
    posts.polar,
  );
  const polarHeldOut = joined(await polarOf(data, 'dev.tsv', embed), everyday.polarHeldOut, messages.polarHeldOut);
  const plain = [everyday, ...repeated, posts].flatMap((part) => part.neutral);
  const neutral = against(polar, plain);
  const neutralHeldOut = against(polarHeldOut, [...everyday.neutralHeldOut, ...messages.neutralHeldOut]);
  const weights = trainSentiment({ polar, polarHeldOut, neutral, neutralHeldOut });
  const scores = {
    dev: scoreLinear(weights.polarity, polarHeldOut),
    neutralDev: scoreLinear(weights.neutral, neutralHeldOut),
  };
  print(JSON.stringify(scores));
  const sources =
    'Stanford Sentiment Treebank, Sentiment Labelled Sentences, own everyday sentences and messages, posts';
  return {
    weights,
    provenance: { data: sources, sentences: polar.labels.length, neutral: plain.length, scores },
  };
}

/** The vectors of the everyday sentences and of the plain statements, part of them held out. */
async function everydayOf(folder: string, embed: Embed) {
  const statements = (await readFile(PLAIN_STATEMENTS, 'utf8')).split('\n').filter((line) => line.trim() !== '');
  const plain = statements.map((text) => ({ text, label: 'neutral' as const }));
  return splitOf([...(await readEveryday(folder, 'everyday.tsv')), ...plain], embed);
}

/** The vectors by label; every `heldOutEvery`-th sentence is held out, with `Infinity` none. */
async function splitOf(rows: readonly EverydaySentence[], embed: Embed, heldOutEvery = HELD_OUT_EVERY) {
  const isHeld = (at: number): boolean => Number.isFinite(heldOutEvery) && at % heldOutEvery === 0;
  const vectors = await embed(rows.map(({ text }) => text));
  const part = (isNeutral: boolean, isHeldOut: boolean) =>
    rows.flatMap(({ label }, at) =>
      (label === 'neutral') === isNeutral && isHeld(at) === isHeldOut
        ? [{ vector: vectors[at]!, label: Number(label === 'positive') }]
        : [],
    );
  return {
    polar: labelled(part(false, false)),
    polarHeldOut: labelled(part(false, true)),
    neutral: part(true, false).map(({ vector }) => vector),
    neutralHeldOut: part(true, true).map(({ vector }) => vector),
  };
}

function labelled(rows: readonly { readonly vector: Float32Array; readonly label: number }[]): LabelledVectors {
  return { vectors: rows.map(({ vector }) => vector), labels: rows.map(({ label }) => label) };
}

function joined(...parts: readonly LabelledVectors[]): LabelledVectors {
  return { vectors: parts.flatMap(({ vectors }) => vectors), labels: parts.flatMap(({ labels }) => labels) };
}

/** Sentences with an opinion (0) against plain statements (1). */
function against({ vectors, labels }: LabelledVectors, plain: readonly Float32Array[]): LabelledVectors {
  return { vectors: [...vectors, ...plain], labels: [...labels.map(() => 0), ...plain.map(() => 1)] };
}

async function polarOf(folder: string, name: string, embed: Embed, every = 1): Promise<LabelledVectors> {
  const rows = (await readSentences(folder, name)).filter((_, at) => at % every === 0);
  return { vectors: await embed(rows.map(({ text }) => text)), labels: rows.map(({ label }) => label) };
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

if (import.meta.main) await run();
