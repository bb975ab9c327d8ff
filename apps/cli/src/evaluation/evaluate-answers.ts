import { z } from 'zod';
import { CliError } from '../cli-error.js';
import type { GatewayClient, Reply } from '@llmos/client';
import { detailsOf } from '@llmos/client';
import { eachAtOnce } from './each-at-once.js';
import type { Article } from './help-centre.js';
import { unsupportedSentences } from './support.js';

const questionSchema = z
  .object({
    question: z.string().min(1),
    article: z.string().optional(),
    intent: z.string().optional(),
    facts: z.unknown().optional(),
  })
  .refine(({ article, intent }) => article !== undefined || intent !== undefined, 'give `article` or `intent`');
export type Question = z.infer<typeof questionSchema>;

export interface AnswersReport {
  readonly n: number;
  /** Share of questions whose right article is the first found, among the first three. */
  readonly hit1: number;
  readonly hit3: number;
  /** Share of questions answered at all. */
  readonly answered: number;
  /** Share of the answers that cite the right article. */
  readonly cited_right: number;
  /** Share of the answers that hold a sentence which the articles they cite do not carry. */
  readonly unsupported: number;
  /** Share of the runs that a fallback answered in part. */
  readonly degraded: number;
}

/** @throws CliError naming the line at fault. */
export function parseQuestions(text: string, file: string): Question[] {
  return text.split('\n').flatMap((line, index) => {
    if (line.trim() === '') return [];
    const parsed = questionSchema.safeParse(jsonOf(line));
    if (parsed.success) return [parsed.data];
    throw new CliError(
      `${file}:${index + 1}: ${parsed.error.issues[0]!.message}; a line looks like {"question":"…","article":"card-arrival"}`,
    );
  });
}

/**
 * Asks every question and judges the answer against the articles themselves: was the right one found and cited, and
 * does the text of what is cited carry what was said (see `unsupportedSentences`). A right article is the one named,
 * or any written for the intent named. `facts` is not read: whether a free sentence contradicts a fact cannot be
 * decided by rules, and figures are compared with the articles anyway.
 */
export async function evaluateAnswers(
  client: GatewayClient,
  questions: readonly Question[],
  articles: ReadonlyMap<string, Article>,
  concurrency: number,
  onDone: () => void,
): Promise<AnswersReport> {
  const judged = await eachAtOnce(questions, concurrency, async (question) => {
    const right = rightArticles(question, articles);
    const reply = await client.process('customer_service', { text: question.question });
    onDone();
    return judge(reply, right, articles);
  });
  const answers = judged.filter(({ answered }) => answered);
  return {
    n: judged.length,
    hit1: share(judged, ({ rank }) => rank === 0),
    hit3: share(judged, ({ rank }) => rank >= 0 && rank < 3),
    answered: share(judged, ({ answered }) => answered),
    cited_right: share(answers, ({ citedRight }) => citedRight),
    unsupported: share(answers, ({ unsupported }) => unsupported),
    degraded: share(judged, ({ degraded }) => degraded),
  };
}

export function judge(
  reply: Pick<Reply, 'result' | 'details'>,
  right: ReadonlySet<string>,
  articles: ReadonlyMap<string, Article>,
) {
  const { citations, retrieved, grounding, degraded } = detailsOf(reply);
  const cited = [...new Set(citations?.map(({ document }) => document))];
  const found = retrieved ? [...new Set(retrieved.map(({ document }) => document))] : cited;
  const source = cited.map((id) => `${articles.get(id)?.title ?? ''}\n${articles.get(id)?.text ?? ''}`).join('\n');
  const answered = grounding !== 'none';
  return {
    rank: found.findIndex((id) => right.has(id)),
    answered,
    citedRight: cited.some((id) => right.has(id)),
    unsupported: answered && unsupportedSentences(reply.result, source).length > 0,
    degraded: (degraded?.length ?? 0) > 0,
  };
}

function rightArticles({ article, intent }: Question, articles: ReadonlyMap<string, Article>): Set<string> {
  const right = [...articles.values()]
    .filter(({ id, intents }) => (article === undefined ? intents.includes(intent!) : id === article))
    .map(({ id }) => id);
  if (right.length === 0)
    throw new CliError(
      `The help centre has no article ${article === undefined ? `for the intent '${intent}'` : `'${article}'`}`,
    );
  return new Set(right);
}

function share<T>(items: readonly T[], is: (item: T) => boolean): number {
  return items.length === 0 ? 0 : items.filter(is).length / items.length;
}

function jsonOf(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
