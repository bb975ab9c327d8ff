import { ClientError, detailsOf, type GatewayClient, type Reply } from '@llmos/client';
import { z } from 'zod';
import { mapConcurrently, type EvaluationOptions } from './concurrency.js';
import { EvaluationError } from './evaluation-error.js';
import type { Article } from './help-centre.js';
import { parseLines } from './json-lines.js';
import { unsupportedSentences } from './unsupported-sentences.js';

const text = z.string().min(1);
const questionSchema = z
  .object({
    question: text.optional(),
    /** The messages of one conversation in place of `question`; the answer to the last one is judged. */
    turns: z.array(text).min(1).optional(),
    article: z.string().optional(),
    /** Each of them answers; empty for a stranger's question, which nothing answers. */
    articles: z.array(z.string()).optional(),
    /** Of a message with several questions: for each the articles that answer it. */
    each: z.array(z.array(z.string())).min(2).optional(),
    intent: z.string().optional(),
    facts: z.unknown().optional(),
  })
  .refine(({ question, turns }) => (question === undefined) !== (turns === undefined), 'give `question` or `turns`')
  .refine(
    ({ article, articles, each, intent }) => article ?? articles ?? each ?? intent,
    'give `article`, `articles`, `each` or `intent`',
  );
export type Question = z.infer<typeof questionSchema>;
/** For each question of a message the articles that answer it. */
type RightArticles = readonly ReadonlySet<string>[];

export interface AnswersReport {
  readonly n: number;
  /** Share of the messages with an article that were answered from it; with several questions, each of them. */
  readonly right: number;
  /** Share of them, with several questions, of which only some were answered from the right article. */
  readonly partly: number;
  /** Share of them that were answered from another article. */
  readonly other: number;
  /** Share of them that were told that nothing was found, got a reply of small talk, or were refused as an attack. */
  readonly refused: number;
  /** Share of them that were asked which of several articles is meant. */
  readonly asked: number;
  /** Share of the strangers' questions that were answered; 0 if there are none. */
  readonly strangers_answered: number;
  /** Share of the questions with an article whose article is ranked first. */
  readonly hit1: number;
  /** Share of them whose article is among the first three. */
  readonly hit3: number;
  /** Share of them that got an answer. */
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
    const reply = await lastReply(client, question).catch(refusedReply);
    onDone?.();
    return judgeAnswer(reply, right, articles);
  });
  const known = judged.filter(({ answerable }) => answerable);
  const answers = known.filter(({ outcome }) => outcome === 'answered');
  const outcomeShare = (outcome: Outcome): number => share(known, (each) => each.outcome === outcome);
  return {
    n: judged.length,
    right: share(known, ({ outcome, citedRight }) => outcome === 'answered' && citedRight),
    partly: share(known, ({ outcome, citedRight, citedSome }) => outcome === 'answered' && citedSome && !citedRight),
    other: share(known, ({ outcome, citedSome }) => outcome === 'answered' && !citedSome),
    refused: outcomeShare('refused'),
    asked: outcomeShare('asked'),
    strangers_answered: share(
      judged.filter(({ answerable }) => !answerable),
      ({ outcome }) => outcome === 'answered',
    ),
    hit1: share(known, ({ rank }) => rank === 0),
    hit3: share(known, ({ rank }) => rank >= 0 && rank < 3),
    answered: outcomeShare('answered'),
    cited_right: share(answers, ({ citedRight }) => citedRight),
    unsupported: share(answers, ({ unsupported }) => unsupported),
    degraded: share(judged, ({ degraded }) => degraded),
  };
}

type Outcome = 'answered' | 'asked' | 'refused';

export function judgeAnswer(
  reply: Pick<Reply, 'result' | 'details'>,
  right: RightArticles,
  articles: ReadonlyMap<string, Article>,
) {
  const answerable = right.filter((ids) => ids.size > 0);
  const { citations, choices, notice, retrieved, grounding, degraded } = detailsOf(reply);
  const cited = [...new Set(citations?.map(({ document }) => document))];
  const found = retrieved ? [...new Set(retrieved.map(({ document }) => document))] : cited;
  const source = cited.map((id) => `${articles.get(id)?.title ?? ''}\n${articles.get(id)?.text ?? ''}`).join('\n');
  const outcome: Outcome = grounding && grounding !== 'none' ? 'answered' : choices?.length ? 'asked' : 'refused';
  const isCited = (ids: ReadonlySet<string>): boolean => cited.some((id) => ids.has(id));
  return {
    answerable: answerable.length > 0,
    rank: found.findIndex((id) => answerable.some((ids) => ids.has(id))),
    outcome,
    citedRight: answerable.every(isCited),
    citedSome: answerable.some(isCited),
    unsupported: outcome === 'answered' && unsupportedSentences(statementsOf(reply.result, notice), source).length > 0,
    degraded: (degraded?.length ?? 0) > 0,
  };
}

/** What a reply says of itself: which question nothing answers, and which articles may be meant. */
const ASIDES = /I could not find anything about “.*?” in our help centre\.|Do you mean: “.*?”\?/gsu;

/** Without a notice, which is said after the answer and comes from no article, and without asides. */
function statementsOf(text: string, notice: string | null | undefined): string {
  const answer = notice && text.endsWith(notice) ? text.slice(0, -notice.length) : text;
  return answer.replace(ASIDES, '').trim();
}

/** A message that the screening refuses by mistake is not answered, and no reason to end the evaluation. */
function refusedReply(error: unknown): Pick<Reply, 'result' | 'details'> {
  if (error instanceof ClientError && error.code === 'CONTENT_REFUSED') return { result: '', details: {} };
  throw error;
}

/** The messages of a conversation are sent one after the other. */
async function lastReply(client: GatewayClient, { question, turns = [question!] }: Question): Promise<Reply> {
  const [first, ...others] = turns;
  let reply = await client.process('customer_service', { text: first! });
  for (const text of others) {
    const { conversation_id } = detailsOf(reply);
    reply = await client.process('customer_service', { text, ...(conversation_id ? { conversation_id } : {}) });
  }
  return reply;
}

function rightArticles(question: Question, articles: ReadonlyMap<string, Article>): RightArticles {
  if (question.each) return question.each.map((ids) => new Set(ids));
  if (question.articles) return [new Set(question.articles)];
  const { article, intent } = question;
  const right = [...articles.values()]
    .filter(({ id, intents }) => (article === undefined ? intents.includes(intent!) : id === article))
    .map(({ id }) => id);
  if (right.length === 0)
    throw new EvaluationError(
      `The help centre has no article ${article === undefined ? `for the intent '${intent}'` : `'${article}'`}`,
    );
  return [new Set(right)];
}

function share<T>(items: readonly T[], is: (item: T) => boolean): number {
  return items.length === 0 ? 0 : items.filter(is).length / items.length;
}
