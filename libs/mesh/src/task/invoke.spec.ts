import { taskCall, toolsOf } from '../../test/task-fixture.js';
import { invoke } from './invoke.js';

describe('invoke', () => {
  it('gives the handler the context of its run, and publishes its deltas in order', async () => {
    const tools = toolsOf();
    const { signal } = new AbortController();
    const step = invoke((input, context) => {
      context.emit('a');
      context.emit('b');
      return Promise.resolve([input, context]);
    }, tools);
    const { output } = await step(taskCall({ delivery: { attempt: 2 } }), 'in', signal);
    const context = { run: 'run-1', tenant: 'acme', lane: 'live', step: 'first', attempt: 2, signal };
    expect(output).toEqual(['in', expect.objectContaining(context)]);
    expect(tools.done).toEqual([
      { type: 'delta', step: 'first', index: 0, delta: 'a' },
      { type: 'delta', step: 'first', index: 1, delta: 'b' },
    ]);
  });
});
