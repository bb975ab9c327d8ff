import type { TaskQueue } from '@llmos/bus';
import { serviceOf, type CapabilityFigures, type NodeState, type OutputOf } from '@llmos/contracts';
import type { signals } from '@llmos/contracts/capabilities/scheduler-signals';
import { isReadyFor, NODE_TTL_MS } from '@llmos/mesh';
import { capabilitySignals } from './capability-signals.js';
import { KEPT_MS, ProcessHistory, type ProcessWindow } from './process-history.js';
import { QueueHistory } from './queue-history.js';

export type Signal = OutputOf<typeof signals>;
export type ProcessSignal = Signal['processes'][number];
export type ServiceSignal = Signal['services'][number];
export type CapabilitySignal = Signal['capabilities'][number];

/** Starts and deaths are counted over this time, in milliseconds. */
const COUNTED_MS = 600_000;
/** More processes are not followed, and more events of a service not counted: memory stays bounded. */
const MOST_PROCESSES = 256;
const MOST_EVENTS = 200;

/** Where the figures of all processes can be read. This is all that watching and scaling see of the installation. */
export interface SignalSource {
  /** @param windowMs what rates and quantiles are over: at most 60,000. */
  read(windowMs?: number): Signal;
}

interface Happened {
  readonly starts: number[];
  readonly deaths: number[];
}

/**
 * Keeps the figures of the last minute of every process, and of every queue of tasks. Times are given, in milliseconds of
 * any steady clock, so that it can be lived through in virtual time.
 */
export class Signals {
  private readonly processes = new Map<string, ProcessHistory>();
  /** By lane and capability. */
  private readonly queues = new Map<string, { readonly queue: TaskQueue; readonly history: QueueHistory }>();
  private readonly happened = new Map<string, Happened>();
  private queuesAtMs: number | undefined;
  /** Processes that are seen first count as started, but for those that were there before. */
  private isFollowing = false;

  saw(state: NodeState, nowMs: number): void {
    let process = this.processes.get(state.node);
    if (!process) {
      if (this.processes.size >= MOST_PROCESSES) return;
      process = new ProcessHistory(state, nowMs);
      this.processes.set(state.node, process);
      if (this.isFollowing) this.note(state.service, 'starts', nowMs);
    }
    process.saw(state, nowMs);
  }

  /** All processes that were there have been seen. */
  follow(): void {
    this.isFollowing = true;
  }

  /** The process has said that it leaves. */
  left(node: string, nowMs: number): void {
    const process = this.processes.get(node);
    if (process) process.goneAtMs ??= nowMs;
  }

  sawQueues(queues: readonly TaskQueue[], nowMs: number): void {
    this.queuesAtMs = nowMs;
    for (const queue of queues) {
      const key = `${queue.lane} ${queue.capability}`;
      const history = this.queues.get(key)?.history ?? new QueueHistory();
      history.saw(queue, nowMs);
      this.queues.set(key, { queue, history });
    }
  }

  /** Time has passed: finds the processes that died. @param couldHearMs the part of it in which they could be heard. */
  pass(couldHearMs: number, nowMs: number): void {
    for (const [node, process] of this.processes) {
      process.silentMs += couldHearMs;
      if (process.goneAtMs === undefined && process.silentMs > NODE_TTL_MS) {
        process.goneAtMs = nowMs;
        this.note(process.state.service, 'deaths', nowMs);
      }
      // What it did is still part of the rates of its window.
      if (process.goneAtMs !== undefined && process.goneAtMs < nowMs - KEPT_MS) this.processes.delete(node);
    }
  }

  read(nowMs: number, windowMs = KEPT_MS): Signal {
    const all = [...this.processes.values()];
    const living = all.filter(({ goneAtMs }) => goneAtMs === undefined);
    const windows = new Map(all.map((process) => [process, process.window(windowMs)]));
    return {
      windowSeconds: windowMs / 1_000,
      ...(this.queuesAtMs === undefined ? {} : { queuesAgeSeconds: (nowMs - this.queuesAtMs) / 1_000 }),
      processes: living.map((process) => processSignal(process, windows.get(process))),
      services: this.servicesOf(living, nowMs),
      capabilities: this.capabilitiesOf(living, [...windows.values()], { nowMs, windowMs }),
      breakers: breakersOf(living),
      tenants: tenantsOf(living.map((process) => windows.get(process))),
    };
  }

  private servicesOf(living: readonly ProcessHistory[], nowMs: number): ServiceSignal[] {
    const recent = (times: readonly number[] = []) => times.filter((atMs) => atMs > nowMs - COUNTED_MS).length;
    // A service whose last process has left is no part of the installation; one whose last process died is missed.
    const died = [...this.happened].filter(([, { deaths }]) => recent(deaths) > 0).map(([service]) => service);
    const names = new Set([...living.map(({ state }) => state.service), ...died]);
    return [...names].sort().map((service) => {
      const own = living.filter(({ state }) => state.service === service);
      const ready = own.flatMap(({ figures }) => figures?.readySeconds ?? []);
      return {
        service,
        processes: own.length,
        ready: own.filter(({ state }) => state.ready).length,
        starts: recent(this.happened.get(service)?.starts),
        deaths: recent(this.happened.get(service)?.deaths),
        ...(ready.length > 0 ? { readySeconds: Math.max(...ready) } : {}),
      };
    });
  }

  private capabilitiesOf(
    living: readonly ProcessHistory[],
    windows: readonly (ProcessWindow | undefined)[],
    { nowMs, windowMs }: { readonly nowMs: number; readonly windowMs: number },
  ): CapabilitySignal[] {
    const queues = [...this.queues.values()];
    const names = new Set([
      ...living.flatMap(({ state }) => state.capabilities),
      ...queues.filter(({ history }) => history.last.waiting > 0).map(({ queue }) => queue.capability),
    ]);
    return [...names].sort().map((capability) => {
      const able = living.filter(({ state }) => state.capabilities.includes(capability));
      const inWork = able.reduce((sum, { figures }) => sum + (figures?.capabilities[capability]?.inWork ?? 0), 0);
      return {
        ...{ capability, service: serviceOf(capability), inWork },
        ready: able.filter(({ state }) => isReadyFor(state, capability)).length,
        ...capabilitySignals({
          done: windows.flatMap((window) => {
            const figures: CapabilityFigures | undefined = window?.capabilities.get(capability);
            return figures ? [{ figures, seconds: window!.seconds }] : [];
          }),
          queues: queues.filter(({ queue }) => queue.capability === capability),
          nowMs,
          windowMs,
        }),
      };
    });
  }

  private note(service: string, what: keyof Happened, nowMs: number): void {
    const happened = this.happened.get(service) ?? { starts: [], deaths: [] };
    happened[what].push(nowMs);
    if (happened[what].length > MOST_EVENTS) happened[what].shift();
    this.happened.set(service, happened);
  }
}

function processSignal(
  { state, figures, memoryGrowthPerMinute }: ProcessHistory,
  window: ProcessWindow | undefined,
): ProcessSignal {
  const { node, service, pid, ready } = state;
  return {
    ...{ node, service, pid, ready },
    upSeconds: figures?.upSeconds ?? 0,
    ...(figures?.readySeconds === undefined ? {} : { readySeconds: figures.readySeconds }),
    memoryBytes: figures?.memoryBytes ?? 0,
    memoryGrowthPerMinute,
    cores: window && window.seconds > 0 ? window.cpuSeconds / window.seconds : 0,
    loopDelaySeconds: window?.loopDelaySeconds ?? 0,
    loopBusy: window?.loopBusy ?? 0,
  };
}

/** All gateways together. */
function tenantsOf(windows: readonly (ProcessWindow | undefined)[]): Signal['tenants'] {
  const sums = new Map<string, { running: number; waiting: number }>();
  for (const window of windows)
    for (const [tenant, { running, waiting }] of window?.tenants ?? []) {
      const sum = sums.get(tenant);
      sums.set(tenant, { running: running + (sum?.running ?? 0), waiting: waiting + (sum?.waiting ?? 0) });
    }
  const all = [...sums.values()].reduce((sum, { running, waiting }) => sum + running + waiting, 0);
  return [...sums].sort().flatMap(([tenant, { running, waiting }]) => {
    const own = running + waiting;
    return own > 0 ? [{ tenant, running, waiting, share: Math.min(1, own / all), others: Math.max(0, all - own) }] : [];
  });
}

function breakersOf(living: readonly ProcessHistory[]): Signal['breakers'] {
  const seen = new Map<string, { state: 'half-open' | 'open'; readonly seenBy: Set<string> }>();
  for (const { state, figures } of living)
    for (const [breaker, is] of Object.entries(figures?.breakers ?? {})) {
      const known = seen.get(breaker) ?? { state: is, seenBy: new Set<string>() };
      if (is === 'open') known.state = is;
      known.seenBy.add(state.service);
      seen.set(breaker, known);
    }
  return [...seen].sort().map(([breaker, { state, seenBy }]) => ({ breaker, state, seenBy: [...seenBy].sort() }));
}
