/** What was measured of a piece of work that has ended, in milliseconds. */
export interface Measured {
  /** It waited in the queues of the services. */
  readonly queueMs: number;
  /** It was worked on. */
  readonly workMs: number;
}

export interface AdaptiveLimitOptions {
  readonly start: number;
  readonly min: number;
  readonly max: number;
}

/** The limit grows while less than this share of the work's time is spent in queues, and shrinks above the other. */
const GROW_BELOW = 0.01;
const SHRINK_ABOVE = 0.05;
const GROWTH = 0.1;
/** The most that one round takes away. */
const MAX_SHRINKAGE = 0.3;

/**
 * How much work of one kind is in progress at once, so that the services are busy and little waits in their queues, where
 * its order cannot be changed any more. Once a round, which is as many ends as the limit, it grows by a tenth if more work
 * waited to start and hardly any in the queues, and shrinks by what waited in the queues if that was much.
 *
 * A form of TCP Vegas (Brakmo and Peterson, 1995): it reacts to measured queueing, before anything is lost.
 */
export class AdaptiveLimit {
  private limit: number;
  private ended = 0;
  private queueMs = 0;
  private workMs = 0;
  private wasFull = false;

  constructor(private readonly options: AdaptiveLimitOptions) {
    this.limit = Math.min(options.start, options.max);
  }

  get value(): number {
    return Math.floor(this.limit);
  }

  /** Work waits because of the limit. */
  full(): void {
    this.wasFull = true;
  }

  observe({ queueMs, workMs }: Measured): void {
    this.queueMs += queueMs;
    this.workMs += workMs;
    if (++this.ended < this.value) return;
    const share = this.queueMs / Math.max(1, this.queueMs + this.workMs);
    const { min, max } = this.options;
    if (share > SHRINK_ABOVE)
      this.limit = Math.max(min, this.limit - Math.max(1, this.limit * Math.min(share, MAX_SHRINKAGE)));
    else if (share < GROW_BELOW && this.wasFull)
      this.limit = Math.min(max, this.limit + Math.max(1, this.limit * GROWTH));
    this.ended = this.queueMs = this.workMs = 0;
    this.wasFull = false;
  }
}
