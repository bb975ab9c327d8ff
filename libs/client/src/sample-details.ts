import { timingSchema } from '@llmos/contracts';
import { transcribe } from '@llmos/contracts/capabilities/asr';
import { answer } from '@llmos/contracts/capabilities/generation';
import { detect } from '@llmos/contracts/capabilities/intent';
import { passageSchema } from '@llmos/contracts/capabilities/retrieval';
import { z } from 'zod';
import type { Reply } from './reply.js';

/** An absent field, and one of another form, are undefined: each pipeline returns details of its own. */
const optional = <T extends z.ZodType>(schema: T) => schema.nullish().catch(undefined);

const { text, durationSeconds, threads } = transcribe.output.shape;
const detailsSchema = z.object({
  transcript: optional(text),
  intent: optional(detect.output.omit({ language: true, model: true })),
  citations: optional(z.array(answer.output.shape.citations.element.pick({ document: true, title: true }))),
  choices: optional(z.array(answer.output.shape.choices.unwrap().element)),
  conversation_id: optional(z.string()),
  notice: optional(z.string()),
  retrieved: optional(z.array(passageSchema.pick({ document: true }))),
  grounding: optional(answer.output.shape.grounding),
  durationSeconds: optional(durationSeconds),
  threads: optional(threads),
  timings: optional(z.array(timingSchema)),
  totalMs: optional(z.number()),
  degraded: optional(z.array(z.string())),
});

/** The details that the sample pipelines `customer_service`, `detect_intent` and `transcribe` return. */
export type SampleDetails = z.infer<typeof detailsSchema>;

/** The typed details of a sample pipeline's reply. */
export function detailsOf(reply: Pick<Reply, 'details'>): SampleDetails {
  return detailsSchema.parse(reply.details);
}
