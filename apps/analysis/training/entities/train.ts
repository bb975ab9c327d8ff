// Trains the entity head: node apps/analysis/training/entities/train.ts --help (build first: nx build analysis).
import { hash } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { baseConfig, loadConfig } from '@llmos/config';
import { CatalogEmbedder } from '@llmos/models';
import { encodeEntityHead, writeEntityHead } from '#src/entities/entity-head-file.js';
import type { EntityWeights } from '#src/entities/entity-weights.js';
import { CrfTrainer, type CrfSettings, type LabelledSentence } from './crf-trainer.ts';
import type { AnnotatedSentence } from './dataset.ts';
import { readEntitySets, type NamedSet } from './entity-sources.ts';
import { evaluateHead, type EntityScores } from './evaluation.ts';
import { encodeSentences } from './sentence-states.ts';
import { fillTemplates } from './templates.ts';

const USAGE = `Trains the entity head on the token states of MiniLM.
  --data <folder>   holds files of public repositories as entity-sources.ts names them
  --out <file>      the description of the head; its weights are written beside it (default: the committed head)
  --cache <folder>  keep token states here between runs
  --choose          print the scores on the sets for choosing settings, not the final ones, and write nothing`;

const SETTINGS: CrfSettings & { readonly invented: number } = {
  epochs: 2,
  denseRate: 0.03,
  lexicalRate: 0.05,
  dropout: 0.5,
  decay: 1e-4,
  seed: 7,
  invented: 4_000,
};
const DEFAULT_OUT = fileURLToPath(new URL('../../model/entities.json', import.meta.url));

type Encode = (set: NamedSet) => Promise<LabelledSentence[]>;

/** Reads the data, encodes it once, trains, scores on sets that did not train it, and writes the head. */
async function run(): Promise<void> {
  const { values } = parseArgs({
    options: {
      data: { type: 'string' },
      out: { type: 'string', default: DEFAULT_OUT },
      cache: { type: 'string' },
      choose: { type: 'boolean', default: false },
      help: { type: 'boolean' },
    },
  });
  const { data, out, cache, choose } = values;
  if (values.help || !data) return print(USAGE);
  const { home, catalogPath } = loadConfig(baseConfig);
  const embedder = new CatalogEmbedder({ model: 'minilm', home, catalogPath, workers: 1 });
  await embedder.start(() => undefined);
  const encode: Encode = ({ name, sentences }) => {
    print(`${name}: ${sentences.length} sentences`);
    return encodeSentences(sentences, embedder, cache && join(cache, `${name}-${hashOf(sentences)}.f32`));
  };
  try {
    const training = await readTraining(data);
    const weights = train(await encodeAll(training, encode));
    const scores = await score(await readEntitySets(data, choose ? 'choosing' : 'scores'), weights, encode);
    if (choose) return;
    await mkdir(dirname(out), { recursive: true });
    const counts = Object.fromEntries(training.map(({ name, sentences }) => [name, sentences.length]));
    const provenance = { settings: SETTINGS, sentences: counts, scores };
    const file = `${basename(out, '.json')}.safetensors`;
    await writeEntityHead(out, encodeEntityHead(weights, { model: 'minilm', file, provenance }));
    print(`wrote ${out}`);
  } finally {
    await embedder.close();
  }
}

/** The public sets, and own templates filled with their names. */
async function readTraining(data: string): Promise<NamedSet[]> {
  const sets = await readEntitySets(data, 'training');
  const annotated = sets.flatMap(({ sentences }) => sentences);
  return [...sets, { name: 'invented', sentences: fillTemplates(annotated, SETTINGS.invented, SETTINGS.seed) }];
}

async function encodeAll(sets: readonly NamedSet[], encode: Encode): Promise<LabelledSentence[]> {
  const rows: LabelledSentence[] = [];
  for (const set of sets) for (const row of await encode(set)) rows.push(row);
  return rows;
}

function train(rows: readonly LabelledSentence[]): EntityWeights {
  const { states, tags } = rows[0]!;
  const trainer = new CrfTrainer(states.length / tags.length, SETTINGS);
  return trainer.fit(rows, (epoch, loss) => print(`epoch ${epoch}: ${loss.toFixed(3)} nats per sentence`));
}

async function score(
  sets: readonly NamedSet[],
  weights: EntityWeights,
  encode: Encode,
): Promise<Record<string, EntityScores>> {
  const scores: Record<string, EntityScores> = {};
  for (const set of sets) {
    scores[set.name] = evaluateHead(await encode(set), weights);
    print(JSON.stringify({ [set.name]: scores[set.name] }));
  }
  return scores;
}

function hashOf(sentences: readonly AnnotatedSentence[]): string {
  return hash('sha256', sentences.map(({ text }) => `${text}\n`).join('')).slice(0, 16);
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

if (import.meta.main) await run();
