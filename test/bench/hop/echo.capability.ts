import { capability, type Pipeline } from '@llmos/contracts';
import { z } from 'zod';

const body = z.object({ text: z.string() });
const echo = (name: string) =>
  capability({
    name,
    summary: 'Returns its input.',
    input: body,
    output: body,
    example: { input: { text: 'a' }, output: { text: 'a' } },
  });

/** The smallest possible capabilities: their cost is the cost of the mesh. Two processes serve one each. */
export const ECHOES = { ping: echo('bench.ping'), pong: echo('bench.pong') };

/** A pipeline whose run alternates between the two processes for `hops` hops. */
export function chain(hops: number): Pipeline {
  return {
    name: 'bench_chain',
    version: 1,
    description: '',
    role: 'caller',
    input: { text: { type: 'string', maxLength: 4_000, required: true } },
    deadlineMs: 30_000,
    steps: Array.from({ length: hops }, (_, i) => ({
      id: `s${i}`,
      uses: i % 2 === 0 ? 'bench.ping' : 'bench.pong',
      with: { text: i === 0 ? '${input.text}' : `\${s${i - 1}.text}` },
      onError: 'fail' as const,
      stream: false,
    })),
    result: `\${s${hops - 1}.text}`,
    details: {},
  };
}
