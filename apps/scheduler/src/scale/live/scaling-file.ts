import { scaleTuningSchema } from '@llmos/contracts/capabilities/scheduler-replay';
import { existsSync, readFileSync } from 'node:fs';
import { z } from 'zod';
import { readOperatorsFile } from '../../operators-file.js';

const MOST_REPLICAS = 64;

const ruleSchema = z
  .strictObject({
    /** With 0 the last process ends when the service is not used, and the first caller after that waits for a new one. */
    min: z.number().int().min(0).max(MOST_REPLICAS).default(1),
    /** With a `min` of 0: how long no task comes before the last process ends. */
    idleSeconds: z.number().int().min(1).max(86_400).default(600),
    max: z.number().int().min(1).max(MOST_REPLICAS),
    policy: z.enum(['threshold', 'queue', 'predictive', 'hybrid']).default('hybrid'),
    /** 95 of 100 tasks should be done so soon after they were published. */
    objectiveMs: z.number().int().min(1).max(600_000).default(1_000),
    /** Tasks that a process works on at once as well as on one. */
    batch: z.number().int().min(1).max(1_024).default(1),
    tuning: scaleTuningSchema.prefault({}),
  })
  .refine(({ min, max }) => min <= max, { path: ['min'], message: 'it is more than max' });
export type ScalingRule = z.output<typeof ruleSchema>;
export type ScalingRules = ReadonlyMap<string, ScalingRule>;

const fileSchema = z.strictObject({
  services: z.record(z.string().regex(/^[a-z][a-z0-9-]*$/), ruleSchema),
});

/**
 * Reads which services are scaled, and how. Without the file none is.
 *
 * @throws LlmosError INVALID_ARGUMENT with a line for each fault.
 */
export function readScalingFile(path: string): ScalingRules {
  if (!existsSync(path)) return new Map();
  return new Map(Object.entries(readOperatorsFile(readFileSync(path, 'utf8'), path, fileSchema).services));
}
