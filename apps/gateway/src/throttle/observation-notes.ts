import { z } from 'zod';

/** What a reply tells about its run beside the status: numbers alone, never what was said. */
export interface ReplyNotes {
  readonly tokens?: number;
  readonly injectionScore?: number;
}

const answerSchema = z.object({
  details: z.object({
    usage: z
      .object({ inputTokens: z.number().nonnegative(), outputTokens: z.number().nonnegative() })
      .optional()
      .catch(undefined),
    screening: z
      .object({ score: z.number().min(0).max(1), withheld: z.array(z.unknown()).default([]) })
      .optional()
      .catch(undefined),
  }),
});
const refusalSchema = z.object({ error: z.object({ code: z.literal('CONTENT_REFUSED') }) });

/** A refused run has no details any more; that it was refused says the most there is to say. */
const REFUSED: ReplyNotes = { injectionScore: 1 };

/**
 * Reads `details.usage` and `details.screening.score` of a reply, where it has them, or that it is a refusal. Where
 * passages were withheld the score is theirs: a planted document is not the fault of who asks.
 */
export function notesOf(reply: unknown): ReplyNotes | undefined {
  const answer = answerSchema.safeParse(reply);
  if (!answer.success) return refusalSchema.safeParse(reply).success ? REFUSED : undefined;
  const { usage, screening } = answer.data.details;
  return {
    ...(usage ? { tokens: Math.round(usage.inputTokens + usage.outputTokens) } : {}),
    ...(screening?.withheld.length === 0 ? { injectionScore: screening.score } : {}),
  };
}

const PIPELINE = /^[a-z][a-z0-9_]{0,62}$/;

/** The pipeline that a JSON body names, if it has the form of a name. */
export function pipelineOf(body: unknown): string | undefined {
  if (typeof body !== 'object' || body === null || !('name' in body)) return undefined;
  return typeof body.name === 'string' && PIPELINE.test(body.name) ? body.name : undefined;
}
