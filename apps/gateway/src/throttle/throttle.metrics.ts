import { counter } from '@llmos/telemetry';

export const throttleMetrics = {
  observations: counter('llmos_guard_observations_total', 'Observations of requests and durable runs, by outcome', [
    'outcome',
  ]),
  refusals: counter('llmos_guard_refusals_total', 'Requests refused because of a restriction', ['action']),
};
