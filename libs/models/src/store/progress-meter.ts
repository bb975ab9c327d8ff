/** How far a fetch is; reported at most ten times a second, see `ProgressMeter`. */
export interface FetchProgress {
  /** The file's key in the catalog. With a wheel the bytes are the wheel's. */
  readonly file: string;
  readonly receivedBytes: number;
  /** Absent while it is unknown. */
  readonly totalBytes?: number;
  readonly etaSeconds?: number;
}

/** How far the start of a model is. */
export interface LoadProgress {
  /** 0 to 1; absent while the total is unknown. */
  readonly progress?: number;
  readonly etaSeconds?: number;
  readonly message?: string;
}

/** The progress of a fetch as the progress of the start that waits for it. */
export function describeFetch({ file, receivedBytes, totalBytes, etaSeconds }: FetchProgress): LoadProgress {
  const progress = totalBytes ? Math.min(1, receivedBytes / totalBytes) : undefined;
  return { progress, etaSeconds, message: `fetching ${file}` };
}

const MIN_INTERVAL_MS = 100;

/** Turns byte counts into progress with an estimate, at a limited rate. */
export class ProgressMeter {
  private startedAt?: number;
  private startBytes = 0;
  private reportedAt = 0;

  constructor(
    private readonly file: string,
    private readonly onProgress: ((progress: FetchProgress) => void) | undefined,
    private readonly now: () => number = Date.now,
  ) {}

  report(receivedBytes: number, totalBytes?: number): void {
    const at = this.now();
    if (this.startedAt === undefined) {
      this.startedAt = at;
      this.startBytes = receivedBytes;
    }
    if (at - this.reportedAt < MIN_INTERVAL_MS && receivedBytes !== totalBytes) return;
    this.reportedAt = at;
    const bytesPerMs = (receivedBytes - this.startBytes) / (at - this.startedAt);
    const etaSeconds =
      totalBytes !== undefined && bytesPerMs > 0
        ? Math.ceil((totalBytes - receivedBytes) / bytesPerMs / 1000)
        : undefined;
    this.onProgress?.({ file: this.file, receivedBytes, totalBytes, etaSeconds });
  }
}
