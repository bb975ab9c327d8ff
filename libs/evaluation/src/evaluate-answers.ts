import { detailsOf, type GatewayClient, type Reply } from '@llmos/client';
import { z } from 'zod';
import { mapConcurrently, type EvaluationOptions } from './concurrency.js';
import { EvaluationError } from './evaluation-error.js';
import type { Article } from './help-centre.js';
import { parseLines } from './json-lines.js';
import { unsupportedSentences } from './unsupported-sentences.js';

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
  /** Share of questions whose right article is ranked first. */
  readonly hit1: number;
  /** Share of questions whose right article is among the first three. */
  readonly hit3: number;
  /** Share of questions that got an answer. */
  readonly answered: number;
  /** Share of the answers that cite the right article. */
  readonly cited_right: number;
  /** Share of the answers with a sentence that the cited articles do not support. */
  readonly unsupported: number;
  /** Share of the runs in which a fallback answered a step. */
  readonly degraded: number;
}

/** @throws EvaluationError naming the first invalid line. */
export const parseQuestions = (text: string, file: string): Question[] => parseLines(text, file, questionSchema);

/**
 * Asks every question and judges the answer against the articles: was the right article found and cited, and do the
 * cited articles support the answer (see `unsupportedSentences`). The right article is the one named, or any article
 * written for the named intent. `facts` is ignored: rules cannot decide whether a free sentence contradicts a fact, and
 * figures are compared with the articles anyway.
 */
export async function evaluateAnswers(
  client: GatewayClient,
  questions: readonly Question[],
  articles: ReadonlyMap<string, Article>,
  { concurrency, onDone }: EvaluationOptions,
): Promise<AnswersReport> {
  const judged = await mapConcurrently(questions, concurrency, async (question) => {
    const right = rightArticles(question, articles);
    const reply = await client.process('customer_service', { text: question.question });
    onDone?.();
    return judgeAnswer(reply, right, articles);
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

export function judgeAnswer(
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
    throw new EvaluationError(
      `The help centre has no article ${article === undefined ? `for the intent '${intent}'` : `'${article}'`}`,
    );
  return new Set(right);
}

function share<T>(items: readonly T[], is: (item: T) => boolean): number {
  return items.length === 0 ? 0 : items.filter(is).length / items.length;
}
