import { ONE_REQUEST } from './process-status.js';

const LIMIT_MS = 1_000;
const BREAKER_STATES = ['closed', 'half-open', 'open'] as const;

/** What a process does, as its `/metrics` says. */
export interface ProcessLoad {
  /** Tasks in work; for a gateway, the calls that it answers. */
  readonly working: number;
  /** The circuit breakers of the process, by their names. */
  readonly breakers: Readonly<Record<string, (typeof BREAKER_STATES)[number]>>;
}

/** Asks a process for its load; undefined when it does not answer. */
export async function loadOf(url: string | undefined): Promise<ProcessLoad | undefined> {
  if (url === undefined) return undefined;
  try {
    const signal = AbortSignal.timeout(LIMIT_MS);
    const response = await fetch(new URL('/metrics', url), { signal, headers: ONE_REQUEST });
    return response.ok ? parseLoad(await response.text()) : undefined;
  } catch {
    return undefined;
  }
}

/** Reads the load in metrics of the text format of Prometheus. */
export function parseLoad(metrics: string): ProcessLoad {
  const samples = [...metrics.matchAll(/^(llmos_\w+)(?:\{(.*)\})? (\S+)$/gm)].map(([, name, labels = '', value]) => ({
    name,
    labels,
    value: Number(value),
  }));
  const working = samples
    .filter(({ name }) => name === 'llmos_tasks_in_work' || name === 'llmos_live_runs')
    .reduce((sum, { value }) => sum + value, 0);
  const breakers = samples.flatMap(({ name, labels, value }) => {
    const breaker = /(?:^|,)breaker="([^"]*)"/.exec(labels)?.[1];
    const state = BREAKER_STATES[value];
    return name === 'llmos_breaker_state' && breaker && state ? [[breaker, state] as const] : [];
  });
  return { working, breakers: Object.fromEntries(breakers) };
}
