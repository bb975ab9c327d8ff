import type { Buckets, CapabilityFigures, ProcessFigures } from '@llmos/contracts';
import type { Counter, Gauge, Histogram } from '@llmos/telemetry';
import { performance, type EventLoopUtilization } from 'node:perf_hooks';
import { breakerStates } from './breaker-reports.js';
import { taskMetrics } from './metrics.js';

type Of = (capability: string) => { -readonly [F in keyof CapabilityFigures]: CapabilityFigures[F] };

/** Reads the figures of this process, for its heartbeat. Nothing runs between two readings but {@link turned}. */
export class OwnFigures {
  private turnedAtMs = performance.now();
  private lateMs = 0;
  private utilization: EventLoopUtilization = performance.eventLoopUtilization();
  private readySeconds: number | undefined;

  /** To be called every `everyMs`: what is later is the delay of the event loop. */
  turned(everyMs: number): void {
    const nowMs = performance.now();
    this.lateMs = Math.max(this.lateMs, nowMs - this.turnedAtMs - everyMs);
    this.turnedAtMs = nowMs;
  }

  /** @param provided the capabilities of this process. */
  async read(isReady: boolean, provided: readonly string[]): Promise<ProcessFigures> {
    const upSeconds = process.uptime();
    if (isReady) this.readySeconds ??= upSeconds;
    const utilization = performance.eventLoopUtilization();
    const { utilization: loopBusy } = performance.eventLoopUtilization(utilization, this.utilization);
    this.utilization = utilization;
    const loopDelaySeconds = this.lateMs / 1_000;
    this.lateMs = 0;
    const { user, system } = process.cpuUsage();
    return {
      upSeconds,
      ...(this.readySeconds === undefined ? {} : { readySeconds: this.readySeconds }),
      memoryBytes: process.memoryUsage.rss(),
      cpuSeconds: (user + system) / 1_000_000,
      loopDelaySeconds,
      loopBusy: Math.min(1, Math.max(0, loopBusy)),
      capabilities: await capabilityFigures(provided),
      breakers: await breakerStates(),
    };
  }
}

async function capabilityFigures(provided: readonly string[]): Promise<Record<string, CapabilityFigures>> {
  const figures = new Map<string, ReturnType<Of>>();
  const of: Of = (capability) => {
    let own = figures.get(capability);
    if (!own) {
      own = { inWork: 0, ended: {}, retried: 0, handlerSeconds: 0, handler: {}, queue: {}, tokens: 0 };
      figures.set(capability, own);
    }
    return own;
  };
  for (const { capability, outcome, value } of await labelled(taskMetrics.tasks)) of(capability).ended[outcome] = value;
  for (const { capability, outcome, value } of await labelled(taskMetrics.retries))
    if (outcome !== 'refused') of(capability).retried += value;
  for (const { capability, value } of await labelled(taskMetrics.inWork)) if (value > 0) of(capability).inWork = value;
  for (const { capability, value } of await labelled(taskMetrics.tokens)) of(capability).tokens = value;
  for (const [capability, { sum, buckets }] of await histogram(taskMetrics.handler))
    Object.assign(of(capability), { handlerSeconds: sum, handler: buckets });
  for (const [capability, { buckets }] of await histogram(taskMetrics.queue)) of(capability).queue = buckets;
  return Object.fromEntries([...figures].filter(([capability]) => provided.includes(capability)));
}

async function labelled<L extends string>(
  metric: Counter<L> | Gauge<L>,
): Promise<(Record<L, string> & { readonly value: number })[]> {
  const { values } = await metric.get();
  return values.map(({ labels, value }) => ({ ...(labels as Record<L, string>), value }));
}

interface Summary {
  sum: number;
  buckets: Buckets;
}

/** The sum and the buckets of each capability. The metric counts each bucket with those below it. */
async function histogram(metric: Histogram<'capability'>): Promise<Map<string, Summary>> {
  const summaries = new Map<string, Summary>();
  const below = new Map<string, number>();
  for (const { labels, metricName, value } of (await metric.get()).values) {
    const { capability, le } = labels as { capability: string; le?: string | number };
    const summary = summaries.get(capability) ?? { sum: 0, buckets: {} };
    summaries.set(capability, summary);
    if (le !== undefined) {
      const own = value - (below.get(capability) ?? 0);
      if (own > 0) summary.buckets[String(le)] = own;
      below.set(capability, value);
    } else if (metricName?.endsWith('_sum')) summary.sum = value;
  }
  return summaries;
}
