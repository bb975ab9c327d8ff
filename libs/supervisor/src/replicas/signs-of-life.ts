/** How often a supervised process shows that its event loop turns, in milliseconds. */
export const SIGN_EVERY_MS = 1_000;

/**
 * For how long a process has given no sign of life. Time in which this process itself stood still is not counted:
 * nothing could be heard then.
 */
export class SignsOfLife {
  private silent = 0;

  heard(): void {
    this.silent = 0;
  }

  /** @param elapsedMs since the last call. */
  pass(elapsedMs: number): void {
    this.silent += Math.min(elapsedMs, 2 * SIGN_EVERY_MS);
  }

  get silentMs(): number {
    return this.silent;
  }
}
