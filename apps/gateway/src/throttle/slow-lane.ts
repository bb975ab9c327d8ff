import { LRUCache } from 'lru-cache';

interface Bucket {
  tokens: number;
  atMs: number;
}

/** Token buckets for slowed callers: a number of requests per minute, a few of them at once. */
export class SlowLane {
  private readonly buckets = new LRUCache<string, Bucket>({ max: 10_000 });
  private readonly burst: number;

  constructor(private readonly perMinute: number) {
    this.burst = Math.max(1, Math.floor(perMinute / 4));
  }

  /** Returns 0 if the request may pass, else the whole seconds to wait. */
  take(id: string, nowMs: number): number {
    const perMs = this.perMinute / 60_000;
    const bucket = this.buckets.get(id) ?? { tokens: this.burst, atMs: nowMs };
    bucket.tokens = Math.min(this.burst, bucket.tokens + Math.max(0, nowMs - bucket.atMs) * perMs);
    bucket.atMs = nowMs;
    this.buckets.set(id, bucket);
    if (bucket.tokens < 1) return Math.max(1, Math.ceil((1 - bucket.tokens) / perMs / 1_000));
    bucket.tokens -= 1;
    return 0;
  }
}
