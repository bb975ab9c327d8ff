// Trains the sentiment head: node apps/analysis/training/sentiment/train.ts --help (build first: nx build analysis).
import { hash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { baseConfig, loadConfig } from '@llmos/config';
import { CatalogEmbedder, writeHeadFiles } from '@llmos/models';
import {
  encodeSentimentHead,
  sentimentEncoderPath,
  sentimentHeadPath,
  type SentimentWeights,
} from '#src/sentiment/sentiment-head-file.js';
import { scoreLinear, trainSentiment, type LabelledVectors } from './sentiment-trainer.ts';
import { readSentences } from './sst-files.ts';

const PLAIN_STATEMENTS = fileURLToPath(new URL('plain-statements.txt', import.meta.url));
/** There are few plain statements: each counts this many times against the sentences with an opinion. */
const REPEATS = 8;

const USAGE = `Trains the sentiment head on vectors of the sentiment encoder.
  --data <folder>   holds train.tsv and dev.tsv (sentence <tab> 0|1) of the Stanford Sentiment Treebank
  --encoder <file>  the encoder update (default: the committed one)
  --every <n>       uses every n-th sentence of train.tsv (default: 6)
  --out <file>      the description of the head; its weights are written beside it (default: the committed head)
  --test            also scores the new head on test.tsv`;

type Embed = (texts: readonly string[]) => Promise<Float32Array[]>;

async function run(): Promise<void> {
  const { values } = parseArgs({
    options: {
      data: { type: 'string' },
      encoder: { type: 'string', default: sentimentEncoderPath },
      every: { type: 'string', default: '6' },
      out: { type: 'string', default: sentimentHeadPath },
      test: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const { data, encoder, out } = values;
  if (values.help || !data) return print(USAGE);
  const { home, catalogPath } = loadConfig(baseConfig);
  const embedder = new CatalogEmbedder({ model: 'minilm', home, catalogPath, workers: 1, update: encoder });
  await embedder.start(() => undefined);
  try {
    const embed: Embed = (texts) => embedder.embed(texts);
    const { weights, provenance } = await fitOn(data, Number(values.every), embed);
    const files = encodeSentimentHead(weights, {
      encoder: { file: basename(encoder), sha256: hash('sha256', await readFile(encoder)) },
      file: `${basename(out, '.json')}.safetensors`,
      provenance,
    });
    await writeHeadFiles(out, files);
    print(`wrote ${out}: weights with sha256 ${files.description.bin.sha256}`);
    if (values.test)
      print(JSON.stringify({ test: scoreLinear(weights.polarity, await polarOf(data, 'test.tsv', embed)) }));
  } finally {
    await embedder.close();
  }
}

async function fitOn(
  data: string,
  every: number,
  embed: Embed,
): Promise<{ weights: SentimentWeights; provenance: Record<string, unknown> }> {
  const polar = await polarOf(data, 'train.tsv', embed, every);
  const polarHeldOut = await polarOf(data, 'dev.tsv', embed);
  const lines = (await readFile(PLAIN_STATEMENTS, 'utf8')).split('\n').filter((line) => line.trim() !== '');
  const statements = await embed(lines);
  const isHeldOut = (_: unknown, at: number) => at % 4 === 0;
  const repeated = statements
    .filter((_, at) => !isHeldOut(_, at))
    .flatMap((vector) => Array.from({ length: REPEATS }, () => vector));
  const neutral = against(polar, repeated);
  const neutralHeldOut = against(polarHeldOut, statements.filter(isHeldOut));
  const weights = trainSentiment({ polar, polarHeldOut, neutral, neutralHeldOut });
  const scores = {
    dev: scoreLinear(weights.polarity, polarHeldOut),
    neutralDev: scoreLinear(weights.neutral, neutralHeldOut),
  };
  print(JSON.stringify(scores));
  const sentences = polar.labels.length;
  return {
    weights,
    provenance: { data: 'Stanford Sentiment Treebank', sentences, statements: statements.length, scores },
  };
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
