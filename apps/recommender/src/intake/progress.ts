const EVERY_MS = 500;

/** Says how far something is about twice a second, and once at the end. */
export class Progress {
  private lastMs = performance.now();

  constructor(private readonly say: (final: boolean) => void) {}

  /** @param isNews says it at once. */
  tick(isNews = false): void {
    const nowMs = performance.now();
    if (!isNews && nowMs - this.lastMs < EVERY_MS) return;
    this.lastMs = nowMs;
    this.say(false);
  }

  end(): void {
    this.say(true);
  }
}
