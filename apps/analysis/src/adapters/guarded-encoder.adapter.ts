import type { Encoded, LoadProgress } from '@llmos/models';
import { withBreaker, type BreakerOptions } from '@llmos/resilience';
import type { TextEncoder } from '../ports/text-encoder.port.js';

/** The longest text the contract allows takes some ten seconds on one core; what waits before it counts too. */
const TIMEOUT_MS = 60_000;
const CAPACITY = 128;

type Read = (signal: AbortSignal) => Promise<unknown>;

/** An encoder behind a breaker: while it fails, those who need it are told at once, and what can do without goes on. */
export class GuardedEncoder implements TextEncoder {
  private readonly guarded: (read: Read, signal: AbortSignal) => Promise<unknown>;

  constructor(
    private readonly inner: TextEncoder,
    options: Pick<BreakerOptions, 'resetMs' | 'onStateChange'> = {},
  ) {
    const settings = { name: `The encoder ${inner.model}`, timeoutMs: TIMEOUT_MS, capacity: CAPACITY, ...options };
    this.guarded = withBreaker((read: Read, during) => read(during), settings);
  }

  get model(): string {
    return this.inner.model;
  }

  start(report: (progress: LoadProgress) => void, signal?: AbortSignal): Promise<void> {
    return this.inner.start(report, signal);
  }

  encode(texts: readonly string[], signal = new AbortController().signal): Promise<Encoded[]> {
    return this.guarded((during) => this.inner.encode(texts, during), signal) as Promise<Encoded[]>;
  }

  embed(texts: readonly string[], signal = new AbortController().signal): Promise<Float32Array[]> {
    return this.guarded((during) => this.inner.embed(texts, during), signal) as Promise<Float32Array[]>;
  }

  close(): Promise<void> {
    return this.inner.close();
  }
}
