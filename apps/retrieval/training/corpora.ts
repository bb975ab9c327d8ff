import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse, stringify } from 'yaml';

const CLINC_PATH = fileURLToPath(new URL('clinc-bank-train.json', import.meta.url));
const BANKING77_PATH = fileURLToPath(new URL('../../intent/training/banking77-train.csv', import.meta.url));
const HELP_CENTRE = fileURLToPath(new URL('../../../deploy/samples/help-centre', import.meta.url));
const COMPANIES = fileURLToPath(new URL('companies', import.meta.url));
const FRONT_MATTER = /^---\r?\n([\s\S]*?)\r?\n---[ \t]*\r?\n([\s\S]*)$/;

export interface Article {
  readonly id: string;
  readonly title: string;
  /** Markdown. */
  readonly text: string;
}

/** A message and the articles that answer it; none if no article does. */
export interface Question {
  readonly text: string;
  readonly articles: readonly string[];
  /** The text is the turns of a dialogue. */
  readonly isDialogue?: boolean;
}

/** A company's articles, and what its customers ask. */
export interface Company {
  readonly name: string;
  readonly articles: readonly Article[];
  readonly questions: readonly Question[];
}

/** A line of a company's file. */
interface Line {
  readonly id?: string;
  readonly title: string;
  readonly text: string;
  readonly question?: string;
  readonly turns?: readonly string[];
  readonly articles?: readonly string[];
}

/**
 * - `training`: what the encoder and the weights of its tokens are trained on.
 * - `calibration`: companies that the encoder has not seen; the weights of the signs and the threshold are fitted on them.
 * - `held-out`: companies by which the result is judged, and nothing is fitted.
 * - `unseen`: the same, of other trades and by other authors.
 */
export type Part = 'training' | 'calibration' | 'held-out' | 'unseen';

/** The invented companies of a part. Of a dialogue, the turns together are the question. */
export async function readCompanies(part: Part): Promise<Company[]> {
  const folder = part === 'training' ? COMPANIES : join(COMPANIES, part);
  const files = (await readdir(folder)).filter((file) => file.endsWith('.jsonl')).sort();
  return Promise.all(files.map((file) => readCompany(join(folder, file))));
}

async function readCompany(path: string): Promise<Company> {
  const lines = (await readFile(path, 'utf8'))
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Line);
  const articles = lines.flatMap(({ id, title, text }) => (id === undefined ? [] : [{ id, title, text }]));
  const questions = lines.flatMap(({ question, turns, articles: answers }) => {
    const text = question ?? turns?.join(' ');
    return text === undefined || !answers ? [] : [{ text, articles: answers, isDialogue: turns !== undefined }];
  });
  const name = basename(path, '.jsonl');
  return name === 'quillbank'
    ? { name, questions, articles: (await readSampleBank()).articles }
    : { name, articles, questions };
}

/** Writes a held-out company as `LLMOS_RETRIEVAL_DOCUMENTS` and `llmos eval answers` read it. */
export async function unpackCompany(name: string, folder: string): Promise<void> {
  const path = join(COMPANIES, 'held-out', `${name}.jsonl`);
  const { articles } = await readCompany(path);
  await mkdir(folder, { recursive: true });
  for (const { text, ...front } of articles)
    await writeFile(join(folder, `${front.id}.md`), `---\n${stringify(front)}---\n\n${text}\n`);
  const lines = (await readFile(path, 'utf8'))
    .split('\n')
    .filter((line) => line && !('id' in (JSON.parse(line) as object)));
  await writeFile(join(folder, 'questions.jsonl'), `${lines.join('\n')}\n`);
}

/** The sample bank's articles with the questions to a bank of two public sets, and questions about anything else. */
export async function readPublicData(): Promise<{ bank: readonly Company[]; strangers: readonly string[] }> {
  const { articles, articlesOf } = await readSampleBank();
  const clinc = JSON.parse(await readFile(CLINC_PATH, 'utf8')) as {
    questions: Question[];
    strangers: { text: string }[];
  };
  const rows = (await readFile(BANKING77_PATH, 'utf8')).split(/\r?\n/).slice(1);
  const banking77 = rows.flatMap((row) => {
    const [, quoted, plain = '', intent = ''] = /^(?:"((?:[^"]|"")*)"|([^,]*)),(.*)$/.exec(row) ?? [];
    const answers = articlesOf.get(intent) ?? [];
    return answers.length === 0 ? [] : [{ text: (quoted?.replaceAll('""', '"') ?? plain).trim(), articles: answers }];
  });
  return {
    bank: [
      { name: 'clinc150', articles, questions: clinc.questions },
      { name: 'banking77', articles, questions: banking77 },
    ],
    strangers: clinc.strangers.map(({ text }) => text),
  };
}

/**
 * The questions of CLINC150's training split to which the intents of the strangers in `clinc-bank-train.json` belong, and
 * those out of scope: that file has nine of each intent, of which an encoder learns little about other strangers.
 */
export async function readStrangers(clincPath: string): Promise<string[]> {
  const { strangers } = JSON.parse(await readFile(CLINC_PATH, 'utf8')) as { strangers: { intent: string }[] };
  const intents = new Set(strangers.map(({ intent }) => intent));
  const splits = JSON.parse(await readFile(clincPath, 'utf8')) as Record<string, [string, string][]>;
  const rows = [...(splits['train'] ?? []), ...(splits['oos_train'] ?? [])];
  return rows.filter(([, intent]) => intents.has(intent)).map(([text]) => text);
}

async function readSampleBank(): Promise<{ articles: Article[]; articlesOf: ReadonlyMap<string, readonly string[]> }> {
  const articles: Article[] = [];
  const articlesOf = new Map<string, string[]>();
  for (const file of (await readdir(HELP_CENTRE)).sort()) {
    const [, front, text] = FRONT_MATTER.exec(await readFile(join(HELP_CENTRE, file), 'utf8')) ?? [];
    if (front === undefined || text === undefined) continue;
    const { id, title, intents = [] } = parse(front) as { id: string; title: string; intents?: string[] };
    articles.push({ id, title, text: text.trim() });
    for (const intent of intents) articlesOf.set(intent, [...(articlesOf.get(intent) ?? []), id]);
  }
  return { articles, articlesOf };
}
