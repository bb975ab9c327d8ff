import type { OutputOf } from '@llmos/contracts';
import type { scaling } from '@llmos/contracts/capabilities/scheduler-scaling';
import type { Signal } from '../../signals/signals.js';
import type { ScalePolicy } from '../model/policy.port.js';
import { POLICIES } from '../policies/index.js';
import { NO_HOLDS, type Holds } from './holds.js';
import { liveSignals } from './live-signals.js';
import type { Counts } from './replica-host.port.js';
import type { ScalingRule, ScalingRules } from './scaling-file.js';

export type Scaling = OutputOf<typeof scaling>;
export type ScalingChange = Omit<Scaling['decisions'][number], 'at'>;

/** Assumed until a process of the service has said how long it took to be ready. */
const START_SECONDS = 10;

interface Scaled {
  readonly rule: ScalingRule;
  policy?: ScalePolicy;
  decidedAtMs: number;
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

  constructor(
    rules: ScalingRules,
    private readonly startedAtMs: number,
  ) {
    this.services = new Map([...rules].map(([service, rule]) => [service, { rule, decidedAtMs: startedAtMs }]));
  }

  get names(): string[] {
    return [...this.services.keys()];
  }

  /** @returns the changes that are wanted now: none for a service whose next decision is not due, or that is held. */
  decide(signal: Signal, nowMs: number): ScalingChange[] {
    return [...this.services].flatMap(([service, scaled]) => {
      const from = this.counts[service];
      if (from === undefined) return [];
      const wanted = this.wantedOf(service, scaled, { signal, nowMs, from });
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
    const resume = `llmos ops resume ${service}`;
    if (this.isPaused(service)) return { to: now.from, why: 'paused by a person', otherwise: resume };
    const pinned = this.holds.pinned[service];
    if (pinned !== undefined) return { to: pinned, why: 'pinned by a person', otherwise: resume };
    return this.byPolicy(service, scaled, now);
  }

  private byPolicy(service: string, scaled: Scaled, { signal, nowMs, from }: Now) {
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
    const to = Math.min(rule.max, Math.max(rule.min, replicas));
    const limit = to === replicas ? '' : `; ${replicas} wanted, ${to > replicas ? 'min' : 'max'} is ${to}`;
    return { to, why: `${why}${limit}`, otherwise: otherwise ?? 'another load; llmos ops pin sets a number' };
  }
}

interface Now {
  readonly signal: Signal;
  readonly nowMs: number;
  readonly from: number;
}

function policyOf({ policy, objectiveMs, batch, max: most, tuning }: ScalingRule, startSeconds: number): ScalePolicy {
  return POLICIES[policy]({ ...tuning, batch, most, startSeconds, objectiveSeconds: objectiveMs / 1_000 });
}
