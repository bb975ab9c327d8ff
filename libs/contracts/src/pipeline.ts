import { z } from 'zod';

const name = z
  .string()
  .regex(/^[a-z][a-z0-9_]{0,62}$/, 'a name is lower-case letters, digits and _, starting with a letter');

/** The rights of an API key or a user of the bus, the least first: each role includes those before it. */
export const ROLES = ['caller', 'operator'] as const;
export type Role = (typeof ROLES)[number];

/** Whether a role includes the role that is needed. */
export function mayAct(role: Role, needed: Role): boolean {
  return ROLES.indexOf(role) >= ROLES.indexOf(needed);
}

/**
 * One input field. `bytes` arrive as base64 in JSON or as an upload. An `id` of the caller's system is a text of at most
 * 128 characters, or a whole number, which becomes a text.
 */
export const inputFieldSchema = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('string'),
    maxLength: z.number().int().positive().max(1_000_000).default(4_000),
    /** The only texts that are accepted. */
    values: z.array(z.string().min(1)).min(1).max(100).optional(),
    required: z.boolean().default(false),
  }),
  z.strictObject({
    type: z.literal('bytes'),
    maxBytes: z.number().int().positive().max(100_000_000).default(25_000_000),
    /** The text input that receives the content type of the upload or `data:` URL, unless the caller sets it. */
    contentType: name.optional(),
    required: z.boolean().default(false),
  }),
  z.strictObject({ type: z.literal('id'), required: z.boolean().default(false) }),
  z.strictObject({ type: z.literal('number'), required: z.boolean().default(false) }),
  z.strictObject({ type: z.literal('boolean'), required: z.boolean().default(false) }),
  z.strictObject({ type: z.literal('json'), required: z.boolean().default(false) }),
]);

/** A capability: `<service>.<verb>`. */
const uses = z.string().regex(/^[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*$/, 'a capability is <service>.<verb>');

/** What a run does instead of a step that failed or whose service is away. The run is degraded. */
export const fallbackSchema = z.union([
  /** Another capability. */
  z.strictObject({ uses, with: z.record(z.string(), z.unknown()).default({}) }),
  /** An output: values, and `${expression}` in texts. */
  z.strictObject({ output: z.record(z.string(), z.unknown()) }),
]);
export type Fallback = z.infer<typeof fallbackSchema>;

export const stepSchema = z.strictObject({
  /** The name by which later steps and the answer refer to the output of this step. */
  id: name,
  uses,
  /** The step is skipped if this expression, such as `input.audio`, is false. */
  when: z.string().optional(),
  /** The input of the capability: values, and `${expression}` in texts. */
  with: z.record(z.string(), z.unknown()).default({}),
  /** `continue`: if the step fails, the run continues without its output and is degraded. */
  onError: z.enum(['fail', 'continue']).default('fail'),
  /** Instead of a step that failed, before `onError` decides. A refusal and a mistake of the caller have no fallback. */
  fallback: fallbackSchema.optional(),
  /** The output is published to waiting callers as soon as the step is done. */
  stream: z.boolean().default(false),
});
export type Step = z.infer<typeof stepSchema>;

export const pipelineSchema = z.strictObject({
  name,
  version: z.number().int().positive(),
  description: z.string().default(''),
  /** `operator` for pipelines that train, destroy, spend a budget, or show data that is not for callers. */
  role: z.enum(ROLES).default('caller'),
  /** The answer to a call without input; `${pipeline.greeting}` in an expression. */
  greeting: z.string().optional(),
  input: z.record(name, inputFieldSchema).default({}),
  /** The longest duration of a run, in milliseconds. */
  deadlineMs: z.number().int().min(100).max(3_600_000).default(30_000),
  steps: z.array(stepSchema).min(1).max(32),
  /** The text of the answer. */
  result: z.string(),
  /** The details of the answer: values, and `${expression}` in texts. */
  details: z.record(z.string(), z.unknown()).default({}),
});
export type Pipeline = z.infer<typeof pipelineSchema>;
