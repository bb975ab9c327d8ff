import { LlmosError } from '@llmos/contracts';
import { Breaker, BreakerOpenError, outcomeOf, type BreakerOptions } from './breaker.js';
import type { Operation } from './deadline.js';

export interface GuardOptions extends BreakerOptions {
  /** The time limit of a call, in milliseconds. Its AbortSignal then fires. */
  readonly timeoutMs: number;
  /** Concurrent calls. Further calls are rejected. */
  readonly capacity: number;
}

/** The lease of a probe ends later than its call. */
const LEASE_MARGIN_MS = 1_000;

/**
 * Wraps a dependency in a {@link Breaker}, with a time limit and a limit of concurrent calls. An operation that streams
 * has succeeded when it resolves: a failure after its first parts counts.
 *
 * @throws LlmosError OVERLOADED at the limit of calls, UNAVAILABLE while the breaker is open, DEADLINE_EXCEEDED after
 *   the time limit, and what the operation rejects with.
 */
export function withBreaker<I, O>(
  operation: Operation<I, O>,
  options: GuardOptions,
): Operation<I, O> & { isOpen(): boolean } {
  const { name, timeoutMs, capacity } = options;
  const breaker = new Breaker(options);
  let inFlight = 0;
  const guarded = async (input: I, signal: AbortSignal): Promise<O> => {
    if (inFlight >= capacity) throw new LlmosError('OVERLOADED', `${name} is at its limit of concurrent calls.`);
    inFlight++;
    try {
      const admission = await breaker.admit(timeoutMs + LEASE_MARGIN_MS);
      if (admission.type === 'refused') throw new BreakerOpenError(name, admission.retryAfterMs);
      try {
        const output = await limited(operation, input, signal, options);
        breaker.settle(admission, 'ok');
        return output;
      } catch (error) {
        breaker.settle(admission, outcomeOf(error, signal));
        throw error;
      }
    } finally {
      inFlight--;
    }
  };
  return Object.assign(guarded, { isOpen: () => breaker.current === 'open' });
}

/** Rejects at the time limit, and stops the operation: one that does not heed its signal is not waited for. */
async function limited<I, O>(
  operation: Operation<I, O>,
  input: I,
  signal: AbortSignal,
  { name, timeoutMs }: GuardOptions,
): Promise<O> {
  const limit = AbortSignal.timeout(timeoutMs);
  const { promise: late, reject } = Promise.withResolvers<never>();
  const onLimit = () => reject(new LlmosError('DEADLINE_EXCEEDED', `${name} did not answer in time.`));
  limit.addEventListener('abort', onLimit, { once: true });
  late.catch(() => undefined);
  try {
    return await Promise.race([operation(input, AbortSignal.any([signal, limit])), late]);
  } finally {
    limit.removeEventListener('abort', onLimit);
  }
}
