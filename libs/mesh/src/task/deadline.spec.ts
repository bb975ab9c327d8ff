import { taskCall, toolsOf, echo } from '../../test/task-fixture.js';
import { RunningMean } from '@llmos/resilience';
import { abortAtDeadline, skipExpired } from './deadline.js';
import { ACK, type Settlement } from './task-call.js';

describe('skipExpired', () => {
  it('ends a run whose deadline has passed instead of executing its step', async () => {
    const executed: Settlement = { type: 'retry', afterMs: 1 };
    const tools = toolsOf();
    const handle = skipExpired(() => Promise.resolve(executed), tools);
    expect(await handle(taskCall())).toBe(executed);
    expect(await handle(taskCall({ envelope: { deadlineMs: Date.now() - 1 } }))).toBe(ACK);
    expect(tools.done).toEqual([{ type: 'expired' }]);
  });

  it('does so too if the handler has lately taken longer than is left, and tries again after a while', async () => {
    const handlerMs = new RunningMean();
    for (let n = 0; n < 100; n++) handlerMs.add(1_000);
    const executed: Settlement = { type: 'retry', afterMs: 1 };
    const tools = toolsOf({ handlerMs });
    const handle = skipExpired(() => Promise.resolve(executed), tools);
    const within = (ms: number) => handle(taskCall({ envelope: { deadlineMs: Date.now() + ms } }));
    expect(await within(2_000)).toBe(executed);
    expect(await within(500)).toBe(ACK);
    expect(tools.done).toEqual([{ type: 'expired' }]);
    let tries = 1;
    while ((await within(500)) !== executed) tries++;
    expect(tries).toBeLessThan(50);
  });
});

describe('abortAtDeadline', () => {
  const hang = (deadlineMs: number, timeoutMs: number) => {
    let own: AbortSignal | undefined;
    const capability = { ...echo, timeoutMs };
    const step = abortAtDeadline((_, __, signal) => {
      own = signal;
      return new Promise(() => undefined);
    }, toolsOf({ capability }));
    return step(taskCall({ envelope: { deadlineMs } }), {}, new AbortController().signal).catch((error: unknown) => ({
      error,
      isAborted: own?.aborted,
    }));
  };
  const exceeded = { error: { code: 'DEADLINE_EXCEEDED' }, isAborted: true };

  it('aborts a step at the deadline of its run and after the time limit of its capability', async () => {
    expect(await hang(Date.now() + 10, 60_000)).toMatchObject(exceeded);
    expect(await hang(Date.now() + 60_000, 10)).toMatchObject(exceeded);
  });
});
