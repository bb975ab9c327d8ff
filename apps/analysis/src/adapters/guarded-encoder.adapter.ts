import type { Encoded, LoadProgress } from '@llmos/models';
import { withBreaker, type BreakerOptions } from '@llmos/resilience';
import type { TextEncoder } from '../ports/text-encoder.port.js';

/** The longest text the contract allows takes some ten seconds on one core; what waits before it counts too. */
const TIMEOUT_MS = 60_000;
const CAPACITY = 128;

type Read<Output> = (texts: readonly string[], signal: AbortSignal) => Promise<Output[]>;

/** An encoder behind a breaker: while it fails, those who need it are told at once, and what can do without goes on. */
export class GuardedEncoder implements TextEncoder {
  private readonly guardedEncode: Read<Encoded>;
  private readonly guardedEmbed: Read<Float32Array>;

  constructor(
    private readonly inner: TextEncoder,
    options: Pick<BreakerOptions, 'resetMs' | 'onStateChange'> = {},
  ) {
    const settings = { name: `The encoder ${inner.model}`, timeoutMs: TIMEOUT_MS, capacity: CAPACITY, ...options };
    this.guardedEncode = withBreaker((texts: readonly string[], signal) => inner.encode(texts, signal), settings);
    this.guardedEmbed = withBreaker((texts: readonly string[], signal) => inner.embed(texts, signal), settings);
  }

  get model(): string {
    return this.inner.model;
  }

  start(report: (progress: LoadProgress) => void, signal?: AbortSignal): Promise<void> {
    return this.inner.start(report, signal);
  }

  encode(texts: readonly string[], signal = new AbortController().signal): Promise<Encoded[]> {
    return this.guardedEncode(texts, signal);
  }

  embed(texts: readonly string[], signal = new AbortController().signal): Promise<Float32Array[]> {
    return this.guardedEmbed(texts, signal);
  }

  close(): Promise<void> {
    return this.inner.close();
  }
}
