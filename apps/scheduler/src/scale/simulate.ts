import { Replicas } from './model/replicas.js';
import type { ScalePolicy } from './model/policy.port.js';
import type { Trace } from './model/trace.js';

export interface SimulationSettings {
  readonly startSeconds: number;
  readonly least: number;
  readonly most: number;
  /** Ready when the first request comes. */
  readonly initial: number;
}

/** The system when a policy has decided. */
export interface Moment {
  readonly at: number;
  readonly wanted: number;
  readonly running: number;
  readonly busy: number;
  readonly queued: number;
  /** Whether `wanted` is another number than before. */
  readonly changed: boolean;
  readonly why: string;
}

export interface Simulated {
  /** Seconds that each request waited before its work started, in the order of arrival. */
  readonly waits: readonly number[];
  /** Of replicas that start, work, idle or drain, until the last request has ended. */
  readonly replicaSeconds: number;
  /** When the last request ended. */
  readonly endedAt: number;
  readonly moments: readonly Moment[];
}

/**
 * Replays a trace in virtual time, event by event: one first-in-first-out queue, and replicas that work on one request at
 * a time, take a while to start, and end their request before they leave. Pure: the same input gives the same result.
 */
export function simulate(trace: Trace, policy: ScalePolicy, settings: SimulationSettings): Simulated {
  return new Simulation(trace, policy, settings).run();
}

class Simulation {
  private readonly replicas: Replicas;
  private readonly waits: number[] = [];
  private readonly moments: Moment[] = [];
  private readonly requests: number;
  private next = 0;
  private head = 0;
  private seen = { arrived: 0, ended: 0, busySeconds: 0, at: 0 };

  constructor(
    private readonly trace: Trace,
    private readonly policy: ScalePolicy,
    private readonly settings: SimulationSettings,
  ) {
    this.requests = trace.arrivals.length;
    this.replicas = new Replicas(settings.initial, settings.startSeconds);
  }

  run(): Simulated {
    let decideAt = this.policy.periodSeconds;
    while (this.next < this.requests || this.head < this.next || this.replicas.busy > 0) {
      const arriveAt = this.trace.arrivals[this.next] ?? Infinity;
      const at = Math.min(arriveAt, this.replicas.nextAt, decideAt);
      this.replicas.advance(at);
      if (at === arriveAt) this.next++;
      this.startWaiting(at);
      if (at === decideAt) {
        this.decide(at);
        this.startWaiting(at);
        decideAt += this.policy.periodSeconds;
      }
    }
    const { replicaSeconds, now } = this.replicas;
    return { waits: this.waits, replicaSeconds, endedAt: now, moments: this.moments };
  }

  private startWaiting(at: number): void {
    while (this.head < this.next && this.replicas.idle > 0) {
      const request = this.head++;
      this.waits.push(at - this.trace.arrivals[request]!);
      this.replicas.work(this.trace.services[request]!);
    }
  }

  private decide(at: number): void {
    const { replicas, settings, seen } = this;
    const { replicas: desired, why } = this.policy.decide({
      ...{ at, current: replicas.current, queued: this.next - this.head, arrived: this.next - seen.arrived },
      ...{ busy: (replicas.busySeconds - seen.busySeconds) / (at - seen.at), ended: replicas.ended - seen.ended },
    });
    this.seen = { arrived: this.next, ended: replicas.ended, busySeconds: replicas.busySeconds, at };
    const wanted = Math.min(settings.most, Math.max(settings.least, desired));
    const changed = wanted !== replicas.current;
    replicas.scale(wanted);
    const { running, busy } = replicas;
    this.moments.push({ at, wanted, running, busy, queued: this.next - this.head, changed, why });
  }
}
