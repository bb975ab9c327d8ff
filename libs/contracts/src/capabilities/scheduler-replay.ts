import { z } from 'zod';
import { capability } from '../capability.js';

const MOST_REQUESTS = 50_000;
const DAY_MS = 86_400_000;
const MOST_MS = 31 * DAY_MS;
const MOST_SEASON_SECONDS = 604_800;
const policySchema = z.enum(['threshold', 'queue', 'predictive', 'hybrid']);
const timesSchema = z.array(z.number().int().min(0).max(MOST_MS)).min(1).max(MOST_REQUESTS);

/** What the policies may be tuned by. */
export const scaleTuningSchema = z.strictObject({
  /** `threshold`: the share of busy replicas that is aimed at. */
  target: z.number().min(0.05).max(1).default(0.5),
  /** `queue`, `hybrid`: the share of requests that may wait longer than the objective. */
  limit: z.number().min(0.000_1).max(0.5).default(0.01),
  /** `queue`, `predictive`: rates are measured over this time; `hybrid`: the load. */
  windowSeconds: z.number().min(5).max(3_600).default(300),
  /** `predictive`: standard errors above the forecast; `hybrid`: standard deviations above the load, at first. */
  errors: z.number().min(0).max(10).default(1.5),
  /** `hybrid`: how fast the reserve follows the share of late requests; 0: not at all. */
  gain: z.number().min(0).max(10).default(0.1),
  /** `hybrid`: replicas leave when they were not needed for so long. */
  holdSeconds: z.number().min(0).max(3_600).default(60),
  /** `hybrid`: replicas above what is needed. */
  spares: z.number().int().min(0).max(1_000).default(0),
  /** `predictive`, `hybrid`: the load repeats after this time, such as 86,400 for a day; 0: it does not. */
  seasonSeconds: z.number().min(0).max(MOST_SEASON_SECONDS).default(0),
});

/**
 * Watts of one core of a node: idle, and more in proportion to its use. The defaults are an 80-core server of Azure's GreenSKU
 * framework at the plug (docs/operations-research.md).
 */
export const powerSchema = z.strictObject({
  idleWatts: z.number().min(0).max(10_000).default(1.64),
  busyWatts: z.number().min(0).max(10_000).default(9.83),
});

const requestSchema = z.strictObject({
  /** Milliseconds since the start at which each request came, ascending. */
  arrivalsMs: timesSchema,
  /** Milliseconds of work of each. */
  servicesMs: timesSchema,
  policy: policySchema.default('hybrid'),
  tuning: scaleTuningSchema.prefault({}),
  /** A request should not wait longer before its work starts. */
  objectiveMs: z.number().int().min(1).max(600_000).default(2_000),
  /** The share of requests that may wait longer; the bound uses it too. */
  mayBeLate: z.number().min(0).max(0.5).default(0.01),
  /** From the decision until a replica is ready. */
  startMs: z.number().int().min(0).max(3_600_000).default(20_000),
  /** Requests that a replica works on at once, each as fast as alone. */
  batch: z.number().int().min(1).max(1_024).default(1),
  power: powerSchema.prefault({}),
  /** Of one replica. */
  cores: z.number().positive().max(1_024).default(1),
  least: z.number().int().min(0).max(1_000).default(1),
  most: z.number().int().min(1).max(1_000).default(1_000),
});

/** Checks that each arrival has its work, and that time does not go back. */
export const replayInputSchema = requestSchema.superRefine(({ arrivalsMs, servicesMs, least, most }, context) => {
  const fault = (path: (string | number)[], message: string) => context.addIssue({ code: 'custom', path, message });
  if (arrivalsMs.length !== servicesMs.length)
    fault(['servicesMs'], `there are ${servicesMs.length} of them and ${arrivalsMs.length} arrivals`);
  const back = arrivalsMs.findIndex((at, request) => request > 0 && at < arrivalsMs[request - 1]!);
  if (back > 0) fault(['arrivalsMs', back], 'it is before the one in front of it; sort the trace by time');
  if (least > most) fault(['least'], `it is more than most, which is ${most}`);
});

const resultSchema = z.object({
  policy: policySchema,
  requests: z.number().int(),
  /** Requests that waited longer than the objective. */
  late: z.number().int(),
  lateShare: z.number().min(0).max(1),
  /** 99 of 100 requests waited no longer. */
  waitP99Ms: z.number(),
  /** Of replicas that start, work, idle or drain. */
  coreSeconds: z.number(),
  /** Of these cores. A replica that has left takes no power: its core does other work, or the node is switched off. */
  wattHours: z.number(),
  /** How often another number of replicas was wanted. */
  changesPerHour: z.number(),
  /** At most 720 moments, evenly spaced. */
  curve: z.array(
    z.object({
      at: z.number(),
      wanted: z.number().int(),
      running: z.number().int(),
      /** Replicas with at least one request. */
      busy: z.number().int(),
      queued: z.number().int(),
    }),
  ),
  /** The first 100 changes, with their reasons. */
  decisions: z.array(z.object({ at: z.number(), replicas: z.number().int(), why: z.string() })),
});

export const replayOutputSchema = z.object({
  result: resultSchema,
  /** The same trace with the policy `threshold`. */
  threshold: resultSchema,
  /** Work alone: replicas that are always busy and start at once. */
  workCoreSeconds: z.number(),
  /** No planner meets the objective with fewer, even one that knows every request. Absent: not found in time. */
  boundCoreSeconds: z.number().optional(),
});

export const replay = capability({
  name: 'scheduler.replay',
  summary:
    'Replays recorded requests in virtual time against a scaling policy, beside a threshold and a clairvoyant bound.',
  timeoutMs: 120_000,
  input: replayInputSchema,
  output: replayOutputSchema,
  example: {
    input: { arrivalsMs: [0], servicesMs: [4_000], policy: 'threshold', mayBeLate: 0.1 },
    output: {
      ...{ workCoreSeconds: 4, boundCoreSeconds: 4 },
      result: { ...only(), policy: 'threshold' },
      threshold: { ...only(), policy: 'threshold' },
    },
  },
});

function only() {
  return {
    ...{ requests: 1, late: 0, lateShare: 0, waitP99Ms: 0, coreSeconds: 4, wattHours: 0.011, changesPerHour: 0 },
    ...{ curve: [], decisions: [] },
  };
}
