import type { InputOf, OutputOf } from '@llmos/contracts';
import type { replay as capability } from '@llmos/contracts/capabilities/scheduler-replay';
import { clairvoyantBound } from './bound.js';
import { wattHours } from './model/energy.js';
import type { PolicySettings } from './model/policy.port.js';
import { firstReplicas, type Trace } from './model/trace.js';
import { POLICIES, type PolicyName } from './policies/index.js';
import { simulate, type Moment } from './simulate.js';

export type ReplayInput = InputOf<typeof capability>;
export type ReplayOutput = OutputOf<typeof capability>;
type Result = ReplayOutput['result'];

const MOST_MOMENTS = 720;
const MOST_DECISIONS = 100;
const BOUND_SLOTS = 720;
const LEAST_SLOT_SECONDS = 5;
const BOUND_SECONDS = 90;

/** A policy and the threshold policy on the same trace, and the bound. Blocks its thread. */
export async function replay(input: ReplayInput): Promise<ReplayOutput> {
  const trace = traceOf(input);
  const bound = await boundOf(input, trace);
  const work = trace.services.reduce((sum, seconds) => sum + seconds, 0) * (input.cores / input.batch);
  return {
    ...{ result: replayPolicy(input, input.policy), threshold: replayPolicy(input, 'threshold') },
    ...{ workCoreSeconds: work, ...(bound === undefined ? {} : { boundCoreSeconds: bound * input.cores }) },
  };
}

const SECOND_MS = 1_000;
const traceOf = ({ arrivalsMs, servicesMs }: ReplayInput): Trace => ({
  arrivals: arrivalsMs.map((ms) => ms / SECOND_MS),
  services: servicesMs.map((ms) => ms / SECOND_MS),
});

/** What the system begins with: every policy, and the bound, with the same. */
const initialOf = ({ least, most, objectiveMs, mayBeLate, batch }: ReplayInput, trace: Trace) =>
  Math.min(most, Math.max(least, firstReplicas(trace, objectiveMs / SECOND_MS, mayBeLate, batch)));

/** In replica-seconds; undefined if it is not found in time. */
export function boundOf(input: ReplayInput, trace = traceOf(input)): Promise<number | undefined> {
  return clairvoyantBound(trace, {
    ...{ objectiveSeconds: input.objectiveMs / SECOND_MS, startSeconds: input.startMs / SECOND_MS },
    ...{ initial: initialOf(input, trace), limit: input.mayBeLate, batch: input.batch, seconds: BOUND_SECONDS },
    slotSeconds: Math.max(LEAST_SLOT_SECONDS, Math.ceil(trace.arrivals.at(-1)! / BOUND_SLOTS)),
  });
}

/** One policy alone. */
export function replayPolicy(input: ReplayInput, policy: PolicyName): Result {
  const trace = traceOf(input);
  const settings: PolicySettings = {
    ...input.tuning,
    ...{ objectiveSeconds: input.objectiveMs / SECOND_MS, startSeconds: input.startMs / SECOND_MS },
    ...{ batch: input.batch, most: input.most },
  };
  const { waits, replicaSeconds, workSeconds, endedAt, moments } = simulate(trace, POLICIES[policy](settings), {
    ...{ startSeconds: settings.startSeconds, objectiveSeconds: settings.objectiveSeconds, batch: input.batch },
    ...{ least: input.least, most: input.most },
    initial: initialOf(input, trace),
  });
  const late = waits.filter((seconds) => seconds > settings.objectiveSeconds).length;
  const changes = moments.filter(({ changed }) => changed);
  const sorted = waits.toSorted((a, b) => a - b);
  return {
    ...{ policy, requests: waits.length, late, lateShare: late / waits.length },
    waitP99Ms: Math.round(sorted[Math.ceil(0.99 * sorted.length) - 1]! * SECOND_MS),
    coreSeconds: replicaSeconds * input.cores,
    wattHours: wattHoursOf(input, replicaSeconds, workSeconds),
    changesPerHour: endedAt > 0 ? (changes.length * 3_600) / endedAt : 0,
    curve: thinned(moments).map(({ at, wanted, running, busy, queued }) => ({ at, wanted, running, busy, queued })),
    decisions: changes.slice(0, MOST_DECISIONS).map(({ at, wanted, why }) => ({ at, replicas: wanted, why })),
  };
}

/** To the milliwatt-hour. */
const wattHoursOf = ({ cores, batch, power }: ReplayInput, replicaSeconds: number, workSeconds: number) =>
  Number(wattHours(cores * replicaSeconds, (cores * workSeconds) / batch, power).toFixed(3));

function thinned(moments: readonly Moment[]): readonly Moment[] {
  const step = Math.ceil(moments.length / MOST_MOMENTS);
  return moments.filter((_, at) => at % step === 0);
}
