import { z } from 'zod';
import { capability } from '../capability.js';

const serviceSchema = z.string().regex(/^[a-z][a-z0-9-]{0,62}$/);
const replicasSchema = z.number().int().min(0).max(64);

const requestSchema = z.strictObject({
  /** `pin`: as many processes as `replicas`, until resumed. `pause`: nothing is changed. `resume` ends both. */
  action: z.enum(['show', 'pin', 'pause', 'resume']).default('show'),
  /** Absent: all services that are scaled. `pin` needs it. */
  service: serviceSchema.optional(),
  replicas: replicasSchema.min(1).optional(),
});

export const scalingInputSchema = requestSchema.superRefine(({ action, service, replicas }, context) => {
  const fault = (field: string, message: string) => context.addIssue({ code: 'custom', path: [field], message });
  if (action === 'pin' && service === undefined) fault('service', 'name the service to pin');
  if (action === 'pin' && replicas === undefined) fault('replicas', 'say how many processes it should have');
  if (action !== 'pin' && replicas !== undefined) fault('replicas', 'only pin takes a number');
});

export const scalingDecisionSchema = z.object({
  service: z.string(),
  /** ISO 8601. */
  at: z.string(),
  from: replicasSchema,
  to: replicasSchema,
  why: z.string(),
  /** What would have led to another number. */
  otherwise: z.string(),
});

export const scalingOutputSchema = z.object({
  /** What is wrong with the file: while it is, nothing is scaled. */
  fault: z.string().optional(),
  /** Whether anybody carries decisions out: the supervisor that started the scheduler. */
  hasHost: z.boolean(),
  services: z.array(
    z.object({
      service: z.string(),
      policy: z.string(),
      min: replicasSchema,
      max: replicasSchema,
      /** Absent until the supervisor has said it. */
      replicas: replicasSchema.optional(),
      paused: z.boolean(),
      pinned: replicasSchema.optional(),
      /** Of the last decision, also if it changed nothing. */
      why: z.string().optional(),
      otherwise: z.string().optional(),
    }),
  ),
  /** The last changes, the newest first. */
  decisions: z.array(scalingDecisionSchema),
});

export const scaling = capability({
  name: 'scheduler.scaling',
  summary:
    'Shows how services are scaled and why; pins the number of processes of a service, pauses and resumes scaling.',
  timeoutMs: 5_000,
  input: scalingInputSchema,
  output: scalingOutputSchema,
  example: {
    input: { action: 'pin', service: 'intent', replicas: 3 },
    output: {
      hasHost: true,
      services: [
        {
          ...{ service: 'intent', policy: 'hybrid', min: 1, max: 4, replicas: 3, paused: false, pinned: 3 },
          ...{ why: 'pinned by a person', otherwise: 'llmos ops resume intent' },
        },
      ],
      decisions: [
        {
          ...{ service: 'intent', at: '2026-11-30T10:00:00.000Z', from: 1, to: 3 },
          ...{ why: 'pinned by a person', otherwise: 'llmos ops resume intent' },
        },
      ],
    },
  },
});
