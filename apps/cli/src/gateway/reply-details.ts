import { z } from 'zod';
import type { Reply } from './gateway-client.js';

const scored = z.object({ intent: z.string(), probability: z.number() });
const timing = z.object({
  step: z.string(),
  capability: z.string(),
  queueMs: z.number(),
  handlerMs: z.number(),
  attempt: z.number(),
});

/** The outputs of the sample pipelines, as far as the commands here show or judge them; what a pipeline lacks is absent. */
const detailsSchema = z.object({
  transcript: z.string().nullish().catch(undefined),
  intent: scored
    .extend({
      top: z.array(scored).default([]),
      outOfScope: z.boolean().default(false),
      outOfScopeScore: z.number().optional(),
    })
    .nullish()
    .catch(undefined),
  citations: z
    .array(z.object({ document: z.string(), title: z.string() }))
    .nullish()
    .catch(undefined),
  retrieved: z
    .array(z.object({ document: z.string() }))
    .nullish()
    .catch(undefined),
  grounding: z.string().nullish().catch(undefined),
  durationSeconds: z.number().nullish().catch(undefined),
  threads: z.number().nullish().catch(undefined),
  timings: z.array(timing).nullish().catch(undefined),
  totalMs: z.number().nullish().catch(undefined),
  degraded: z.array(z.string()).nullish().catch(undefined),
});
export type ReplyDetails = z.infer<typeof detailsSchema>;

export function detailsOf(reply: Pick<Reply, 'details'>): ReplyDetails {
  return detailsSchema.parse(reply.details);
}
