import { ClientError, type GatewayClient } from '@llmos/client';
import { z } from 'zod';
import { table } from '../terminal/table.js';
import { gatewayClient, type CommandContext } from './context.js';

export interface QuestionsOptions {
  readonly unanswered?: boolean;
  readonly document?: string;
  readonly limit?: number;
  readonly json?: boolean;
  readonly url?: string;
}

const LIST = 'list_questions';
/** Of a document. */
const SHOWN = 20;
const MAX_WIDTH = 80;

const askedSchema = z.object({
  questions: z.array(z.object({ question: z.string(), count: z.number(), lastAskedAt: z.string() })),
  total: z.number(),
  helpful: z.number(),
  not_helpful: z.number(),
});
type Asked = z.infer<typeof askedSchema>;

/** `llmos questions`: what customers asked. */
export async function listQuestions(
  context: CommandContext,
  { json, url, ...fields }: QuestionsOptions,
): Promise<number> {
  const asked = askedSchema.parse((await gatewayClient(context, url).process(LIST, fields)).details);
  const { terminal } = context;
  if (json) terminal.line(JSON.stringify(asked));
  else for (const line of questionLines(asked, fields.unanswered ? 'unanswered' : 'asked')) terminal.line(line);
  return 0;
}

/** The latest questions that a document answered; undefined for a key that may not see them. */
export async function questionsOf(client: GatewayClient, document: string): Promise<Asked | undefined> {
  try {
    return askedSchema.parse((await client.process(LIST, { document, limit: SHOWN })).details);
  } catch (error) {
    if (error instanceof ClientError && error.code === 'FORBIDDEN') return undefined;
    throw error;
  }
}

/** @param kind such as `answered`. */
export function questionLines({ questions, total, helpful, not_helpful }: Asked, kind: string): string[] {
  if (total === 0) return [`No questions were ${kind}.`];
  const rows = questions.map(({ question, count, lastAskedAt }) => [count, lastAskedAt.slice(0, 16), cut(question)]);
  const shown = questions.reduce((sum, { count }) => sum + count, 0);
  const rated = helpful + not_helpful > 0 ? ` Helpful: ${helpful}, not helpful: ${not_helpful}.` : '';
  const more = shown < total ? ` The ${questions.length} shown stand for ${shown} of them.` : '';
  return [`${total} ${total === 1 ? 'question was' : 'questions were'} ${kind}.${rated}${more}`, table(HEAD, rows)];
}

const HEAD = ['count', 'last asked (UTC)', 'question'];

function cut(question: string): string {
  const line = question.replace(/\s+/gu, ' ');
  return line.length > MAX_WIDTH ? `${line.slice(0, MAX_WIDTH - 1)}…` : line;
}
