import type { TerminalAnswer } from '@llmos/contracts';
import { z } from 'zod';

/** What a run consumed and how suspicious its input was: figures only, never its content. */
export interface RunUsage {
  readonly tokens?: number;
  readonly injectionScore?: number;
}

const detailsSchema = z.object({
  usage: z
    .object({ inputTokens: z.number().nonnegative(), outputTokens: z.number().nonnegative() })
    .optional()
    .catch(undefined),
  screening: z
    .object({ score: z.number().min(0).max(1), withheld: z.array(z.unknown()).default([]) })
    .optional()
    .catch(undefined),
});

/**
 * Reads `details.usage` and `details.screening.score` of a completed run. A refused run has no details and the highest
 * score. Where passages were withheld, the score is theirs: a planted document is not the fault of the caller.
 */
export function usageOf(answer: TerminalAnswer): RunUsage {
  if (answer.type === 'failed' && answer.error.code === 'CONTENT_REFUSED') return { injectionScore: 1 };
  if (answer.type !== 'completed') return {};
  const { usage, screening } = detailsSchema.parse(answer.details);
  return {
    ...(usage ? { tokens: Math.round(usage.inputTokens + usage.outputTokens) } : {}),
    ...(screening?.withheld.length === 0 ? { injectionScore: screening.score } : {}),
  };
}
