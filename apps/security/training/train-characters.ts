// Trains the screening head on characters: node apps/security/training/train-characters.ts --data <folder>
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { writeCharacterHead } from '#src/screening/head/character-head.js';
import { CHARACTER_SETTINGS, trainCharacterHead, type CharacterRow } from './character-head-trainer.ts';
import { readReportSets } from './report-sets.ts';
import { selectTexts } from './training-rows.ts';
import { readCharacterExamples, readTrainingTexts } from './training-sources.ts';

const MODEL_FOLDER = fileURLToPath(new URL('../model', import.meta.url));
const OWN_EXAMPLES = fileURLToPath(new URL('screening-examples.jsonl', import.meta.url));
const CHARACTER_EXAMPLES = fileURLToPath(new URL('character-examples.jsonl', import.meta.url));

/** The inputs of `--data` and of this folder, without texts of the report. Each language is a source of its own. */
async function readRows(folder: string): Promise<CharacterRow[]> {
  const languages = await readCharacterExamples(CHARACTER_EXAMPLES);
  const reported = (await readReportSets(folder)).map(({ text }) => text);
  const all = [...languages, ...(await readTrainingTexts(folder, OWN_EXAMPLES))];
  const { texts } = selectTexts(
    all.filter(({ side }) => side === 'input'),
    reported,
  );
  return [...texts];
}

async function run(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: { data: { type: 'string' }, out: { type: 'string', default: MODEL_FOLDER } },
  });
  if (values.data === undefined) {
    throw new Error('--data <folder> is missing: the public sets, as the model card lists them');
  }
  const print = (line: string): void => void process.stdout.write(`${line}\n`);
  const rows = await readRows(values.data);
  const { weights, heldOut } = trainCharacterHead(rows, print);
  print(JSON.stringify({ rows: rows.length, heldOut }));
  await writeCharacterHead(join(values.out, 'character-head.json'), weights, {
    model: 'injection-characters',
    file: 'character-head.safetensors',
    provenance: { rows: rows.length, settings: CHARACTER_SETTINGS, heldOut },
  });
}

if (import.meta.main) await run(process.argv.slice(2));
