import { capability, type Pipeline } from '@llmos/contracts';
import { z } from 'zod';

export const FAULTS = ['leak', 'stuck', 'errors', 'slow'] as const;
export type Fault = (typeof FAULTS)[number];

/** Each fault has a service of its own, by this name. */
export const serviceWith = (fault: Fault) => `with_${fault}`;

const schema = z.object({ text: z.string() });
const example = { input: { text: 'a' }, output: { text: 'a' } };

export function workOf(service: string) {
  return capability({ name: `${service}.work`, summary: 'The same text.', input: schema, output: schema, example });
}

/** One step, with a fallback: runs can do without the service. */
export function pipelineOf(service: string): Pipeline {
  const step = {
    ...{
      id: 'work',
      uses: `${service}.work`,
      with: { text: '${input.text}' },
      onError: 'fail' as const,
      stream: false,
    },
    fallback: { output: { text: 'instead' } },
  } as const;
  return {
    ...{ name: service, version: 1, description: '', role: 'caller', deadlineMs: 20_000, details: {} },
    input: { text: { type: 'string', maxLength: 100, required: true } },
    steps: [step],
    result: '${work.text}',
  };
}
