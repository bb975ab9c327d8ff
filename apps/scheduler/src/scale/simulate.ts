import { Replicas } from './model/replicas.js';
import type { ScalePolicy } from './model/policy.port.js';
import type { Trace } from './model/trace.js';

export interface SimulationSettings {
  readonly startSeconds: number;
  /** A request that waited longer counts as late. */
  readonly objectiveSeconds: number;
  /** Requests that a replica works on at once. */
  readonly batch: number;
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
  /** Replicas with at least one request. */
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
  /** Of requests in work. */
  readonly workSeconds: number;
  /** When the last request ended. */
  readonly endedAt: number;
  readonly moments: readonly Moment[];
}

/**
 * Replays a trace in virtual time, event by event: one first-in-first-out queue, and replicas that work on `batch`
 * requests at once, take a while to start, and end their requests before they leave. Pure: the same input gives the same result.
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
  private late = 0;
  private seen = { arrived: 0, began: 0, late: 0, ended: 0, workSeconds: 0, at: 0 };

  constructor(
    private readonly trace: Trace,
    private readonly policy: ScalePolicy,
    private readonly settings: SimulationSettings,
  ) {
    this.requests = trace.arrivals.length;
    this.replicas = new Replicas(settings.initial, settings.startSeconds, settings.batch);
  }

  run(): Simulated {
    let decideAt = this.policy.periodSeconds;
    while (this.next < this.requests || this.head < this.next || this.replicas.working > 0) {
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
    const { replicaSeconds, workSeconds, now } = this.replicas;
    return { waits: this.waits, replicaSeconds, workSeconds, endedAt: now, moments: this.moments };
  }

  private startWaiting(at: number): void {
    while (this.head < this.next && this.replicas.work(this.trace.services[this.head]!)) {
      const wait = at - this.trace.arrivals[this.head]!;
      this.waits.push(wait);
      if (wait > this.settings.objectiveSeconds) this.late++;
      this.head++;
    }
  }

  private decide(at: number): void {
    const { replicas, settings, seen } = this;
    const { replicas: desired, why } = this.policy.decide({
      ...{ at, current: replicas.current, queued: this.next - this.head, arrived: this.next - seen.arrived },
      ...{ began: this.head - seen.began, late: this.late - seen.late, ended: replicas.ended - seen.ended },
      busy: (replicas.workSeconds - seen.workSeconds) / (at - seen.at),
    });
    const { ended, workSeconds } = replicas;
    this.seen = { arrived: this.next, began: this.head, late: this.late, ended, workSeconds, at };
    const wanted = Math.min(settings.most, Math.max(settings.least, desired));
    const changed = wanted !== replicas.current;
    replicas.scale(wanted);
    const { running, busy } = replicas;
    this.moments.push({ at, wanted, running, busy, queued: this.next - this.head, changed, why });
  }
}
