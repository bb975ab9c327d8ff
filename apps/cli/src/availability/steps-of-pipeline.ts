import { serviceOf } from '@llmos/contracts';
import type { availabilityInputSchema } from '@llmos/contracts/capabilities/scheduler-availability';
import type { Pipeline } from '@llmos/contracts';
import type { z } from 'zod';

export type AvailabilityRequest = z.output<typeof availabilityInputSchema>;
type Step = AvailabilityRequest['steps'][number];

/**
 * What a pipeline needs to answer: the gateway, and the service of each step with its fallback. A step with a condition
 * counts as needed: some runs need it.
 */
export function stepsOfPipeline({ steps }: Pipeline): Step[] {
  return [
    { id: 'gateway', service: 'gateway', optional: false },
    ...steps.map(({ id, uses, onError, fallback }) => ({
      ...{ id, service: serviceOf(uses), optional: onError === 'continue' },
      ...(fallback === undefined ? {} : { fallback: fallbackOf(fallback) }),
    })),
  ];
}

const fallbackOf = (fallback: NonNullable<Pipeline['steps'][number]['fallback']>): NonNullable<Step['fallback']> =>
  'uses' in fallback ? { service: serviceOf(fallback.uses) } : { output: true };

/** All services that these steps can ask, in their order. */
export const servicesOf = (steps: readonly Step[]): string[] => [
  ...new Set(
    steps.flatMap(({ service, fallback }) =>
      fallback && 'service' in fallback ? [service, fallback.service] : [service],
    ),
  ),
];
