import { counter } from '@llmos/telemetry';

/** What the guard counts. */
export const throttleMetrics = {
  observations: counter('llmos_guard_observations_total', 'Observations of requests, by what became of them', [
    'outcome',
  ]),
  refusals: counter('llmos_guard_refusals_total', 'Requests refused because their caller is restricted', ['action']),
};
