import { backoffMs, steadyNow } from '@llmos/resilience';

const BACK_OFF = { baseMs: 250, capMs: 15_000 };
const WINDOW_MS = 60_000;
const CRASH_LOOP_DEATHS = 5;

/** The delay before a restart, and whether the process is in a crash loop. */
export interface Restart {
  readonly delayMs: number;
  /** True once per crash loop: at the fifth death within a minute. */
  readonly crashLoop: boolean;
}

/** The delays between the restarts of a process: exponential back-off with jitter, reset after a minute of uptime. */
export class BackOff {
  private deaths: number[] = [];
  private inRow = 0;
  private reported = false;
  private startedAtMs = 0;

  constructor(
    private readonly now: () => number = steadyNow,
    private readonly random: () => number = Math.random,
  ) {}

  started(): void {
    this.startedAtMs = this.now();
  }

  died(): Restart {
    const at = this.now();
    if (at - this.startedAtMs >= WINDOW_MS) this.reset();
    this.inRow++;
    this.deaths = [...this.deaths.filter((death) => at - death < WINDOW_MS), at];
    const crashLoop = !this.reported && this.deaths.length >= CRASH_LOOP_DEATHS;
    if (crashLoop) this.reported = true;
    return { delayMs: backoffMs(this.inRow, { ...BACK_OFF, random: this.random }), crashLoop };
  }

  private reset(): void {
    this.deaths = [];
    this.inRow = 0;
    this.reported = false;
  }
}
