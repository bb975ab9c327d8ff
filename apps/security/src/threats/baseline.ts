/** The state of a baseline: two means, their variances, and the number of active minutes learnt. */
export interface BaselineState {
  readonly fastMean: number;
  readonly fastVariance: number;
  readonly slowMean: number;
  readonly slowVariance: number;
  readonly minutes: number;
  readonly lastMinute: number;
}

/** The distance of a value from a baseline. */
export interface Deviation {
  readonly expected: number;
  /** In standard deviations; the smaller one of the two horizons. */
  readonly z: number;
}

/** Half-lives in minutes: the fast mean follows the hour, the slow mean keeps the working days over a weekend. */
const FAST_HALF_LIFE = 30;
const SLOW_HALF_LIFE = 3 * 24 * 60;
/** A pause counts as at most this many minutes, so that the first minute after a night does not become the baseline. */
const MAX_STEP = 5;
/** The statistics are used after this many active minutes. */
export const COLD_MINUTES = 30;
/** Values farther out are learnt as this value (winsorised), so that an attack does not become the baseline at once. */
const WINSOR_DEVIATIONS = 4;
/** The standard deviation is at least this share of the expected value. */
const RELATIVE_FLOOR = 0.25;

/**
 * Exponentially weighted mean and variance (West 1979; Finch 2009, "Incremental calculation of weighted mean and
 * variance", section 9) on two horizons, updated once for each minute with activity.
 */
export class Baseline {
  private state: BaselineState;

  constructor(state?: BaselineState) {
    this.state = state ?? { fastMean: 0, fastVariance: 0, slowMean: 0, slowVariance: 0, minutes: 0, lastMinute: 0 };
  }

  /** Whether enough minutes are learnt to judge by. */
  get learnt(): boolean {
    return this.state.minutes >= COLD_MINUTES;
  }

  get minutes(): number {
    return this.state.minutes;
  }

  /** @param floor the smallest standard deviation to assume, in the unit of the value. */
  judge(value: number, floor: number): Deviation {
    const { fastMean, fastVariance, slowMean, slowVariance } = this.state;
    const expected = Math.max(fastMean, slowMean);
    const spread = (variance: number): number => Math.max(Math.sqrt(variance), floor, RELATIVE_FLOOR * expected);
    const z = Math.min((value - fastMean) / spread(fastVariance), (value - slowMean) / spread(slowVariance));
    return { expected, z };
  }

  /** Learns the value of one active minute. @param minute in minutes since 1970. */
  learn(value: number, minute: number, floor: number): void {
    const { state } = this;
    const step = Math.min(Math.max(minute - state.lastMinute, 1), MAX_STEP);
    const { expected } = this.judge(value, floor);
    const widest = Math.sqrt(Math.max(state.fastVariance, state.slowVariance));
    const limit = expected + WINSOR_DEVIATIONS * Math.max(widest, floor, RELATIVE_FLOOR * expected);
    const learnt = this.learnt ? Math.min(value, limit) : value;
    const fast = weigh(state.fastMean, state.fastVariance, learnt, weightOf(step, FAST_HALF_LIFE, state.minutes));
    const slow = weigh(state.slowMean, state.slowVariance, learnt, weightOf(step, SLOW_HALF_LIFE, state.minutes));
    this.state = {
      fastMean: fast.mean,
      fastVariance: fast.variance,
      slowMean: slow.mean,
      slowVariance: slow.variance,
      minutes: state.minutes + 1,
      lastMinute: Math.max(minute, state.lastMinute),
    };
  }

  export(): BaselineState {
    return this.state;
  }
}

/** The first minutes count the same (a plain mean); later the half-life sets the weight. */
function weightOf(step: number, halfLife: number, minutes: number): number {
  return Math.max(1 - 2 ** (-step / halfLife), 1 / (minutes + 1));
}

function weigh(mean: number, variance: number, value: number, weight: number): { mean: number; variance: number } {
  const difference = value - mean;
  const increment = weight * difference;
  return { mean: mean + increment, variance: (1 - weight) * (variance + difference * increment) };
}
