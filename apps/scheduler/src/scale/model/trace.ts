/** Recorded requests of one capability, in the order they came. */
export interface Trace {
  /** Seconds since the start, ascending. */
  readonly arrivals: readonly number[];
  /** Seconds of work of each. */
  readonly services: readonly number[];
}

/** The load of this time is what somebody who knows a service has running before a trace begins. */
const FIRST_SECONDS = 300;

/** Replicas for the mean load of the first minutes. */
export function firstReplicas({ arrivals, services }: Trace): number {
  const work = arrivals.reduce((sum, at, request) => (at < FIRST_SECONDS ? sum + services[request]! : sum), 0);
  return Math.max(1, Math.ceil(work / Math.max(60, Math.min(FIRST_SECONDS, arrivals.at(-1) ?? 0))));
}
