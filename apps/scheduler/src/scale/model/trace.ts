import { fewestServers } from './erlang.js';

/** Recorded requests of one capability, in the order they came. */
export interface Trace {
  /** Seconds since the start, ascending. */
  readonly arrivals: readonly number[];
  /** Seconds of work of each. */
  readonly services: readonly number[];
}

/** What somebody knows who has run a service before a trace begins. */
const FIRST_SECONDS = 300;
const LEAST_FIRST_SECONDS = 60;

/** Replicas with which, by Erlang's C formula, few enough requests of the first minutes wait longer than the objective. */
export function firstReplicas(
  { arrivals, services }: Trace,
  objectiveSeconds: number,
  mayBeLate: number,
  batch: number,
): number {
  const seconds = Math.max(LEAST_FIRST_SECONDS, Math.min(FIRST_SECONDS, arrivals.at(-1) ?? 0));
  const first = services.filter((_, request) => arrivals[request]! <= seconds);
  const work = first.reduce((sum, each) => sum + each, 0);
  if (work === 0) return 1;
  const waiting = { rate: first.length / seconds, serviceSeconds: work / first.length };
  return Math.ceil(fewestServers(waiting, objectiveSeconds, Math.max(LEAST_SHARE, mayBeLate)) / batch);
}

/** No number of replicas makes it impossible to wait. */
const LEAST_SHARE = 1e-4;
