import type { BreakerEvents } from '@llmos/resilience';
import { addSpanEvent, counter, gauge, type Logger } from '@llmos/telemetry';

const VALUES = { closed: 0, 'half-open': 1, open: 2 } as const;
const metrics = {
  state: gauge('llmos_breaker_state', 'Circuit breakers, as this process sees them: 0 closed, 1 half-open, 2 open', [
    'breaker',
  ]),
  transitions: counter('llmos_breaker_transitions_total', 'Changes of circuit breakers that this process saw', [
    'breaker',
    'to',
  ]),
  refused: counter(
    'llmos_breaker_short_circuits_total',
    'Calls that were not made because a circuit breaker was open',
    ['breaker'],
  ),
};

/** The breakers that are not closed, as this process sees them. */
export async function breakerStates(): Promise<Record<string, 'half-open' | 'open'>> {
  const { values } = await metrics.state.get();
  const notClosed = values.filter(({ value }) => value !== VALUES.closed);
  return Object.fromEntries(
    notClosed.map(({ labels, value }) => [labels.breaker, value === VALUES.open ? 'open' : 'half-open']),
  );
}

/** What a breaker tells, so that operators see it: metrics from now on, a log line a change, an event in the trace. */
export function reportBreaker(breaker: string, log?: Pick<Logger, 'warn'>): BreakerEvents {
  metrics.state.set({ breaker }, VALUES.closed);
  return {
    onStateChange: (state) => {
      metrics.state.set({ breaker }, VALUES[state]);
      metrics.transitions.inc({ breaker, to: state });
      addSpanEvent(`llmos.breaker.${state}`, { 'llmos.breaker': breaker });
      log?.warn({ breaker, state }, 'a circuit breaker has changed');
    },
    onRefused: () => {
      metrics.refused.inc({ breaker });
      addSpanEvent('llmos.breaker.refused', { 'llmos.breaker': breaker });
    },
  };
}
