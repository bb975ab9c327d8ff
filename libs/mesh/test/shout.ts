import { capability, type Pipeline, type Step } from '@llmos/contracts';
import { z } from 'zod';

const text = z.object({ text: z.string() });
const example = { input: { text: 'a' }, output: { text: 'A' } };
export const shout = capability({ name: 'text.shout', summary: 'Upper case.', input: text, output: text, example });
export const spell = capability({
  name: 'letters.spell',
  summary: 'Letters apart.',
  input: text,
  output: text,
  example,
});

/** A pipeline of one step, `loud`, which is `text.shout` as `own` changes it. */
export function pipelineOf(own: Partial<Step>): Pipeline {
  const step = { id: 'loud', uses: 'text.shout', with: { text: '${input.text}' }, onError: 'fail', stream: false };
  return {
    name: 'loud',
    version: 1,
    description: '',
    role: 'caller',
    input: { text: { type: 'string', maxLength: 100, required: true } },
    deadlineMs: 30_000,
    steps: [{ ...step, ...own } as Step],
    result: '${loud.text ?? input.text}',
    details: {},
  };
}
