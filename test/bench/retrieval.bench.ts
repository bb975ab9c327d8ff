/**
 * Measures quality and speed of search: 1,001 questions of real bank customers (13 for each of 77 intents, evenly
 * spread over the training split of BANKING77) against the 77 articles of the sample help centre. The authors of the
 * articles had not read any question.
 *
 * Run alone, after a build, with Node 24:
 *
 *     node test/bench/retrieval.bench.ts
 *
 * It measures `apps/retrieval/dist` with its real model. A hit is the article whose `intents` holds the question's own,
 * counted by document. "With intent" passes the true intent to each search: an upper bound for intent detection.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { baseConfig, loadConfig } from '@llmos/config';
import { CatalogEmbedder } from '@llmos/models';
import { PREDICTIONS, type Prediction } from './intent.bench.ts';

type Source = typeof import('../../apps/retrieval/src/adapters/exact-vector.index.adapter.js') &
  typeof import('../../apps/retrieval/src/adapters/markdown-folder.adapter.js') &
  typeof import('../../apps/retrieval/src/document-embedder.js') &
  typeof import('../../apps/retrieval/src/hybrid-index.js') &
  typeof import('../../apps/retrieval/src/relevance/relevance-file.js') &
  typeof import('../../apps/retrieval/src/search-encoder.js');

export interface RetrievalFigures {
  /** Number of questions. */
  readonly n: number;
  /** Share of the questions whose article is the first document, or among the first three. */
  readonly hit1: number;
  readonly hit3: number;
  readonly hit1WithIntent: number;
  readonly hit3WithIntent: number;
  /** Median of one search, one at a time: embedding the question, ranking, building the answer. */
  readonly searchP50Ms: number;
  /** With the intent detected by a head that was not trained on the question (written by the intent benchmark). */
  readonly heldOut?: { readonly n: number; readonly hit1: number; readonly hit3: number };
}

export interface Question {
  readonly text: string;
  readonly intent: string;
}

const PER_INTENT = 13;
const LIMIT = 5;

export async function benchRetrieval(): Promise<RetrievalFigures> {
  const { root, catalogPath, samplesDir, home } = loadConfig(baseConfig);
  const { ExactVectorIndex, MarkdownFolder, DocumentEmbedder, HybridIndex, SearchEncoder, loadRelevance } =
    await builtService();
  const { model, update } = await loadRelevance(join(root, 'apps', 'retrieval', 'model', 'relevance.json'), 'minilm');
  const embeddings = new CatalogEmbedder({
    model: 'minilm',
    update: update?.path,
    home,
    catalogPath,
    workers: 1,
  });
  await embeddings.start(() => undefined);
  try {
    const index = new HybridIndex(new ExactVectorIndex(), model);
    const texts = new SearchEncoder(embeddings, model.head);
    const embedder = new DocumentEmbedder(texts);
    const intentsOf = new Map<string, readonly string[]>();
    for (const article of (await new MarkdownFolder(join(samplesDir, 'help-centre')).read()).articles) {
      await index.set({ tenant: 'shared', id: article.id }, await embedder.embed(article, 'folder'));
      intentsOf.set(article.id, article.intents);
    }
    const search = async (text: string, intent?: string): Promise<string[]> => {
      const [encoded] = await texts.encode([text], 'query');
      if (!encoded) throw new Error('the embedding model gave no vector');
      const { passages } = await index.search({ text, ...encoded, intent, limit: LIMIT, tenants: ['bench', 'shared'] });
      return [...new Set(passages.map(({ document }) => document))];
    };
    const isHit = ({ intent }: Question, documents: string[]): boolean =>
      documents.some((id) => intentsOf.get(id)?.includes(intent));

    const questions = sample(
      parseCsv(await readFile(join(root, 'apps', 'intent', 'training', 'banking77-train.csv'), 'utf8')),
    );
    const counts = { hit1: 0, hit3: 0, hit1WithIntent: 0, hit3WithIntent: 0 };
    const timesMs: number[] = [];
    for (const question of questions) {
      const startedMs = performance.now();
      const alone = await search(question.text);
      timesMs.push(performance.now() - startedMs);
      const withIntent = await search(question.text, question.intent);
      counts.hit1 += Number(isHit(question, alone.slice(0, 1)));
      counts.hit3 += Number(isHit(question, alone.slice(0, 3)));
      counts.hit1WithIntent += Number(isHit(question, withIntent.slice(0, 1)));
      counts.hit3WithIntent += Number(isHit(question, withIntent.slice(0, 3)));
    }
    const n = questions.length;
    const predictions = JSON.parse(await readFile(PREDICTIONS, 'utf8').catch(() => '[]')) as Prediction[];
    const held = { n: predictions.length, hit1: 0, hit3: 0 };
    for (const { text, intent, detected } of predictions) {
      const found = await search(text, detected);
      held.hit1 += Number(isHit({ text, intent }, found.slice(0, 1))) / held.n;
      held.hit3 += Number(isHit({ text, intent }, found.slice(0, 3))) / held.n;
    }
    return {
      ...(held.n > 0 ? { heldOut: held } : {}),
      n,
      hit1: counts.hit1 / n,
      hit3: counts.hit3 / n,
      hit1WithIntent: counts.hit1WithIntent / n,
      hit3WithIntent: counts.hit3WithIntent / n,
      searchP50Ms: timesMs.sort((a, b) => a - b)[Math.floor(n / 2)] ?? 0,
    };
  } finally {
    await embeddings.close();
  }
}

/** The same number of questions for each intent, evenly spread. */
function sample(questions: readonly Question[]): Question[] {
  const byIntent = Map.groupBy(questions, ({ intent }) => intent);
  return [...byIntent.values()].flatMap((all) =>
    Array.from({ length: PER_INTENT }, (_, n) => all[Math.floor((n * all.length) / PER_INTENT)] as Question),
  );
}

/** Two columns, `text,category`; a text with a comma, quote or line feed is quoted, with its quotes doubled. */
export function parseCsv(csv: string): Question[] {
  const rows = csv.matchAll(/(?:"((?:[^"]|"")*)"|([^,\n]*)),([a-zA-Z_?]+)\r?(?:\n|$)/g);
  return Array.from(rows, ([, quoted, plain, intent]) => ({
    text: (quoted?.replaceAll('""', '"') ?? plain ?? '').trim(),
    intent: intent ?? '',
  })).slice(1);
}

async function builtService(): Promise<Source> {
  const names = [
    'adapters/exact-vector.index.adapter',
    'adapters/markdown-folder.adapter',
    'document-embedder',
    'hybrid-index',
    'relevance/relevance-file',
    'search-encoder',
  ];
  const modules = names.map(
    (name) => import(new URL(`../../apps/retrieval/dist/${name}.js`, import.meta.url).href) as Promise<object>,
  );
  return Object.assign({}, ...(await Promise.all(modules))) as Source;
}

if (import.meta.main) process.stdout.write(`${JSON.stringify(await benchRetrieval(), null, 2)}\n`);
