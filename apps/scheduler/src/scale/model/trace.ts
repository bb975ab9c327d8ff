/** Recorded requests of one capability, in the order they came. */
export interface Trace {
  /** Seconds since the start, ascending. */
  readonly arrivals: readonly number[];
  /** Seconds of work of each. */
  readonly services: readonly number[];
}

/** The load of the first minute: how many replicas somebody who knows it would begin with. */
export function firstReplicas({ arrivals, services }: Trace): number {
  const work = arrivals.reduce((sum, at, request) => (at < 60 ? sum + services[request]! : sum), 0);
  return Math.max(1, Math.ceil(work / 60));
}
