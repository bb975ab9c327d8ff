const FIRST_MS = 250;
const CAP_MS = 15_000;
const WINDOW_MS = 60_000;
const LOOP = 5;

/** How long to wait before a dead process is started again, and whether it dies again and again. */
export interface Restart {
  readonly delayMs: number;
  /** True once per crash loop: at the fifth death within a minute. */
  readonly crashLoop: boolean;
}

/**
 * Exponential back-off with jitter: 250 ms, doubled at each death up to 15 s, times a random 0.5 to 1, so that
 * services that died together do not come back together. A minute of life forgets the past.
 */
export class BackOff {
  private deaths: number[] = [];
  private inRow = 0;
  private reported = false;
  private startedAtMs = 0;

  constructor(
    private readonly now: () => number = Date.now,
    private readonly random: () => number = Math.random,
  ) {}

  started(): void {
    this.startedAtMs = this.now();
  }

  died(): Restart {
    const at = this.now();
    if (at - this.startedAtMs >= WINDOW_MS) this.forget();
    this.inRow++;
    this.deaths = [...this.deaths.filter((death) => at - death < WINDOW_MS), at];
    const crashLoop = !this.reported && this.deaths.length >= LOOP;
    if (crashLoop) this.reported = true;
    const fullMs = Math.min(CAP_MS, FIRST_MS * 2 ** (this.inRow - 1));
    return { delayMs: Math.round(fullMs * (0.5 + this.random() / 2)), crashLoop };
  }

  private forget(): void {
    this.deaths = [];
    this.inRow = 0;
    this.reported = false;
  }
}
