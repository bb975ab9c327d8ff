import { z } from 'zod';
import { capability } from '../capability.js';

const serviceNameSchema = z.string().min(1).max(63);

/** One service, with replicas that fail and are restarted on their own. */
export const availabilityServiceSchema = z.strictObject({
  name: serviceNameSchema,
  replicas: z.number().int().min(1).max(100).default(1),
  /** How often one replica fails, on average. */
  failuresPerHour: z.number().positive().max(3_600),
  /** How long until it works again, on average. */
  repairSeconds: z.number().positive().max(86_400),
  /** How many replicas are repaired at the same time; the others wait. Absent: all. */
  repairedAtOnce: z.number().int().min(1).max(100).optional(),
});

/** One step of a run. */
export const availabilityStepSchema = z.strictObject({
  id: z.string().min(1).max(63),
  service: serviceNameSchema,
  /** The run goes on without it, degraded. */
  optional: z.boolean().default(false),
  /** What answers instead, degraded: another service, or a fixed output, which is always there. */
  fallback: z
    .union([z.strictObject({ service: serviceNameSchema }), z.strictObject({ output: z.literal(true) })])
    .optional(),
});

const requestSchema = z.strictObject({
  steps: z.array(availabilityStepSchema).min(1).max(64),
  services: z.array(availabilityServiceSchema).min(1).max(16),
  /** How many failures and repairs the check by simulation lives through. */
  simulatedEvents: z.number().int().min(1_000).max(10_000_000).default(1_000_000),
  seed: z.number().int().min(0).max(2_147_483_647).default(1),
});

/** Checks that each service of a step is described, once. */
export const availabilityInputSchema = requestSchema.superRefine(({ steps, services }, context) => {
  const fault = (path: (string | number)[], message: string) => context.addIssue({ code: 'custom', path, message });
  const known = new Set<string>();
  services.forEach(({ name }, at) => {
    if (known.has(name)) fault(['services', at, 'name'], `there are two services called ${name}`);
    known.add(name);
  });
  steps.forEach(({ service, fallback }, at) => {
    if (!known.has(service)) fault(['steps', at, 'service'], `services has no ${service}`);
    if (fallback && 'service' in fallback && !known.has(fallback.service))
      fault(['steps', at, 'fallback', 'service'], `services has no ${fallback.service}`);
  });
});

const shareSchema = z.number().min(0).max(1);

export const availabilityOutputSchema = z.object({
  /** The share of time in which runs are answered. */
  answered: shareSchema,
  /** The share of time in which they are answered with every step done. */
  whole: shareSchema,
  /** In which they are not answered. */
  downMinutesPerYear: z.number(),
  services: z.array(
    z.object({
      name: z.string(),
      replicas: z.number().int(),
      /** The share of time in which at least one replica works. */
      available: shareSchema,
      /** How often the last replica fails. */
      outagesPerYear: z.number(),
    }),
  ),
  /** The same system lived through by chance, one failure and repair after the other. */
  simulated: z.object({
    answered: shareSchema,
    whole: shareSchema,
    /** The standard error of `answered`. */
    error: z.number(),
    hours: z.number(),
  }),
  /** What each change alone is worth, the best first. */
  changes: z.array(
    z.object({
      service: z.string(),
      change: z.enum(['replica', 'repair']),
      /** The number of replicas, or the seconds of a repair, after the change. */
      to: z.number(),
      answered: shareSchema,
      savedMinutesPerYear: z.number(),
    }),
  ),
});

export const availability = capability({
  name: 'scheduler.availability',
  summary:
    'Says how often a pipeline can answer, from failures and repairs, and what a replica or a faster restart is worth.',
  timeoutMs: 60_000,
  input: availabilityInputSchema,
  output: availabilityOutputSchema,
  example: {
    input: {
      steps: [{ id: 'intent', service: 'intent' }],
      services: [{ name: 'intent', failuresPerHour: 36, repairSeconds: 100 }],
      simulatedEvents: 1_000,
    },
    output: {
      answered: 0.5,
      whole: 0.5,
      downMinutesPerYear: 262_980,
      services: [{ name: 'intent', replicas: 1, available: 0.5, outagesPerYear: 157_788 }],
      simulated: { answered: 0.5, whole: 0.5, error: 0, hours: 28 },
      changes: [
        { service: 'intent', change: 'replica', to: 2, answered: 0.75, savedMinutesPerYear: 131_490 },
        { service: 'intent', change: 'repair', to: 50, answered: 2 / 3, savedMinutesPerYear: 87_660 },
      ],
    },
  },
});
