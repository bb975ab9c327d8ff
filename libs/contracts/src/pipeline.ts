import { z } from 'zod';

const name = z
  .string()
  .regex(/^[a-z][a-z0-9_]{0,62}$/, 'a name is lower-case letters, digits and _, starting with a letter');

/** What an API key or a user of the bus may do, the least first: each role may do what those before it may. */
export const ROLES = ['caller', 'operator'] as const;
export type Role = (typeof ROLES)[number];

/** Whether who has a role may do what needs another. */
export function mayAct(role: Role, needed: Role): boolean {
  return ROLES.indexOf(role) >= ROLES.indexOf(needed);
}

/** One input field a caller may send. `bytes` arrive as base64 in JSON or as an upload. */
export const inputFieldSchema = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('string'),
    maxLength: z.number().int().positive().max(1_000_000).default(4_000),
    required: z.boolean().default(false),
  }),
  z.strictObject({
    type: z.literal('bytes'),
    maxBytes: z.number().int().positive().max(100_000_000).default(25_000_000),
    required: z.boolean().default(false),
  }),
  z.strictObject({ type: z.literal('number'), required: z.boolean().default(false) }),
  z.strictObject({ type: z.literal('boolean'), required: z.boolean().default(false) }),
  z.strictObject({ type: z.literal('json'), required: z.boolean().default(false) }),
]);

export const stepSchema = z.strictObject({
  /** Other steps and the answer refer to this step's output by this id. */
  id: name,
  /** The capability: `<service>.<verb>`. */
  uses: z.string().regex(/^[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*$/, 'a capability is <service>.<verb>'),
  /** The step is skipped unless this expression is true, such as `input.audio`. */
  when: z.string().optional(),
  /** The capability's input: values, or `${expression}` where one stands. */
  with: z.record(z.string(), z.unknown()).default({}),
  /** `continue`: when the step fails, the run goes on without its output and says it is degraded. */
  onError: z.enum(['fail', 'continue']).default('fail'),
  /** Publish this step's output to a waiting caller as soon as it is there. */
  stream: z.boolean().default(false),
});
export type Step = z.infer<typeof stepSchema>;

export const pipelineSchema = z.strictObject({
  name,
  version: z.number().int().positive(),
  description: z.string().default(''),
  /** Who may run it: `operator` for what trains, destroys, spends or shows what callers are not to see. */
  role: z.enum(ROLES).default('caller'),
  /** What is said when the pipeline is called with its name alone. */
  greeting: z.string().optional(),
  input: z.record(name, inputFieldSchema).default({}),
  /** How long a run may take, in milliseconds. */
  deadlineMs: z.number().int().min(100).max(3_600_000).default(30_000),
  steps: z.array(stepSchema).min(1).max(32),
  /** The sentence to say. */
  result: z.string(),
  /** What else the answer tells: values, or `${expression}`. */
  details: z.record(z.string(), z.unknown()).default({}),
});
export type Pipeline = z.infer<typeof pipelineSchema>;
