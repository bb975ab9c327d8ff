// Trains the entity head: node apps/analysis/training/entities/train.ts --help (build first: nx build analysis).
import { hash } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { baseConfig, loadConfig } from '@llmos/config';
import { CatalogEmbedder } from '@llmos/models';
import { encodeEntityHead, writeEntityHead } from '#src/entities/entity-head-file.js';
import { CrfTrainer, type CrfSettings, type LabelledSentence } from './crf-trainer.ts';
import { readConll, type AnnotatedSentence } from './dataset.ts';
import { evaluateHead } from './evaluation.ts';
import { encodeSentences } from './sentence-states.ts';
import { fillTemplates } from './templates.ts';

const USAGE = `Trains the entity head on the token states of MiniLM.
  --data <folder>   holds wikiann/{train,test} (WikiANN, English) and wnut17train.conll, emerging.test.annotated (WNUT 2017)
  --out <file>      the description of the head; its weights are written beside it (default: the committed head)
  --cache <folder>  keep token states here between runs
  --limit <n>       sentences of WikiANN's training split (default: 20000)`;

const SETTINGS: CrfSettings & { readonly invented: number; readonly wnutRepeats: number } = {
  epochs: 2,
  denseRate: 0.03,
  lexicalRate: 0.05,
  dropout: 0.5,
  decay: 1e-4,
  seed: 7,
  invented: 4_000,
  wnutRepeats: 2,
};
const DEFAULT_OUT = fileURLToPath(new URL('../../model/entities.json', import.meta.url));

/** Reads the data, encodes it once, trains, scores on the test splits, and writes the head. */
async function run(): Promise<void> {
  const { values } = parseArgs({
    options: {
      data: { type: 'string' },
      out: { type: 'string', default: DEFAULT_OUT },
      cache: { type: 'string' },
      limit: { type: 'string', default: '20000' },
      help: { type: 'boolean' },
    },
  });
  const { data, out, cache } = values;
  if (values.help || !data) return print(USAGE);
  const { home, catalogPath } = loadConfig(baseConfig);
  const embedder = new CatalogEmbedder({ model: 'minilm', home, catalogPath, workers: 1 });
  await embedder.start(() => undefined);
  const encode = (name: string, sentences: readonly AnnotatedSentence[]): Promise<LabelledSentence[]> => {
    print(`${name}: ${sentences.length} sentences`);
    return encodeSentences(sentences, embedder, cache && join(cache, `${name}-${hashOf(sentences)}.f32`));
  };
  try {
    const wiki = await readConll(join(data, 'wikiann', 'train'), Number(values.limit));
    const wnut = await readConll(join(data, 'wnut17train.conll'));
    const invented = await encode('invented', fillTemplates(wiki, SETTINGS.invented, SETTINGS.seed));
    const [wikiRows, wnutRows] = [await encode('wikiann-train', wiki), await encode('wnut17-train', wnut)];
    const repeated = Array.from({ length: SETTINGS.wnutRepeats }, () => wnutRows).flat();
    const trainer = new CrfTrainer(wikiRows[0]!.states.length / wikiRows[0]!.tags.length, SETTINGS);
    const weights = trainer.fit([...wikiRows, ...invented, ...repeated], (epoch, loss) =>
      print(`epoch ${epoch}: ${loss.toFixed(3)} nats per sentence`),
    );
    const scores: Record<string, unknown> = {};
    for (const [name, path] of [
      ['wikiann-test', join('wikiann', 'test')],
      ['wnut17-test', 'emerging.test.annotated'],
    ] as const) {
      const rows = await encode(name, await readConll(join(data, path)));
      scores[name] = evaluateHead(rows, weights);
      print(JSON.stringify({ [name]: scores[name] }));
    }
    await mkdir(dirname(out), { recursive: true });
    const provenance = { settings: SETTINGS, sentences: { wikiann: wiki.length, wnut17: wnut.length }, scores };
    const file = `${basename(out, '.json')}.safetensors`;
    await writeEntityHead(out, encodeEntityHead(weights, { model: 'minilm', file, provenance }));
    print(`wrote ${out}`);
  } finally {
    await embedder.close();
  }
}

function hashOf(sentences: readonly AnnotatedSentence[]): string {
  return hash('sha256', sentences.map(({ text }) => `${text}\n`).join('')).slice(0, 16);
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

if (import.meta.main) await run();
