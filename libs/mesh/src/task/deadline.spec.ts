import { taskCall, toolsOf, echo } from '../../test/task-fixture.js';
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
