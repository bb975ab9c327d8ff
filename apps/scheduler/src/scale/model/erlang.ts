/**
 * Erlang's C formula: the chance that a request has to wait, with `servers` replicas and `load` of them busy on average
 * (arrivals per second × seconds of work). By the recursion of the B formula, which does not overflow. 1 if the load is too
 * much for them.
 */
export function erlangC(servers: number, load: number): number {
  if (load <= 0) return 0;
  if (servers <= load) return 1;
  let blocked = 1;
  for (let k = 1; k <= servers; k++) blocked = (load * blocked) / (k + load * blocked);
  return blocked / (1 - (load / servers) * (1 - blocked));
}

export interface Waiting {
  /** Arrivals per second. */
  readonly rate: number;
  /** Mean work of one request. */
  readonly serviceSeconds: number;
}

/** M/M/c: the chance that a request waits longer than `seconds`. */
export function lateChance(servers: number, { rate, serviceSeconds }: Waiting, seconds: number): number {
  const load = rate * serviceSeconds;
  return erlangC(servers, load) * Math.exp((-Math.max(0, servers - load) * seconds) / serviceSeconds);
}

/** The fewest replicas with which at most the share `limit` of all requests waits longer than `seconds`. */
export function fewestServers(waiting: Waiting, seconds: number, limit: number): number {
  let servers = Math.floor(waiting.rate * waiting.serviceSeconds) + 1;
  while (lateChance(servers, waiting, seconds) > limit) servers++;
  return servers;
}
