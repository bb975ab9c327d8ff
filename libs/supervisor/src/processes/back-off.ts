import { backoffMs, steadyNow } from '@llmos/resilience';

const BACK_OFF = { baseMs: 250, capMs: 15_000 };
const WINDOW_MS = 60_000;
const CRASH_LOOP_DEATHS = 5;
/** A process that has worked for this long was no failed start. */
const PROVEN_MS = 10_000;

/** The delay before a restart, and whether the process is in a crash loop. */
export interface Restart {
  readonly delayMs: number;
  /** True once per crash loop: at the fifth death within a minute. */
  readonly crashLoop: boolean;
}

/**
 * The delays between the restarts of a process: exponential back-off with jitter. The first delay comes again
 *
 * - after the process has worked for ten seconds, unless it has died five times within the last minute. So a process
 *   that dies now and then is back at once, and one that dies again and again, however late, is slowed down. Kubernetes
 *   also counts the time without a failure (ten minutes, with delays of up to five), and the start limit of systemd
 *   the starts within a time;
 * - after a minute in which it ran, whether it has said that it works or not.
 */
export class BackOff {
  private deaths: number[] = [];
  private inRow = 0;
  private reported = false;
  private startedAtMs = 0;
  private worksSinceMs?: number | undefined;

  constructor(
    private readonly now: () => number = steadyNow,
    private readonly random: () => number = Math.random,
  ) {}

  started(): void {
    this.startedAtMs = this.now();
    this.worksSinceMs = undefined;
  }

  /** The process has said that it does its work. */
  works(): void {
    this.worksSinceMs ??= this.now();
  }

  died(): Restart {
    const at = this.now();
    if (at - this.startedAtMs >= WINDOW_MS) this.reset();
    this.deaths = [...this.deaths.filter((death) => at - death < WINDOW_MS), at];
    const isLooping = this.deaths.length >= CRASH_LOOP_DEATHS;
    const isProven = this.worksSinceMs !== undefined && at - this.worksSinceMs >= PROVEN_MS;
    this.inRow = isProven && !isLooping ? 1 : this.inRow + 1;
    const crashLoop = isLooping && !this.reported;
    if (crashLoop) this.reported = true;
    return { delayMs: backoffMs(this.inRow, { ...BACK_OFF, random: this.random }), crashLoop };
  }

  private reset(): void {
    this.deaths = [];
    this.inRow = 0;
    this.reported = false;
  }
}
