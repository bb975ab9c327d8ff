import { LlmosError } from '@llmos/contracts';
import { taskCall, toolsOf } from '../../test/task-fixture.js';
import { forward } from './forward.js';
import { ACK } from './task-call.js';

describe('forward', () => {
  const overloaded = new LlmosError('OVERLOADED', 'The lane is full.');
  const failing = (error: Error) => {
    const tools = toolsOf();
    Object.assign(tools.forwarder, { forward: () => Promise.reject(error) });
    return tools;
  };
  const output = { text: 'out', degraded: true };
  const step = () => Promise.resolve({ output, handlerMs: 5 });

  it('publishes the output of a streamed step, then the next task with it', async () => {
    const tools = toolsOf();
    expect(await forward(step, tools)(taskCall({ step: { stream: true } }))).toBe(ACK);
    const timing = { step: 'first', capability: 'text.echo', queueMs: 1, handlerMs: 5, attempt: 1 };
    expect(tools.done).toEqual([
      { type: 'step', timing, output },
      {
        task: expect.objectContaining({ outputs: { first: output }, timings: [timing], degraded: ['first'] }),
        from: 1,
      },
    ]);
  });

  it('marks a step as degraded whose fallback did it', async () => {
    const tools = toolsOf();
    const call = taskCall({ step: { fallback: { uses: 'text.other', with: {} } } });
    await forward(
      () => Promise.resolve({ output: {}, handlerMs: 5 }),
      tools,
    )({
      ...call,
      task: { ...call.task, isFallback: true },
    });
    expect(tools.done).toMatchObject([{ task: { degraded: ['first'], isFallback: undefined }, from: 1 }]);
  });

  it('rounds the times that callers see to hundredths of a millisecond', async () => {
    const tools = toolsOf();
    const slow = () => Promise.resolve({ output, handlerMs: 12.345678901 });
    await forward(slow, tools)(taskCall());
    expect(tools.done).toMatchObject([{ task: { timings: [{ handlerMs: 12.35 }] } }]);
  });

  it('leaves the task undone if the broker does not take the next one', async () => {
    await expect(forward(step, failing(new Error('away')))(taskCall())).rejects.toThrow('away');
    const durable = taskCall({ envelope: { lane: 'durable' } });
    await expect(forward(step, failing(overloaded))(durable)).rejects.toBe(overloaded);
  });

  it('ends a live run whose next lane is full', async () => {
    const tools = failing(overloaded);
    expect(await forward(step, tools)(taskCall())).toBe(ACK);
    expect(tools.done).toMatchObject([{ type: 'failed', error: { code: 'OVERLOADED' } }]);
  });

  it('decides what follows a failed step', async () => {
    const refused = () => Promise.reject(new LlmosError('INVALID_ARGUMENT', 'Too long.'));
    expect(await forward(refused, toolsOf())(taskCall())).toMatchObject({ type: 'refuse' });
  });
});
