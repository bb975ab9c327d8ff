import { taskCall, toolsOf } from '../../test/task-fixture.js';
import { skipDone } from './skip-done.js';
import { ACK, type Settlement } from './task-call.js';

describe('skipDone', () => {
  const executed: Settlement = { type: 'retry', afterMs: 1 };
  const run = async (record: object | undefined, lane: 'live' | 'durable' = 'durable') => {
    const tools = toolsOf({ records: { peek: () => Promise.resolve(record) } });
    const settlement = await skipDone(() => Promise.resolve(executed), tools)(taskCall({ envelope: { lane } }));
    return { settlement, done: tools.done };
  };

  it('acknowledges a step that the record of its run contains', async () => {
    expect((await run({ status: 'running', steps: [{ step: 'first' }] })).settlement).toBe(ACK);
  });

  it('publishes the terminal answer of an ended run again instead of executing a step', async () => {
    const { settlement, done } = await run({ status: 'cancelled', steps: [] });
    expect(settlement).toBe(ACK);
    expect(done).toMatchObject([{ type: 'cancelled' }]);
  });

  it('executes every other step; live runs have no record', async () => {
    expect((await run({ status: 'running', steps: [{ step: 'other' }] })).settlement).toBe(executed);
    expect((await run(undefined)).settlement).toBe(executed);
    expect((await run({ status: 'cancelled', steps: [] }, 'live')).settlement).toBe(executed);
  });
});
