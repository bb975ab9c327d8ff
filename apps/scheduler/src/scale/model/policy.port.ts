/** What a policy sees at one moment: only the past, as a running system would measure it. */
export interface Signals {
  /** Seconds since the start. */
  readonly at: number;
  /** Replicas that are wanted now: ready or starting, without those that drain. */
  readonly current: number;
  /** Requests that wait. */
  readonly queued: number;
  /** Since the last decision. */
  readonly arrived: number;
  /** Requests whose work began since the last decision, and how many of these had waited longer than the objective. */
  readonly began: number;
  readonly late: number;
  /** Requests in work, averaged since the last decision. */
  readonly busy: number;
  /** Requests that ended since the last decision. */
  readonly ended: number;
}

export interface Decision {
  /** How many replicas are wanted. */
  readonly replicas: number;
  /** In words, with the figures that decided. */
  readonly why: string;
  /** What would have led to another number, in words. */
  readonly otherwise?: string;
}

/** Decides how many replicas a capability has. It keeps its own memory: one object for one capability. */
export interface ScalePolicy {
  readonly periodSeconds: number;
  decide(signals: Signals): Decision;
}

/** What a policy may be tuned by. */
export interface Tuning {
  /** `threshold`: the share of busy replicas that is aimed at. */
  readonly target: number;
  /** `queue`, `hybrid`: the share of requests that may wait longer than the objective. */
  readonly limit: number;
  /** `queue`, `predictive`: rates are measured over this time; `hybrid`: the load. */
  readonly windowSeconds: number;
  /** `predictive`: standard errors above the forecast; `hybrid`: standard deviations above the load, at first. */
  readonly errors: number;
  /** `hybrid`: how fast the reserve follows the share of late requests; 0: not at all. */
  readonly gain: number;
  /** `hybrid`: replicas leave when they were not needed for so long. */
  readonly holdSeconds: number;
  /** `hybrid`: replicas above what is needed. */
  readonly spares: number;
  /** `predictive`, `hybrid`: the load repeats after this time, such as a day; 0: it does not. */
  readonly seasonSeconds: number;
}

export interface PolicySettings extends Tuning {
  /** A request should not wait longer before its work starts. */
  readonly objectiveSeconds: number;
  /** From the decision until a replica is ready. */
  readonly startSeconds: number;
  /** Requests that a replica works on at once. */
  readonly batch: number;
  /** There are never more replicas. */
  readonly most: number;
}
