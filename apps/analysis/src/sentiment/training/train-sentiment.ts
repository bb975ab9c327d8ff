import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { baseConfig, loadConfig } from '@llmos/config';
import { CatalogEmbedder } from '@llmos/models';
import { sentimentBodyPath, sentimentHeadPath, type SentimentHeadFile } from '../sentiment-head.js';
import { scoreLinear, trainSentiment, type LabelledVectors } from './sentiment-trainer.js';
import { readSentences, type JudgedSentence } from './sst-files.js';

const PLAIN_STATEMENTS = fileURLToPath(new URL('../../../training/plain-statements.txt', import.meta.url));
const MODEL = 'minilm';
/** There are few plain statements; so often each counts beside the sentences with a feeling. */
const REPEATS = 8;

const USAGE = `Fits the sentiment head on vectors of the sentiment body.
  --data <folder>  holds train.tsv and dev.tsv (sentence <tab> 0|1) of the Stanford Sentiment Treebank
  --body <file>    the weight update to fit it on (default: the shipped one)
  --every <n>      takes every n-th sentence of train.tsv (default 6)
  --out <file>     where the head goes (default: the shipped one's place)
  --test           also scores the new head on test.tsv, once all is chosen`;

type Embed = (texts: readonly string[]) => Promise<Float32Array[]>;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      data: { type: 'string' },
      body: { type: 'string', default: sentimentBodyPath },
      every: { type: 'string', default: '6' },
      out: { type: 'string', default: sentimentHeadPath },
      test: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help || !values.data) return print(USAGE);
  const { home, catalogPath } = loadConfig(baseConfig);
  const embedder = new CatalogEmbedder({ model: MODEL, home, catalogPath, workers: 1, update: values.body });
  await embedder.start(() => undefined);
  try {
    const embed: Embed = (texts) => embedder.embed(texts);
    const head = await fitOn(values.data, Number(values.every), embed, values.body);
    const bytes = `${JSON.stringify(head)}\n`;
    await writeFile(values.out, bytes);
    print(`wrote ${values.out}: sha256 ${sha256(bytes)}`);
    if (values.test) {
      const test = await labelled(await readSentences(values.data, 'test.tsv'), embed, ({ label }) => label);
      print(JSON.stringify({ test: scoreLinear(head.polarity, test) }));
    }
  } finally {
    await embedder.close();
  }
}

async function fitOn(data: string, every: number, embed: Embed, body: string): Promise<SentimentHeadFile> {
  const sentences = (await readSentences(data, 'train.tsv')).filter((_, at) => at % every === 0);
  const polar = await labelled(sentences, embed, ({ label }) => label);
  const polarHeldOut = await labelled(await readSentences(data, 'dev.tsv'), embed, ({ label }) => label);
  const lines = (await readFile(PLAIN_STATEMENTS, 'utf8')).split('\n').filter((line) => line.trim() !== '');
  const statements = await embed(lines);
  const isHeldOut = (_: unknown, at: number) => at % 4 === 0;
  const repeated = statements.filter((_, at) => !isHeldOut(_, at)).flatMap((vector) => Array(REPEATS).fill(vector));
  const neutral = against(polar, repeated as Float32Array[]);
  const neutralHeldOut = against(polarHeldOut, statements.filter(isHeldOut));
  const weights = trainSentiment({ polar, polarHeldOut, neutral, neutralHeldOut });
  const scores = {
    dev: scoreLinear(weights.polarity, polarHeldOut),
    neutralDev: scoreLinear(weights.neutral, neutralHeldOut),
  };
  print(JSON.stringify(scores));
  const bodySha = sha256(await readFile(body));
  return {
    format: 'llmos-sentiment-head/1',
    body: { file: basename(body), sha256: bodySha },
    ...weights,
    provenance: {
      data: 'Stanford Sentiment Treebank',
      sentences: polar.labels.length,
      statements: statements.length,
      scores,
    },
  };
}

/** Sentences with a feeling against vectors of plain statements. */
function against({ vectors, labels }: LabelledVectors, plain: readonly Float32Array[]): LabelledVectors {
  return { vectors: [...vectors, ...plain], labels: [...labels.map(() => 0), ...plain.map(() => 1)] };
}

async function labelled(
  rows: readonly JudgedSentence[],
  embed: Embed,
  label: (row: JudgedSentence) => number,
): Promise<LabelledVectors> {
  return { vectors: await embed(rows.map(({ text }) => text)), labels: rows.map(label) };
}

function sha256(bytes: string | Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

await main();
