/** Replicas of one capability in virtual time. They are alike, so that counting them is enough. */
export class Replicas {
  now = 0;
  idle: number;
  /** Of all that run, since the start. */
  replicaSeconds = 0;
  busySeconds = 0;
  /** Requests. */
  ended = 0;
  /** Ascending. */
  private readonly readyAt: number[] = [];
  /** When the busy ones end their work, ascending. */
  private readonly endsAt: number[] = [];
  /** Busy ones that leave when their request has ended. */
  private draining = 0;

  constructor(
    initial: number,
    private readonly startSeconds: number,
  ) {
    this.idle = initial;
  }

  get busy(): number {
    return this.endsAt.length;
  }

  /** All that use cores. */
  get running(): number {
    return this.idle + this.busy + this.readyAt.length;
  }

  /** Without those that drain. */
  get current(): number {
    return this.running - this.draining;
  }

  /** When one ends its work or is ready. */
  get nextAt(): number {
    return Math.min(this.endsAt[0] ?? Infinity, this.readyAt[0] ?? Infinity);
  }

  /** Moves the time on, no further than `nextAt`. */
  advance(at: number): void {
    this.replicaSeconds += this.running * (at - this.now);
    this.busySeconds += this.busy * (at - this.now);
    this.now = at;
    while ((this.readyAt[0] ?? Infinity) <= at) {
      this.readyAt.shift();
      this.idle++;
    }
    while ((this.endsAt[0] ?? Infinity) <= at) {
      this.endsAt.shift();
      this.ended++;
      if (this.draining > 0) this.draining--;
      else this.idle++;
    }
  }

  /** An idle replica takes a request. */
  work(seconds: number): void {
    this.idle--;
    const endsAt = this.now + seconds;
    const after = this.endsAt.findLastIndex((each) => each <= endsAt);
    this.endsAt.splice(after + 1, 0, endsAt);
  }

  /** Those that drain stay first, then new ones start. Those that start leave first, then the idle, then busy ones drain. */
  scale(wanted: number): void {
    const missing = wanted - this.current;
    if (missing > 0) {
      const kept = Math.min(missing, this.draining);
      this.draining -= kept;
      for (let started = kept; started < missing; started++) this.readyAt.push(this.now + this.startSeconds);
      return;
    }
    let surplus = -missing;
    for (; surplus > 0 && this.readyAt.length > 0; surplus--) this.readyAt.pop();
    const leaving = Math.min(surplus, this.idle);
    this.idle -= leaving;
    this.draining += surplus - leaving;
  }
}
