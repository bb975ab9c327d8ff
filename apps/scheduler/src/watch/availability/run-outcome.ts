import type { InputOf } from '@llmos/contracts';
import type { availability } from '@llmos/contracts/capabilities/scheduler-availability';

export type AvailabilityInput = InputOf<typeof availability>;
export type AvailabilityStep = AvailabilityInput['steps'][number];

/** `whole`: every step is done. `degraded`: answered without a step, or by a fallback. `none`: not answered. */
export type Outcome = 'whole' | 'degraded' | 'none';

/** What becomes of a run that starts while these services work. */
export function outcomeOf(steps: readonly AvailabilityStep[], works: (service: string) => boolean): Outcome {
  let outcome: Outcome = 'whole';
  for (const { service, optional, fallback } of steps) {
    if (works(service)) continue;
    const replaced = fallback !== undefined && ('output' in fallback || works(fallback.service));
    if (!replaced && !optional) return 'none';
    outcome = 'degraded';
  }
  return outcome;
}
