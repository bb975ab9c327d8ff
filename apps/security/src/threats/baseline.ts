/** What is usual, as learnt so far: the two means, the spread around them, and how many active minutes they rest on. */
export interface BaselineState {
  readonly fastMean: number;
  readonly fastVariance: number;
  readonly slowMean: number;
  readonly slowVariance: number;
  readonly minutes: number;
  readonly lastMinute: number;
}

/** How far a value is from what is usual. */
export interface Deviation {
  readonly expected: number;
  /** In standard deviations; the smaller of the two horizons'. */
  readonly z: number;
}

/** Half-lives in minutes: the fast mean follows the hour, the slow one remembers the working days over a weekend. */
const FAST_HALF_LIFE = 30;
const SLOW_HALF_LIFE = 3 * 24 * 60;
/** A silence counts for so many minutes at most: a night does not make the first minute of the morning the norm. */
const LONGEST_STEP = 5;
/** From so many active minutes on the statistics have a say. */
export const COLD_MINUTES = 30;
/** A value further out than this teaches only this much: an attack does not become the norm at once. */
const WINSOR_DEVIATIONS = 4;
/** The spread is never taken to be smaller than this share of what is expected. */
const RELATIVE_FLOOR = 0.25;

/**
 * Exponentially weighted mean and variance (West 1979; Finch 2009, "Incremental calculation of weighted mean and
 * variance", section 9) on two horizons, fed once for each minute in which something happened.
 */
export class Baseline {
  private state: BaselineState;

  constructor(state?: BaselineState) {
    this.state = state ?? { fastMean: 0, fastVariance: 0, slowMean: 0, slowVariance: 0, minutes: 0, lastMinute: 0 };
  }

  /** Whether enough has been seen to judge by. */
  get learnt(): boolean {
    return this.state.minutes >= COLD_MINUTES;
  }

  get minutes(): number {
    return this.state.minutes;
  }

  /** @param floor the smallest spread to assume, in the value's own unit. */
  judge(value: number, floor: number): Deviation {
    const { fastMean, fastVariance, slowMean, slowVariance } = this.state;
    const expected = Math.max(fastMean, slowMean);
    const spread = (variance: number): number => Math.max(Math.sqrt(variance), floor, RELATIVE_FLOOR * expected);
    const z = Math.min((value - fastMean) / spread(fastVariance), (value - slowMean) / spread(slowVariance));
    return { expected, z };
  }

  /** Learns the value of one active minute (minutes since 1970). */
  learn(value: number, minute: number, floor: number): void {
    const { state } = this;
    const step = Math.min(Math.max(minute - state.lastMinute, 1), LONGEST_STEP);
    const { expected } = this.judge(value, floor);
    const widest = Math.sqrt(Math.max(state.fastVariance, state.slowVariance));
    const limit = expected + WINSOR_DEVIATIONS * Math.max(widest, floor, RELATIVE_FLOOR * expected);
    const taught = this.learnt ? Math.min(value, limit) : value;
    const fast = weigh(state.fastMean, state.fastVariance, taught, weightOf(step, FAST_HALF_LIFE, state.minutes));
    const slow = weigh(state.slowMean, state.slowVariance, taught, weightOf(step, SLOW_HALF_LIFE, state.minutes));
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

/** While little is known every minute counts the same (a plain mean); later the half-life decides. */
function weightOf(step: number, halfLife: number, minutes: number): number {
  return Math.max(1 - 2 ** (-step / halfLife), 1 / (minutes + 1));
}

function weigh(mean: number, variance: number, value: number, weight: number): { mean: number; variance: number } {
  const difference = value - mean;
  const increment = weight * difference;
  return { mean: mean + increment, variance: (1 - weight) * (variance + difference * increment) };
}
