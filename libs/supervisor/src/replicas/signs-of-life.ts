import type { MainThread } from '../processes/process-identity.js';

/** How often a supervised process shows that its event loop turns, in milliseconds. */
export const SIGN_EVERY_MS = 1_000;
/** An event loop that has not turned in so much processor time hangs. Less, and it may only lack a processor. */
const HANGS_AFTER_CPU_MS = 5_000;
/** A process that starts loads its program in one go: it is given this many times as long. */
const START_FACTOR = 4;

/**
 * For how long a process has given no sign of life, and whether it is frozen. Time in which this process itself stood
 * still is not counted: nothing could be heard then.
 */
export class SignsOfLife {
  private silent = 0;
  private isNew = true;
  private cpuMsBefore: number | undefined;

  /** It was started: a new process. */
  started(): void {
    this.heard();
    this.isNew = true;
  }

  heard(): void {
    this.silent = 0;
    this.cpuMsBefore = undefined;
  }

  /** It has done all that it does at its start. */
  complete(): void {
    this.isNew = false;
  }

  /** @param elapsedMs since the last call. */
  pass(elapsedMs: number, thread?: MainThread): void {
    this.silent += Math.min(elapsedMs, 2 * SIGN_EVERY_MS);
    this.cpuMsBefore ??= thread?.cpuMs;
  }

  get silentMs(): number {
    return this.silent;
  }

  /**
   * Whether it has been silent for `limitMs` and should not have been: it was stopped, sleeps for ever, or its event loop
   * hangs. On a machine that is too busy, a process that only waits for a processor is not frozen.
   */
  isFrozen(limitMs: number, thread: MainThread | undefined): boolean {
    if (this.silent < limitMs * (this.isNew ? START_FACTOR : 1)) return false;
    if (!thread) return true;
    const hadMs = thread.cpuMs - (this.cpuMsBefore ?? thread.cpuMs);
    return !thread.isRunnable || hadMs >= HANGS_AFTER_CPU_MS;
  }
}
