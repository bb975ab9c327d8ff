import { gauge, type Logger } from '@llmos/telemetry';

/** What a circuit breaker is, as `withBreaker` of `@llmos/resilience` tells it. */
type BreakerState = 'closed' | 'half-open' | 'open';

const VALUES: Readonly<Record<BreakerState, number>> = { closed: 0, 'half-open': 1, open: 2 };
const states = gauge('llmos_breaker_state', 'Circuit breakers of this process: 0 closed, 1 half-open, 2 open', [
  'breaker',
]);

/** What a breaker's `onStateChange` is given, so that operators see it: a metric from now on, and a log line a change. */
export function reportBreaker(breaker: string, log: Pick<Logger, 'warn'>): (state: BreakerState) => void {
  states.set({ breaker }, VALUES.closed);
  return (state) => {
    states.set({ breaker }, VALUES[state]);
    log.warn({ breaker, state }, 'a circuit breaker has changed');
  };
}
