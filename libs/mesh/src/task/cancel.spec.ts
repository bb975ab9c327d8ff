import { taskCall, toolsOf } from '../../test/task-fixture.js';
import { abortWhenCancelled, skipCancelled } from './cancel.js';
import { ACK, type Settlement } from './task-call.js';

describe('skipCancelled', () => {
  it('ends a cancelled run instead of executing its step', async () => {
    const executed: Settlement = { type: 'retry', afterMs: 1 };
    const run = async (cancelled: boolean) => {
      const tools = toolsOf({ cancellations: { has: () => cancelled } });
      const settlement = await skipCancelled(() => Promise.resolve(executed), tools)(taskCall());
      return [settlement, tools.done];
    };
    expect(await run(true)).toEqual([ACK, [{ type: 'cancelled' }]]);
    expect(await run(false)).toEqual([executed, []]);
  });
});

describe('abortWhenCancelled', () => {
  it('aborts the signal of the step with its run, and unregisters it when the step ends', async () => {
    const registered = new Map<string, AbortController>();
    const register = (run: string, controller: AbortController) => {
      registered.set(run, controller);
      return () => registered.delete(run);
    };
    const tools = toolsOf({ cancellations: { register } });
    const step = abortWhenCancelled((call, _, signal) => {
      registered.get(call.envelope.run)!.abort();
      return Promise.resolve({ output: signal.aborted, handlerMs: 0 });
    }, tools);
    expect(await step(taskCall(), {}, new AbortController().signal)).toMatchObject({ output: true });
    expect(registered.size).toBe(0);
  });
});
