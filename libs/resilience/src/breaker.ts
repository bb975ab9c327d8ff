import { isLlmosError, LlmosError } from '@llmos/contracts';
import CircuitBreaker from 'opossum';
import type { Operation } from './deadline.js';

export interface BreakerOptions {
  /** Shown in errors and events. */
  readonly name: string;
  /** The time limit of a call, in milliseconds. Its AbortSignal then fires. */
  readonly timeoutMs: number;
  /** Concurrent calls. Further calls are rejected. */
  readonly capacity: number;
  /** Share of failures, in percent, that opens the breaker. */
  readonly errorThresholdPercent?: number;
  /** The breaker opens only after at least this many calls in the last ten seconds. */
  readonly volumeThreshold?: number;
  /** How long it stays open before it lets one call through, in milliseconds. */
  readonly resetMs?: number;
  readonly onStateChange?: (state: 'open' | 'half-open' | 'closed') => void;
}

/** Invalid input, cancellation and overload do not show that the dependency is unhealthy. */
function isNoDependencyFailure(error: unknown): boolean {
  return isLlmosError(error) && ['INVALID_ARGUMENT', 'CANCELLED', 'OVERLOADED', 'NOT_FOUND'].includes(error.code);
}

/**
 * Wraps a dependency in a circuit breaker (opossum). After enough failures, calls fail at once with UNAVAILABLE
 * instead of waiting, and one call at a time checks whether the dependency works again.
 */
export function withBreaker<I, O>(
  operation: Operation<I, O>,
  options: BreakerOptions,
): Operation<I, O> & { isOpen(): boolean } {
  const call = async (input: I, signal: AbortSignal): Promise<O> => {
    // opossum stops waiting but leaves the call running: the signal stops it.
    const timed = AbortSignal.any([signal, AbortSignal.timeout(options.timeoutMs)]);
    return operation(input, timed);
  };
  const breaker = new CircuitBreaker(call, {
    name: options.name,
    timeout: options.timeoutMs,
    errorThresholdPercentage: options.errorThresholdPercent ?? 50,
    volumeThreshold: options.volumeThreshold ?? 5,
    resetTimeout: options.resetMs ?? 5_000,
    errorFilter: isNoDependencyFailure,
  });
  breaker.on('open', () => options.onStateChange?.('open'));
  breaker.on('halfOpen', () => options.onStateChange?.('half-open'));
  breaker.on('close', () => options.onStateChange?.('closed'));
  let inFlight = 0;
  const guarded = async (input: I, signal: AbortSignal): Promise<O> => {
    // Not counted by opossum, which treats a rejected call as a failure of the dependency.
    if (inFlight >= options.capacity) {
      throw new LlmosError('OVERLOADED', `${options.name} is at its limit of concurrent calls.`);
    }
    inFlight++;
    try {
      return await breaker.fire(input, signal);
    } catch (error) {
      throw translate(error, options.name);
    } finally {
      inFlight--;
    }
  };
  return Object.assign(guarded, { isOpen: () => breaker.opened });
}

function translate(error: unknown, name: string): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'EOPENBREAKER')
    return new LlmosError('UNAVAILABLE', `${name} is failing. It is not called for a moment.`, { cause: error });
  if (code === 'ETIMEDOUT')
    return new LlmosError('DEADLINE_EXCEEDED', `${name} did not answer in time.`, { cause: error });
  return error;
}
