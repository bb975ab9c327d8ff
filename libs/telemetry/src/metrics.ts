import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';

export type { Counter, Gauge, Histogram } from 'prom-client';

/** The metrics of this process. /metrics shows them in the Prometheus text format. */
export const registry = new Registry();

/**
 * How often the delay of the event loop is sampled. Each sample wakes the process, and `nodejs_eventloop_lag_…` includes
 * this time.
 */
export const EVENT_LOOP_SAMPLE_MS = 100;

let started = false;

/** Adds the metrics of a Node process (CPU, memory, event-loop delay) and the label with the name of the service. */
export function startMetrics(service: string): void {
  if (started) return;
  started = true;
  registry.setDefaultLabels({ service });
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: EVENT_LOOP_SAMPLE_MS });
}

/** The upper bounds of the buckets of {@link secondsHistogram}, beside infinity. */
export const SECONDS_BUCKETS: readonly number[] = [
  0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60,
];

/** `llmos_<thing>_total`. */
export function counter<L extends string>(name: string, help: string, labelNames: readonly L[]): Counter<L> {
  return new Counter({ name, help, labelNames, registers: [registry] });
}

/** `llmos_<thing>`. */
export function gauge<L extends string>(name: string, help: string, labelNames: readonly L[]): Gauge<L> {
  return new Gauge({ name, help, labelNames, registers: [registry] });
}

/** `llmos_<thing>_seconds`. */
export function secondsHistogram<L extends string>(name: string, help: string, labelNames: readonly L[]): Histogram<L> {
  return new Histogram({ name, help, labelNames, buckets: [...SECONDS_BUCKETS], registers: [registry] });
}
