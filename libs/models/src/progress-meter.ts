/** How far a fetch is; said many times a second at most, see `ProgressMeter`. */
export interface FetchProgress {
  /** The file's key in the catalog. With a wheel the bytes are the wheel's. */
  readonly file: string;
  readonly receivedBytes: number;
  /** Absent while nobody knows. */
  readonly totalBytes?: number;
  readonly etaSeconds?: number;
}

/** How far a fetch is, as a share and in words for whoever waits. `progress` is 0 to 1, absent while nobody knows. */
export function describeFetch({ file, receivedBytes, totalBytes, etaSeconds }: FetchProgress): {
  progress?: number;
  etaSeconds?: number;
  message: string;
} {
  const progress = totalBytes ? Math.min(1, receivedBytes / totalBytes) : undefined;
  return { progress, etaSeconds, message: `fetching ${file}` };
}

const MIN_INTERVAL_MS = 100;

/** Turns byte counts into progress with an estimate, and keeps callers from being told thousands of times a second. */
export class ProgressMeter {
  private startedAt?: number;
  private startBytes = 0;
  private saidAt = 0;

  constructor(
    private readonly file: string,
    private readonly tell: ((progress: FetchProgress) => void) | undefined,
    private readonly now: () => number = Date.now,
  ) {}

  report(receivedBytes: number, totalBytes?: number): void {
    const at = this.now();
    if (this.startedAt === undefined) {
      this.startedAt = at;
      this.startBytes = receivedBytes;
    }
    if (at - this.saidAt < MIN_INTERVAL_MS && receivedBytes !== totalBytes) return;
    this.saidAt = at;
    const bytesPerMs = (receivedBytes - this.startBytes) / (at - this.startedAt);
    const etaSeconds =
      totalBytes !== undefined && bytesPerMs > 0
        ? Math.ceil((totalBytes - receivedBytes) / bytesPerMs / 1000)
        : undefined;
    this.tell?.({ file: this.file, receivedBytes, totalBytes, etaSeconds });
  }
}
