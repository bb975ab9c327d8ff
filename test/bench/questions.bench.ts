/**
 * Measures how unanswered questions are grouped: questions of 197 intents of two public sets (up to 10 each of BANKING77 and of
 * the strangers of CLINC150), all as if nobody had written an article. Nothing is trained on them here.
 *
 * Run alone, after a build, with Node 24:
 *
 *     node test/bench/questions.bench.ts [similarity …]
 *
 * `together` is the share of pairs of questions with one intent that are in one group, `pure` the share of pairs in one
 * group that have one intent, and `named` the share of groups of five or more whose shown wording has the intent that
 * most of the group have.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { baseConfig, loadConfig } from '@llmos/config';
import { CatalogEmbedder } from '@llmos/models';
import { parseCsv, type Question } from './retrieval.bench.ts';

type Source = typeof import('../../apps/retrieval/src/questions/groups.js');

export interface GroupingFigures {
  readonly similarity: number | undefined;
  readonly questions: number;
  readonly groups: number;
  readonly together: number;
  readonly pure: number;
  readonly named: number;
  readonly ms: number;
}

const PER_INTENT = 10;

export async function benchGrouping(similarities: readonly (number | undefined)[]): Promise<GroupingFigures[]> {
  const { catalogPath, home, root } = loadConfig(baseConfig);
  const { groupByMeaning } = (await import(
    new URL('../../apps/retrieval/dist/questions/groups.js', import.meta.url).href
  )) as Source;
  const update = join(root, 'apps', 'retrieval', 'model', 'encoder-update.safetensors');
  const embeddings = new CatalogEmbedder({ model: 'minilm', update, home, catalogPath, workers: 1 });
  await embeddings.start(() => undefined);
  try {
    const questions = await readQuestions(root);
    const vectors = await embeddings.embed(questions.map(({ text }) => text));
    const asked = questions.map(({ text }, n) => ({ text, atMs: n, vector: vectors[n] }));
    const intents = new Map(questions.map(({ text, intent }) => [text, intent]));
    const figures: GroupingFigures[] = [];
    for (const similarity of similarities) {
      const startedMs = performance.now();
      const groups = await groupByMeaning(asked, similarity === undefined ? {} : { sameMeaning: similarity });
      const ms = Math.round(performance.now() - startedMs);
      const members = groups.map(({ wordings }) => wordings.map((text) => intents.get(text)!));
      figures.push({ similarity, questions: questions.length, groups: groups.length, ...quality(members), ms });
      const large = groups.filter(({ wordings }) => wordings.length >= 5);
      const isNamed = large.filter(
        ({ question, wordings }) => intents.get(question) === commonest(wordings.map((text) => intents.get(text)!)),
      );
      Object.assign(figures.at(-1)!, { named: isNamed.length / large.length });
    }
    return figures;
  } finally {
    await embeddings.close();
  }
}

function quality(groups: readonly (readonly string[])[]): { together: number; pure: number; named: number } {
  const pairs = (count: number): number => (count * (count - 1)) / 2;
  const sum = (counts: Iterable<number>): number => [...counts].reduce((total, count) => total + pairs(count), 0);
  const counts = (texts: readonly string[]) => Map.groupBy(texts, (text) => text).values();
  const right = groups.reduce((total, group) => total + sum([...counts(group)].map(({ length }) => length)), 0);
  const made = sum(groups.map(({ length }) => length));
  const wanted = sum([...counts(groups.flat())].map(({ length }) => length));
  return { together: right / wanted, pure: right / made, named: 0 };
}

function commonest(texts: readonly string[]): string {
  const counted = [...Map.groupBy(texts, (text) => text)].sort(([, a], [, b]) => b.length - a.length);
  return counted[0]![0];
}

async function readQuestions(root: string): Promise<Question[]> {
  const bank = parseCsv(await readFile(join(root, 'apps/intent/training/banking77-train.csv'), 'utf8'));
  const clinc = JSON.parse(await readFile(join(root, 'apps/retrieval/training/clinc-bank-train.json'), 'utf8')) as {
    strangers: Question[];
  };
  const byIntent = Map.groupBy([...bank, ...clinc.strangers], ({ intent }) => intent);
  const some = [...byIntent.values()].flatMap((all) =>
    Array.from({ length: Math.min(PER_INTENT, all.length) }, (_, n) => all[Math.floor((n * all.length) / PER_INTENT)]!),
  );
  return [...new Map(some.map((question) => [question.text, question])).values()];
}

if (import.meta.main) {
  const given = process.argv.slice(2).map(Number);
  process.stdout.write(`${JSON.stringify(await benchGrouping(given.length > 0 ? given : [undefined]), null, 2)}\n`);
}
