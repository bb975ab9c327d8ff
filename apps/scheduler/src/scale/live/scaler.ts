import type { OutputOf } from '@llmos/contracts';
import type { scaling } from '@llmos/contracts/capabilities/scheduler-scaling';
import type { CapabilitySignal, Signal } from '../../signals/signals.js';
import type { ScalePolicy } from '../model/policy.port.js';
import { POLICIES } from '../policies/index.js';
import { NO_HOLDS, type Holds } from './holds.js';
import { liveSignals } from './live-signals.js';
import type { Counts } from './replica-host.port.js';
import type { ScalingRule, ScalingRules } from './scaling-file.js';

export type Scaling = OutputOf<typeof scaling>;
export type ScalingChange = Omit<Scaling['decisions'][number], 'at'>;

/** How long a process takes to be ready, until one of the service has said it. */
const START_SECONDS = 10;

const UNKNOWN = { why: 'no service of this name runs here', otherwise: 'another name in the file' };

interface Scaled {
  readonly rule: ScalingRule;
  policy?: ScalePolicy;
  decidedAtMs: number;
  /** When a task last came for it, or was in work. */
  usedAtMs: number;
  last?: { readonly why: string; readonly otherwise: string };
}

/**
 * Decides for all services of the file how many processes they should have. It changes nothing and reads no clock: it is
 * told what the signals are, what time it is, and how many processes are wanted now.
 */
export class Scaler {
  holds: Holds = NO_HOLDS;
  counts: Counts = {};
  private readonly services: ReadonlyMap<string, Scaled>;
  /** Services for which a task has come while they slept. */
  private readonly woken = new Set<string>();

  constructor(
    rules: ScalingRules,
    private readonly startedAtMs: number,
  ) {
    this.services = new Map(
      [...rules].map(([service, rule]) => [service, { rule, decidedAtMs: startedAtMs, usedAtMs: startedAtMs }]),
    );
  }

  get names(): string[] {
    return [...this.services.keys()];
  }

  /** {@link counts} of the services of the file. */
  get scaledCounts(): Counts {
    return Object.fromEntries(Object.entries(this.counts).filter(([service]) => this.services.has(service)));
  }

  /** Services that may sleep. */
  get sleepy(): string[] {
    return [...this.services].filter(([, { rule }]) => rule.min === 0).map(([service]) => service);
  }

  /** A task has come for a service. @returns whether it sleeps: then a process is wanted by the next decision. */
  wake(service: string): boolean {
    const sleeps = this.services.has(service) && this.counts[service] === 0;
    if (sleeps) this.woken.add(service);
    return sleeps;
  }

  /**
   * @param freeBytes the memory that is free for more processes.
   * @returns the changes that are wanted now: none for a service whose next decision is not due, or that is held.
   */
  decide(signal: Signal, nowMs: number, freeBytes = Infinity): ScalingChange[] {
    return [...this.services].flatMap(([service, scaled]) => {
      const from = this.counts[service];
      if (from === undefined) {
        if (Object.keys(this.counts).length > 0) scaled.last = UNKNOWN;
        return [];
      }
      const wanted = this.wantedOf(service, scaled, { signal, nowMs, from, freeBytes });
      if (!wanted) return [];
      const { to, why, otherwise } = wanted;
      scaled.last = { why, otherwise };
      return to === from ? [] : [{ service, from, to, why, otherwise }];
    });
  }

  /** What an operator sees. */
  show(): Scaling['services'] {
    return [...this.services].map(([service, { rule, last }]) => {
      const [replicas, pinned] = [this.counts[service], this.holds.pinned[service]];
      return {
        ...{ service, policy: rule.policy, min: rule.min, max: rule.max, paused: this.isPaused(service) },
        ...(replicas === undefined ? {} : { replicas }),
        ...(pinned === undefined ? {} : { pinned }),
        ...last,
      };
    });
  }

  private isPaused(service: string): boolean {
    return this.holds.pausedAll || this.holds.paused.includes(service);
  }

  private wantedOf(service: string, scaled: Scaled, now: Now) {
    const pinned = this.holds.pinned[service];
    if (now.from === 0 && (pinned === undefined || this.isPaused(service))) return this.asleep(service, scaled, now);
    const capabilities = now.signal.capabilities.filter((each) => each.service === service);
    if (capabilities.some(isUsed)) scaled.usedAtMs = now.nowMs;
    const resume = `llmos ops resume ${service}`;
    if (this.isPaused(service)) return { to: now.from, why: 'paused by a person', otherwise: resume };
    if (pinned !== undefined) return { to: pinned, why: 'pinned by a person', otherwise: resume };
    const { min, idleSeconds } = scaled.rule;
    if (min === 0 && now.from === 1 && now.nowMs - scaled.usedAtMs >= idleSeconds * 1_000)
      return { to: 0, why: `no task came for ${idleSeconds} s`, otherwise: 'a task within that time' };
    return this.byPolicy(service, scaled, now);
  }

  /** Whoever waits is not kept waiting by a person's pause. */
  private asleep(service: string, scaled: Scaled, { signal, nowMs }: Now) {
    const waits = signal.capabilities.some((each) => each.service === service && isWaitedFor(each));
    const isWanted = this.woken.delete(service) || waits;
    if (isWanted) {
      scaled.usedAtMs = nowMs;
      // Those who waited for the start say nothing of the load: it is looked at when they are out of the figures.
      scaled.decidedAtMs = nowMs + START_SECONDS * 1_000;
    }
    const { min } = scaled.rule;
    if (min > 0) return { to: min, why: `min is ${min}`, otherwise: 'a min of 0' };
    const why = isWanted ? 'a task came while it slept' : 'it sleeps until a task comes';
    return { to: isWanted ? 1 : 0, why, otherwise: isWanted ? 'no task' : 'a task' };
  }

  private byPolicy(service: string, scaled: Scaled, { signal, nowMs, from, freeBytes }: Now) {
    const { rule } = scaled;
    const own = signal.services.find((each) => each.service === service);
    // Figures of nobody say nothing: a service that has just died is restarted, not scaled.
    if (!own || own.ready === 0) return undefined;
    scaled.policy ??= policyOf(rule, own.readySeconds ?? START_SECONDS);
    const seconds = (nowMs - scaled.decidedAtMs) / 1_000;
    if (seconds < scaled.policy.periodSeconds) return undefined;
    scaled.decidedAtMs = nowMs;
    const capabilities = signal.capabilities.filter((each) => each.service === service);
    const { replicas, why, otherwise } = scaled.policy.decide(
      liveSignals(capabilities, {
        ...{ at: (nowMs - this.startedAtMs) / 1_000, seconds, current: from },
        objectiveSeconds: rule.objectiveMs / 1_000,
      }),
    );
    const within = Math.min(rule.max, Math.max(rule.min, 1, replicas));
    // A process too many would end others: the system kills what has most memory.
    const fits = from + Math.floor(freeBytes / largestOf(service, signal));
    const to = within > from ? Math.min(within, fits) : within;
    const limit =
      to < within
        ? `; ${within} wanted, memory is free for ${fits - from} more`
        : to === replicas
          ? ''
          : `; ${replicas} wanted, ${to > replicas ? 'min' : 'max'} is ${to}`;
    return { to, why: `${why}${limit}`, otherwise: otherwise ?? 'another load; llmos ops pin sets a number' };
  }
}

/** What the largest process of a service occupies, in bytes. */
function largestOf(service: string, { processes }: Signal): number {
  const own = processes.filter((each) => each.service === service).map(({ memoryBytes }) => memoryBytes);
  return Math.max(1, ...own);
}

const isWaitedFor = ({ waitingLive, waitingDurable }: CapabilitySignal) => waitingLive + waitingDurable > 0;
const isUsed = (each: CapabilitySignal) => each.inWork > 0 || each.arrivalsPerSecond > 0 || isWaitedFor(each);

interface Now {
  readonly signal: Signal;
  readonly nowMs: number;
  readonly from: number;
  readonly freeBytes: number;
}

function policyOf({ policy, objectiveMs, batch, max: most, tuning }: ScalingRule, startSeconds: number): ScalePolicy {
  return POLICIES[policy]({ ...tuning, batch, most, startSeconds, objectiveSeconds: objectiveMs / 1_000 });
}
