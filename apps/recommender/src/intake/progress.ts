const EVERY_MS = 500;

/** Reports progress about twice a second, and once at the end. */
export class Progress {
  private lastMs = performance.now();

  constructor(private readonly report: (final: boolean) => void) {}

  /** @param isNews reports at once. */
  tick(isNews = false): void {
    const nowMs = performance.now();
    if (!isNews && nowMs - this.lastMs < EVERY_MS) return;
    this.lastMs = nowMs;
    this.report(false);
  }

  end(): void {
    this.report(true);
  }
}
