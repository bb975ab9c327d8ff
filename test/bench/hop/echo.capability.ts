import { capability, type Pipeline } from '@llmos/contracts';
import { z } from 'zod';

const body = z.object({ text: z.string() });

/** The smallest capability there is: what it costs is what the mesh costs. */
export const echo = capability({ name: 'bench.echo', summary: 'Says it back.', input: body, output: body, example: { input: { text: 'a' }, output: { text: 'a' } } });

export const echoPipeline: Pipeline = {
  name: 'bench_echo',
  version: 1,
  description: '',
  input: { text: { type: 'string', maxLength: 4_000, required: true } },
  deadlineMs: 30_000,
  steps: [{ id: 'echo', uses: 'bench.echo', with: { text: '${input.text}' }, onError: 'fail', stream: false }],
  result: '${echo.text}',
  details: {},
};
