import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { EmbeddingCache } from '@llmos/models';
import { parse } from 'yaml';
import { cutPassages, embeddingText } from '#src/passages.js';
import { WordIndex } from '#src/word-index.js';

const CLINC_PATH = fileURLToPath(new URL('clinc-bank-train.json', import.meta.url));
const BANKING77_PATH = fileURLToPath(new URL('../../intent/training/banking77-train.csv', import.meta.url));
export const HELP_CENTRE = fileURLToPath(new URL('../../../deploy/samples/help-centre', import.meta.url));
const FRONT_MATTER = /^---\r?\n([\s\S]*?)\r?\n---[ \t]*\r?\n([\s\S]*)$/;

/** A document with its vectors. */
export interface CorpusDocument {
  readonly id: string;
  readonly text: string;
  readonly title: Float32Array;
  readonly passages: readonly Float32Array[];
}

/** Documents that are searched together. */
export interface Corpus {
  readonly documents: readonly CorpusDocument[];
  readonly words: WordIndex<CorpusDocument>;
}

/** A question and the documents that answer it. */
export interface Question {
  readonly text: string;
  readonly intent: string;
  readonly articles: readonly string[];
}

export interface TrainingData {
  readonly clinc: readonly Question[];
  readonly banking77: readonly Question[];
  /** Questions that no article answers. */
  readonly strangers: readonly Question[];
}

export interface Article {
  readonly id: string;
  readonly title: string;
  readonly intents: readonly string[];
  readonly text: string;
}

/** The articles of a folder. */
export async function readArticles(folder: string): Promise<Article[]> {
  const articles: Article[] = [];
  for (const file of (await readdir(folder)).sort()) {
    const [, front, text] = FRONT_MATTER.exec(await readFile(join(folder, file), 'utf8')) ?? [];
    if (front === undefined || text === undefined) continue;
    articles.push({ intents: [], ...(parse(front) as Omit<Article, 'text' | 'intents'>), text: text.trim() });
  }
  return articles;
}

/** The sample help centre, embedded as the service embeds it. */
export async function readHelpCentre(cache: EmbeddingCache): Promise<{ corpus: Corpus; articles: readonly Article[] }> {
  const articles = await readArticles(HELP_CENTRE);
  const documents: CorpusDocument[] = [];
  for (const { id, title, text } of articles) {
    const drafts = cutPassages(title, text);
    const [first, ...passages] = await cache.embed([title, ...drafts.map((draft) => embeddingText(title, draft))]);
    documents.push({ id, text: `${title}\n${text}`, title: first!, passages });
  }
  return { corpus: corpusOf(documents), articles };
}

export function corpusOf(documents: readonly CorpusDocument[]): Corpus {
  const words = new WordIndex<CorpusDocument>();
  for (const document of documents) words.add(document, document.text);
  return { documents, words };
}

export async function readData(articles: readonly Article[]): Promise<TrainingData> {
  const clinc = JSON.parse(await readFile(CLINC_PATH, 'utf8')) as {
    questions: Question[];
    strangers: Omit<Question, 'articles'>[];
  };
  const rows = (await readFile(BANKING77_PATH, 'utf8')).split(/\r?\n/).slice(1);
  const banking77 = rows.flatMap((row) => {
    const [, quoted, plain = '', intent = ''] = /^(?:"((?:[^"]|"")*)"|([^,]*)),(.*)$/.exec(row) ?? [];
    const answering = articles.filter(({ intents }) => intents.includes(intent)).map(({ id }) => id);
    const text = (quoted?.replaceAll('""', '"') ?? plain).trim();
    return answering.length === 0 ? [] : [{ text, intent, articles: answering }];
  });
  const strangers = clinc.strangers.map((stranger) => ({ ...stranger, articles: [] }));
  return { clinc: clinc.questions, banking77, strangers };
}
