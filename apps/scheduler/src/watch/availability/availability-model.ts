import { steadyState, type Redundancy } from './birth-death.js';
import { outcomeOf, type AvailabilityInput, type AvailabilityStep } from './run-outcome.js';

const SECONDS_PER_HOUR = 3_600;
export type AvailabilityService = AvailabilityInput['services'][number];

export const redundancyOf = ({
  replicas,
  failuresPerHour,
  repairSeconds,
  repairedAtOnce,
}: AvailabilityService): Redundancy => ({
  ...{ replicas, failureRate: failuresPerHour, repairRate: SECONDS_PER_HOUR / repairSeconds },
  repairedAtOnce: repairedAtOnce ?? replicas,
});

/** The share of time in which no replica works. */
export const downOf = (service: AvailabilityService) => steadyState(redundancyOf(service)).at(-1)!;

export interface Shares {
  readonly answered: number;
  readonly whole: number;
}

/**
 * The shares of time in which runs are answered. Services fail independently of each other, so the chance of a combination of
 * working services is a product; all combinations are added up, because a service can serve several steps.
 */
export function sharesOf(steps: readonly AvailabilityStep[], services: readonly AvailabilityService[]): Shares {
  const down = services.map(downOf);
  const place = new Map(services.map(({ name }, at) => [name, at]));
  let [lost, whole] = [0, 0];
  for (let state = 0; state < 2 ** services.length; state++) {
    const outcome = outcomeOf(steps, (name) => ((state >> place.get(name)!) & 1) === 0);
    if (outcome === 'degraded') continue;
    const chance = down.reduce((product, share, at) => product * ((state >> at) & 1 ? share : 1 - share), 1);
    if (outcome === 'none') lost += chance;
    else whole += chance;
  }
  return { answered: 1 - lost, whole };
}
