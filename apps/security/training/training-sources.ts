import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse as parseCsv } from 'csv-parse/sync';
import { parse as parseYaml } from 'yaml';
import { z } from 'zod';
import { PASSAGE_WINDOW_CHARS } from '#src/screening/windows.js';

/** One labelled text of a public set. */
export interface LabelledText {
  readonly text: string;
  readonly label: 'injection' | 'benign';
  /** `input`: sent by a user; `passage`: part of a document, where any order is an attack. */
  readonly side: 'input' | 'passage';
  readonly source: string;
}

type Read = (folder: string) => Promise<LabelledText[]>;
type Kind = Pick<LabelledText, 'label' | 'side' | 'source'>;

const records = z.array(z.record(z.string(), z.unknown()));
const yamlRows = z.array(z.object({ id: z.string(), label: z.string(), content: z.coerce.string() }));

const attack = (source: string): Kind => ({ source, label: 'injection', side: 'input' });
const benign = (source: string): Kind => ({ source, label: 'benign', side: 'input' });
const TEMPLATES = 'yizhongw+self-instruct/data/finetuning/t0_train_50k/data_per_template';
const COMPANIES = fileURLToPath(new URL('../../retrieval/training/companies', import.meta.url));
const HOLDOUT = 'Parapet-Tech+parapet/schema/eval/l1_holdout.yaml';
const GPTEACHER = 'teknium1+GPTeacher';

/** Some attacks are in other languages. Without harmless requests in them, any foreign sentence would look like one. */
const LANGUAGES = 'de es fr it pt nl pl ru uk sv fi cs el tr ar he hi zh-cn ja ko vi id'.split(' ');
const DOCUMENTS = [
  'quoref_Answer_Test',
  'cnn_dailymail_3_0_0_news_stock',
  'imdb_Reviewer_Enjoyment',
  'wiki_bio_comprehension',
  'multi_news_summarize',
  'amazon_polarity_would_you_buy',
];

/**
 * The training data: unchanged files of public repositories in `<data>/<owner>+<name>/<path>`. The model card lists the
 * licences.
 */
export const trainingSources: readonly Read[] = [
  csv('TrustAIRLab+JailbreakLLMs/data/jailbreak_prompts.csv', 'prompt', attack('in-the-wild-jailbreaks')),
  csv('TrustAIRLab+JailbreakLLMs/data/questions.csv', 'question', benign('forbidden-questions')),
  csv('Giskard-AI+prompt-injections/prompt_injections.csv', 'prompt', attack('giskard')),
  csv('paul-rottger+exaggerated-safety/xstest_prompts.csv', 'prompt', benign('xstest')),
  yaml('Parapet-Tech+parapet/schema/eval/opensource_gandalf_attacks.yaml', '', attack('gandalf')),
  yaml(HOLDOUT, 'hackaprompt', attack('hackaprompt')),
  yaml(HOLDOUT, 'ultrachat', benign('ultrachat')),
  yaml(HOLDOUT, 'wildguardmix-ben', benign('wildguardmix-train')),
  yaml(HOLDOUT, 'awesome-chatgpt', benign('awesome-chatgpt-prompts')),
  yaml(HOLDOUT, 'dahoas', benign('dahoas-hh')),
  lines(
    'HumanCompatibleAI+tensor-trust-data/benchmarks/hijacking-robustness/v1/hijacking_robustness_dataset.jsonl',
    'attack',
    attack('tensor-trust'),
  ),
  lines(
    'HumanCompatibleAI+tensor-trust-data/benchmarks/extraction-robustness/v1/extraction_robustness_dataset.jsonl',
    'attack',
    attack('tensor-trust'),
  ),
  json(
    'meta-llama+PurpleLlama/CybersecurityBenchmarks/datasets/prompt_injection/prompt_injection.json',
    'user_input',
    attack('purple-llama'),
  ),
  lists('microsoft+BIPIA/benchmark/code_attack_train.json', attack('bipia-code')),
  lists('microsoft+BIPIA/benchmark/text_attack_train.json', { ...attack('bipia-text'), side: 'passage' }),
  deepset('HackaT104+prompt-injection-detector/datasets/custom/deepset_train.csv'),
  lines('yizhongw+self-instruct/human_eval/user_oriented_instructions.jsonl', 'instruction', benign('self-instruct')),
  lines('yizhongw+self-instruct/data/seed_tasks.jsonl', 'instruction', benign('self-instruct')),
  lines('arnav-gudibande+koala-test-set/koala_test_set.jsonl', 'prompt', benign('koala')),
  json(
    `${GPTEACHER}/Roleplay/roleplay-simple-deduped-roleplay-instruct.json`,
    'instruction',
    benign('gpteacher-roles'),
  ),
  json(`${GPTEACHER}/Codegen/codegen-instruct.json`, 'instruction', benign('gpteacher-code')),
  templates(TEMPLATES, 4),
  ...LANGUAGES.map((language) => smartHome(`home-assistant+intents/tests/${language}`, 60)),
  clinc('clinc+oos-eval/data/data_full.json', 1_200),
  ...DOCUMENTS.map((name) => document(`${TEMPLATES}/${name}.jsonl`, 'prompt')),
  ...['dh', 'ds'].map((kind) => toolAnswers(`enkryptai+xInjectAgent/data/test_cases_${kind}_base.json`)),
  document('microsoft+BIPIA/benchmark/email/train.jsonl', 'context'),
  document('microsoft+BIPIA/benchmark/code/train.jsonl', 'context', 60),
  document('microsoft+BIPIA/benchmark/table/train.jsonl', 'context', 60),
];

/** This project's own examples: lines of `{"text", "label", "side"}`. Each `kind` is a source of its own. */
export async function readOwnExamples(path: string): Promise<LabelledText[]> {
  const row = z.object({
    text: z.string(),
    label: z.enum(['injection', 'benign']),
    side: z.enum(['input', 'passage']),
    kind: z.enum(['bank', 'encoded', 'languages', 'reported', 'triggers']).optional(),
  });
  const content = await readFile(path, 'utf8');
  return content
    .split('\n')
    .filter(Boolean)
    .map((line) => row.parse(JSON.parse(line)))
    .map(({ kind, ...example }) => ({ ...example, source: kind === undefined ? 'own' : `own-${kind}` }));
}

/** The examples of the head on characters: lines of `{"text", "label", "language"}`. Each language is a source. */
export async function readCharacterExamples(path: string): Promise<LabelledText[]> {
  const row = z.object({ text: z.string(), label: z.enum(['injection', 'benign']), language: z.string() });
  return (await readFile(path, 'utf8'))
    .trim()
    .split('\n')
    .map((line) => row.parse(JSON.parse(line)))
    .map(({ text, label, language }) => ({ text, label, side: 'input', source: `language-${language}` }));
}

/** The articles of the invented companies that search is trained on: they tell readers what to do, and attack nobody. */
async function readHelpArticles(): Promise<LabelledText[]> {
  const row = z.object({ text: z.string(), id: z.string().optional() });
  const files = (await readdir(COMPANIES)).filter((file) => file.endsWith('.jsonl')).sort();
  const contents = await Promise.all(files.map((file) => readFile(join(COMPANIES, file), 'utf8')));
  const kind: Kind = { source: 'help-articles', label: 'benign', side: 'passage' };
  return contents
    .flatMap((content) => content.trim().split('\n'))
    .map((line) => JSON.parse(line) as Record<string, unknown>)
    .filter(({ id }) => id !== undefined)
    .map((article) => ({ ...kind, text: row.parse(article).text }));
}

/** Every row of every source. Rejects naming the first missing file. */
export async function readTrainingTexts(folder: string, ownPath: string): Promise<LabelledText[]> {
  const reading = [...trainingSources.map((read) => read(folder)), readOwnExamples(ownPath), readHelpArticles()];
  const sets = await Promise.all(reading);
  return sets
    .flat()
    .map((row) => ({ ...row, text: row.text.trim() }))
    .filter(({ text }) => text.length > 3);
}

function csv(path: string, column: string, kind: Kind): Read {
  return async (folder) => rowsOf(readCsv(await readFile(join(folder, path), 'utf8')), column, kind);
}

function json(path: string, column: string, kind: Kind): Read {
  return async (folder) => rowsOf(records.parse(JSON.parse(await readFile(join(folder, path), 'utf8'))), column, kind);
}

function lines(path: string, column: string, kind: Kind): Read {
  return async (folder) => rowsOf(parseLines(await readFile(join(folder, path), 'utf8')), column, kind);
}

/** A JSON object of lists of texts. */
function lists(path: string, kind: Kind): Read {
  return async (folder) => {
    const headings = z
      .record(z.string(), z.array(z.string()))
      .parse(JSON.parse(await readFile(join(folder, path), 'utf8')));
    return Object.values(headings)
      .flat()
      .map((text) => ({ ...kind, text }));
  };
}

function yaml(path: string, prefix: string, kind: Kind): Read {
  return async (folder) => {
    const rows = yamlRows.parse(parseYaml(await readFile(join(folder, path), 'utf8')));
    const wanted = kind.label === 'benign' ? 'benign' : 'malicious';
    return rows
      .filter(({ id, label }) => id.startsWith(prefix) && label === wanted)
      .map(({ content }) => ({ ...kind, text: content }));
  };
}

/** German and English; its attacks include role plays and requests that do not attack the model. */
function deepset(path: string): Read {
  return async (folder) =>
    readCsv(await readFile(join(folder, path), 'utf8')).map((row) => {
      const kind = row['label'] === '1' ? attack('deepset-train') : benign('deepset-train');
      return { ...kind, text: String(row['text']) };
    });
}

function clinc(path: string, count: number): Read {
  return async (folder) => {
    const splits = z.record(z.string(), z.array(z.tuple([z.string(), z.string()])));
    const train = splits.parse(JSON.parse(await readFile(join(folder, path), 'utf8')))['train'] ?? [];
    const step = Math.max(1, Math.floor(train.length / count));
    return train.filter((_, at) => at % step === 0).map(([text]) => ({ ...benign('clinc150'), text }));
  };
}

/** Tasks with their documents, as they are given to a model: `count` of each file of a folder. */
function templates(path: string, count: number): Read {
  return async (folder) => {
    const names = (await readdir(join(folder, path))).filter((name) => name.endsWith('.jsonl')).sort();
    const files = await Promise.all(names.map((name) => readFile(join(folder, path, name), 'utf8')));
    return files.flatMap((content) => rowsOf(parseLines(content).slice(-count), 'prompt', benign('t0-tasks')));
  };
}

/** Smart-home requests in one language: the first wording of each, `count` in all. */
function smartHome(path: string, count: number): Read {
  const file = z.object({ tests: z.array(z.object({ sentences: z.array(z.coerce.string()) })) });
  return async (folder) => {
    const names = (await readdir(join(folder, path))).filter((name) => !name.startsWith('_')).sort();
    const files = await Promise.all(names.map((name) => readFile(join(folder, path, name), 'utf8')));
    const texts = files.flatMap((content) =>
      file.parse(parseYaml(content)).tests.flatMap(({ sentences }) => sentences.slice(0, 1)),
    );
    const step = Math.max(1, Math.floor(texts.length / count));
    const chosen = texts.filter((_, at) => at % step === 0).slice(0, count);
    return chosen.map((text) => ({ ...benign('smart-home'), text }));
  };
}

/** Answers of tools as passages, with an attacker's order or a harmless text in a free field. */
function toolAnswers(path: string): Read {
  const row = z.object({ 'Attacker Instruction': z.string(), 'Tool Response Template': z.string() });
  return async (folder) => {
    const rows = z.array(row).parse(JSON.parse(await readFile(join(folder, path), 'utf8')));
    const filled = rows.map(({ 'Attacker Instruction': order, 'Tool Response Template': answer }, at): LabelledText => {
      const isAttack = at % 8 !== 0;
      const text = answer.replace('<Attacker Instruction>', isAttack ? order : (HARMLESS[at % HARMLESS.length] ?? ''));
      return { text, label: isAttack ? 'injection' : 'benign', side: 'passage', source: 'injecagent' };
    });
    // In a longer attack, the cut into windows could remove the order.
    return filled.filter(({ text, label }) => label === 'benign' || text.length <= PASSAGE_WINDOW_CHARS * 2);
  };
}

/** Harmless contents of the free field of a tool's answer. */
const HARMLESS = [
  'Works as described, and arrived two days early.',
  'Thanks again for dinner, it was lovely to see you both.',
  'The meeting moved to Thursday at ten; the room stays the same.',
  'Fixes a crash when the file is empty and adds a test for it.',
  'Battery life could be better, but the screen is excellent.',
  'The parcel was left with the neighbour on the second floor.',
  'Minutes of the last call are attached; comments are welcome until Friday.',
];

/** Documents as benign passages; of a task with a document only the document is kept. */
function document(path: string, column: string, count = 200): Read {
  return async (folder) => {
    const rows = parseLines(await readFile(join(folder, path), 'utf8')).slice(0, count);
    const kind: Kind = { source: 'documents', label: 'benign', side: 'passage' };
    return rowsOf(rows, column, kind).map((row) => ({
      ...row,
      text: column === 'prompt' ? middleOf(row.text) : row.text,
    }));
  };
}

/** The longest paragraph: task templates put their question before or after the document. */
function middleOf(text: string): string {
  return text.split(/\n+/).reduce((longest, part) => (part.length > longest.length ? part : longest), '');
}

function readCsv(content: string): Record<string, unknown>[] {
  return parseCsv(content, { columns: true, bom: true, relax_quotes: true });
}

function parseLines(content: string): Record<string, unknown>[] {
  return records.parse(
    content
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as unknown),
  );
}

function rowsOf(rows: readonly Record<string, unknown>[], column: string, kind: Kind): LabelledText[] {
  return rows.flatMap((row) => (typeof row[column] === 'string' ? [{ ...kind, text: row[column] }] : []));
}
