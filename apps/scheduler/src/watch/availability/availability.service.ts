import type { OutputOf } from '@llmos/contracts';
import type { availability } from '@llmos/contracts/capabilities/scheduler-availability';
import { downOf, redundancyOf, sharesOf, type AvailabilityService as Service } from './availability-model.js';
import { returning } from './birth-death.js';
import type { AvailabilityInput } from './run-outcome.js';
import { simulate } from './simulation.js';

type AvailabilityOutput = OutputOf<typeof availability>;
type Change = AvailabilityOutput['changes'][number];

const HOURS_PER_YEAR = 8_766;
const MINUTES_PER_YEAR = 60 * HOURS_PER_YEAR;

/** How often a pipeline can answer, computed, checked by simulation, and what a change is worth. */
export class AvailabilityService {
  /** @throws the reason of `signal` when it aborts. */
  async availability(input: AvailabilityInput, signal?: AbortSignal): Promise<AvailabilityOutput> {
    const { steps, services } = input;
    const shares = sharesOf(steps, services);
    return {
      ...shares,
      downMinutesPerYear: (1 - shares.answered) * MINUTES_PER_YEAR,
      services: services.map((service) => ({
        ...{ name: service.name, replicas: service.replicas, available: 1 - downOf(service) },
        outagesPerYear: downOf(service) * returning(redundancyOf(service), service.replicas) * HOURS_PER_YEAR,
      })),
      simulated: await simulate(input, signal),
      changes: changesOf(input, shares.answered),
    };
  }
}

/** One more replica, and a restart in half the time, of each service. */
function changesOf({ steps, services }: AvailabilityInput, before: number): Change[] {
  const changed = (at: number, change: Partial<Service>) =>
    sharesOf(steps, services.with(at, { ...services[at]!, ...change })).answered;
  const changes = services.flatMap((service, at) => {
    const [replicas, repairSeconds] = [service.replicas + 1, service.repairSeconds / 2];
    return [
      { service: service.name, change: 'replica' as const, to: replicas, answered: changed(at, { replicas }) },
      { service: service.name, change: 'repair' as const, to: repairSeconds, answered: changed(at, { repairSeconds }) },
    ];
  });
  return changes
    .map((change) => ({ ...change, savedMinutesPerYear: Math.max(0, change.answered - before) * MINUTES_PER_YEAR }))
    .sort((a, b) => b.savedMinutesPerYear - a.savedMinutesPerYear);
}
