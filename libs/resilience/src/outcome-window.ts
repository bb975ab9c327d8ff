const BUCKETS = 10;

interface Bucket {
  /** Which of all buckets since the epoch this one is at present. */
  nth: number;
  calls: number;
  failures: number;
}

/** Counts calls and failures of the last `windowMs`, in ten buckets of time: memory and time do not grow with calls. */
export class OutcomeWindow {
  private readonly buckets: Bucket[] = Array.from({ length: BUCKETS }, () => ({ nth: -1, calls: 0, failures: 0 }));
  private readonly bucketMs: number;

  constructor(windowMs: number) {
    this.bucketMs = windowMs / BUCKETS;
  }

  add(isOk: boolean, nowMs: number): void {
    const nth = this.nthAt(nowMs);
    const bucket = this.buckets[nth % BUCKETS]!;
    if (bucket.nth !== nth) Object.assign(bucket, { nth, calls: 0, failures: 0 });
    bucket.calls++;
    if (!isOk) bucket.failures++;
  }

  sum(nowMs: number): { calls: number; failures: number } {
    const oldest = this.nthAt(nowMs) - BUCKETS + 1;
    const sum = { calls: 0, failures: 0 };
    for (const { nth, calls, failures } of this.buckets) {
      if (nth < oldest) continue;
      sum.calls += calls;
      sum.failures += failures;
    }
    return sum;
  }

  clear(): void {
    for (const bucket of this.buckets) bucket.nth = -1;
  }

  private nthAt(nowMs: number): number {
    return Math.floor(nowMs / this.bucketMs);
  }
}
