import { isLlmosError, LlmosError } from '@llmos/contracts';
import CircuitBreaker from 'opossum';
import type { Operation } from './deadline.js';

export interface BreakerOptions {
  /** Shown in errors and events. */
  readonly name: string;
  /** Longest one call may take, in milliseconds; its AbortSignal then fires. */
  readonly timeoutMs: number;
  /** Calls in flight at once; the next is turned away. */
  readonly capacity: number;
  /** Share of failures, in percent, that opens the breaker. */
  readonly errorThresholdPercent?: number;
  /** Calls in the last ten seconds below which it never opens. */
  readonly volumeThreshold?: number;
  /** How long it stays open before one call may try, in milliseconds. */
  readonly resetMs?: number;
  readonly onStateChange?: (state: 'open' | 'half-open' | 'closed') => void;
}

/** The caller's own mistakes and changes of mind say nothing about the dependency's health. */
function isNotTheDependencysFault(error: unknown): boolean {
  return isLlmosError(error) && ['INVALID_ARGUMENT', 'CANCELLED', 'OVERLOADED', 'NOT_FOUND'].includes(error.code);
}

/**
 * Wraps a dependency in a circuit breaker (opossum): after enough failures its callers are refused at once with
 * UNAVAILABLE instead of waiting, and one call at a time tries whether it is back.
 */
export function withBreaker<I, O>(
  operation: Operation<I, O>,
  options: BreakerOptions,
): Operation<I, O> & { isOpen(): boolean } {
  const call = async (input: I, signal: AbortSignal): Promise<O> => {
    // opossum gives up waiting but leaves the call running: the signal is what stops it.
    const timed = AbortSignal.any([signal, AbortSignal.timeout(options.timeoutMs)]);
    return operation(input, timed);
  };
  const breaker = new CircuitBreaker(call, {
    name: options.name,
    timeout: options.timeoutMs,
    errorThresholdPercentage: options.errorThresholdPercent ?? 50,
    volumeThreshold: options.volumeThreshold ?? 5,
    resetTimeout: options.resetMs ?? 5_000,
    errorFilter: isNotTheDependencysFault,
  });
  breaker.on('open', () => options.onStateChange?.('open'));
  breaker.on('halfOpen', () => options.onStateChange?.('half-open'));
  breaker.on('close', () => options.onStateChange?.('closed'));
  let inFlight = 0;
  const guarded = async (input: I, signal: AbortSignal): Promise<O> => {
    // Counted here and not by opossum, for which a call it turns away is a failure of the dependency.
    if (inFlight >= options.capacity) {
      throw new LlmosError('OVERLOADED', `${options.name} has as many calls as it can take.`);
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
    return new LlmosError('UNAVAILABLE', `${name} is failing and is left alone for a moment.`, { cause: error });
  if (code === 'ETIMEDOUT')
    return new LlmosError('DEADLINE_EXCEEDED', `${name} did not answer in time.`, { cause: error });
  return error;
}
