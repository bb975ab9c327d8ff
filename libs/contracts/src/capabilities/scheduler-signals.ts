import { z } from 'zod';
import { capability } from '../capability.js';

const rateSchema = z.number().nonnegative();
const secondsSchema = z.number().nonnegative();

export const processSignalsSchema = z.object({
  node: z.string(),
  service: z.string(),
  pid: z.number().int(),
  ready: z.boolean(),
  upSeconds: secondsSchema,
  /** From its start until it was ready for the first time. */
  readySeconds: secondsSchema.optional(),
  memoryBytes: z.number(),
  /** Bytes a minute, if it grew in each third of the last 45 seconds: by the least of them; else 0. */
  memoryGrowthPerMinute: rateSchema,
  /** Processors in use: 1 is one whole core. */
  cores: rateSchema,
  /** How late its event loop was at worst in the window. */
  loopDelaySeconds: secondsSchema,
  /** The share of time in which its event loop did something. */
  loopBusy: z.number().min(0).max(1),
});

export const serviceSignalsSchema = z.object({
  service: z.string(),
  processes: z.number().int(),
  ready: z.number().int(),
  /** Processes that were seen for the first time in the last ten minutes. */
  starts: z.number().int(),
  /** Processes that fell silent in the last ten minutes without leaving. */
  deaths: z.number().int(),
  /** The longest time to ready of its processes. */
  readySeconds: secondsSchema.optional(),
});

export const capabilitySignalsSchema = z.object({
  capability: z.string(),
  service: z.string(),
  /** Processes that are ready for it. */
  ready: z.number().int(),
  /** Tasks that a process has pulled and not settled. */
  inWork: z.number().int(),
  /** Tasks that no process has taken yet. */
  waitingLive: z.number().int(),
  waitingDurable: z.number().int(),
  /** For how long the oldest of them has waited, at most; 0 if none waits. */
  oldestSeconds: secondsSchema,
  /** The same of live tasks alone: somebody waits for them. */
  oldestLiveSeconds: secondsSchema,
  arrivalsPerSecond: rateSchema,
  /** Also those that were rejected because of what their caller sent. */
  completedPerSecond: rateSchema,
  /** Tasks that failed or expired. */
  failedPerSecond: rateSchema,
  retriedPerSecond: rateSchema,
  /** The share of attempts that did not succeed; absent if none ended. */
  errorShare: z.number().min(0).max(1).optional(),
  /** Time in the handler and before it; absent if no task was completed. */
  handlerP50Seconds: secondsSchema.optional(),
  handlerP95Seconds: secondsSchema.optional(),
  queueP95Seconds: secondsSchema.optional(),
  /** Handlers at work on average: time in handlers by time. */
  busy: rateSchema,
  tokensPerSecond: rateSchema,
});

export const breakerSignalsSchema = z.object({
  breaker: z.string(),
  state: z.enum(['half-open', 'open']),
  /** The services whose processes see it so. */
  seenBy: z.array(z.string()),
});

/** Live runs at all gateways, on average over the window. Only tenants that have some. */
export const tenantSignalsSchema = z.object({
  tenant: z.string(),
  running: z.number().nonnegative(),
  /** Runs that the gateways have not started yet. */
  waiting: z.number().nonnegative(),
  /** Its part of all that run or wait. */
  share: z.number().min(0).max(1),
  /** What other tenants have that runs or waits. */
  others: z.number().nonnegative(),
});

export const signalsOutputSchema = z.object({
  /** What rates and quantiles are over. A process that is younger counts from its start. */
  windowSeconds: z.number(),
  /** How old the counts of waiting tasks are; absent until they were read once. */
  queuesAgeSeconds: secondsSchema.optional(),
  processes: z.array(processSignalsSchema),
  services: z.array(serviceSignalsSchema),
  capabilities: z.array(capabilitySignalsSchema),
  /** Circuit breakers that are not closed. */
  breakers: z.array(breakerSignalsSchema),
  tenants: z.array(tenantSignalsSchema),
});

export const signals = capability({
  name: 'scheduler.signals',
  summary: 'Shows the figures of all processes, services and capabilities over the last seconds.',
  timeoutMs: 5_000,
  input: z.strictObject({ windowSeconds: z.number().min(3).max(60).default(60) }),
  output: signalsOutputSchema,
  example: {
    input: { windowSeconds: 60 },
    output: {
      windowSeconds: 60,
      queuesAgeSeconds: 1.2,
      processes: [
        {
          ...{ node: 'intent-01k7', service: 'intent', pid: 4_711, ready: true, upSeconds: 900, readySeconds: 2.1 },
          ...{ memoryBytes: 180_000_000, memoryGrowthPerMinute: 0, cores: 0.4, loopDelaySeconds: 0.02, loopBusy: 0.1 },
        },
      ],
      services: [{ service: 'intent', processes: 1, ready: 1, starts: 0, deaths: 0, readySeconds: 2.1 }],
      capabilities: [
        {
          ...{ capability: 'intent.detect', service: 'intent', ready: 1, inWork: 2, waitingLive: 3, waitingDurable: 0 },
          ...{
            oldestSeconds: 0.4,
            oldestLiveSeconds: 0.4,
            arrivalsPerSecond: 12.1,
            completedPerSecond: 12,
            failedPerSecond: 0,
          },
          ...{ retriedPerSecond: 0, errorShare: 0, handlerP50Seconds: 0.02, handlerP95Seconds: 0.06 },
          ...{ queueP95Seconds: 0.2, busy: 0.5, tokensPerSecond: 0 },
        },
      ],
      breakers: [{ breaker: 'generation.answer', state: 'open', seenBy: ['gateway', 'generation'] }],
      tenants: [{ tenant: 'acme', running: 4, waiting: 20, share: 0.96, others: 1 }],
    },
  },
});
