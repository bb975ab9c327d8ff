import { createHash } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { baseConfig, loadConfig } from '@llmos/config';
import { CatalogEmbedder } from '@llmos/models';
import { encodeEntityHead, writeEntityHead } from '../entity-head-file.js';
import { CrfTrainer, type CrfSettings, type LabelledSentence } from './crf-trainer.js';
import { readConll, type AnnotatedSentence } from './dataset.js';
import { evaluateHead } from './evaluation.js';
import { readSentences } from './sentence-states.js';
import { inventSentences } from './templates.js';

const USAGE = `Trains the entity head on frozen MiniLM token states.

  node apps/analysis/dist/entities/training/train.command.js --data <folder> [--out <file>] [--cache <folder>]

The folder holds wikiann/{train,test} (WikiANN, English) and wnut17train.conll, emerging.test.annotated (WNUT 2017).
--out    the head's description (default apps/analysis/model/entities.json); its weights lie beside it
--cache  where token states are kept between trainings (outside the checkout; default: not kept)
--limit  sentences of WikiANN's training split (default 20000)
`;

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
const DEFAULT_OUT = fileURLToPath(new URL('../../../model/entities.json', import.meta.url));

/** The whole command: reads the data, encodes it once, trains, scores on the test splits, writes the head. */
export async function trainEntities(args: readonly string[], say: (line: string) => void): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      data: { type: 'string' },
      out: { type: 'string', default: DEFAULT_OUT },
      cache: { type: 'string' },
      limit: { type: 'string', default: '20000' },
      help: { type: 'boolean' },
    },
  });
  if (values.help || !values.data) return say(USAGE);
  const { home, catalogPath } = loadConfig(baseConfig);
  const embedder = new CatalogEmbedder({
    model: 'minilm',
    home,
    catalogPath,
    workers: 1,
  });
  await embedder.start(() => undefined);
  const labelled = async (name: string, sentences: readonly AnnotatedSentence[]): Promise<LabelledSentence[]> => {
    say(`${name}: ${sentences.length} sentences`);
    return readSentences(sentences, embedder, values.cache && join(values.cache, `${name}-${hashOf(sentences)}.f32`));
  };
  try {
    const wiki = await readConll(join(values.data, 'wikiann', 'train'), Number(values.limit));
    const wnut = await readConll(join(values.data, 'wnut17train.conll'));
    const invented = await labelled('invented', inventSentences(wiki, SETTINGS.invented, SETTINGS.seed));
    const [wikiRows, wnutRows] = [await labelled('wikiann-train', wiki), await labelled('wnut17-train', wnut)];
    const repeated = Array.from({ length: SETTINGS.wnutRepeats }, () => wnutRows).flat();
    const trainer = new CrfTrainer(wikiRows[0]!.states.length / wikiRows[0]!.tags.length, SETTINGS);
    const weights = trainer.fit([...wikiRows, ...invented, ...repeated], (epoch, loss) =>
      say(`epoch ${epoch}: ${loss.toFixed(3)} nats a sentence`),
    );
    const scores: Record<string, unknown> = {};
    for (const [name, path] of [
      ['wikiann-test', join('wikiann', 'test')],
      ['wnut17-test', 'emerging.test.annotated'],
    ] as const) {
      const rows = await labelled(name, await readConll(join(values.data, path)));
      scores[name] = evaluateHead(rows, weights);
      say(JSON.stringify({ [name]: scores[name] }));
    }
    await mkdir(dirname(values.out), { recursive: true });
    const provenance = { settings: SETTINGS, sentences: { wikiann: wiki.length, wnut17: wnut.length }, scores };
    await writeEntityHead(
      values.out,
      encodeEntityHead(weights, { model: 'minilm', binFile: 'entities.bin', provenance }),
    );
    say(`written: ${values.out}`);
  } finally {
    await embedder.close();
  }
}

function hashOf(sentences: readonly AnnotatedSentence[]): string {
  const hash = createHash('sha256');
  for (const { text } of sentences) hash.update(`${text}\n`);
  return hash.digest('hex').slice(0, 16);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await trainEntities(process.argv.slice(2), (line) => process.stdout.write(`${line}\n`));
}
