import type { Delivery } from '@llmos/bus';
import { taskCall, toolsOf } from '../../test/task-fixture.js';
import { skipDone } from './skip-done.js';
import { ACK, type Settlement } from './task-call.js';

const MINUTE = 60_000;

describe('skipDone', () => {
  const executed: Settlement = { type: 'retry', afterMs: 1 };
  interface Case {
    readonly record?: object;
    readonly goneOn?: boolean;
    readonly lane?: 'live' | 'durable';
    readonly delivery?: Partial<Delivery>;
    readonly isRepeated?: boolean;
    readonly completeSinceMs?: number;
  }
  const run = async ({ record, goneOn = false, lane = 'durable', delivery, ...own }: Case) => {
    const looks: string[] = [];
    const look = <T>(where: string, found: T) => {
      looks.push(where);
      return Promise.resolve(found);
    };
    const { forwarder } = toolsOf();
    const tools = toolsOf({
      records: { peek: () => look('record', record) },
      cancellations: { completeSinceMs: own.completeSinceMs ?? 0 },
    });
    Object.assign(tools.forwarder, {
      ...forwarder,
      endRun: tools.forwarder.endRun,
      hasGoneOn: () => look('ids', goneOn),
    });
    const call = taskCall({
      envelope: { lane, isRepeated: own.isRepeated ?? false },
      ...(delivery ? { delivery } : {}),
    });
    const settlement = await skipDone(() => Promise.resolve(executed), tools)(call);
    return { settlement, looks, done: tools.done };
  };
  const again = { attempt: 2 };

  it('looks for nothing when a new task is delivered at once', async () => {
    for (const lane of ['live', 'durable'] as const)
      expect(await run({ lane, goneOn: true })).toEqual({ settlement: executed, looks: [], done: [] });
  });

  it('acknowledges a task that is delivered again if its run has gone on', async () => {
    for (const lane of ['live', 'durable'] as const)
      expect((await run({ lane, goneOn: true, delivery: again })).settlement).toBe(ACK);
    expect((await run({ goneOn: true, isRepeated: true })).settlement).toBe(ACK);
  });

  it('acknowledges a step that the record of its run contains', async () => {
    const record = { status: 'running', steps: [{ step: 'first' }] };
    expect((await run({ record, delivery: again })).settlement).toBe(ACK);
    expect((await run({ record, delivery: { storedAtMs: Date.now() - 6 * MINUTE } })).settlement).toBe(ACK);
    expect((await run({ record: { ...record, steps: [{ step: 'other' }] }, delivery: again })).settlement).toBe(
      executed,
    );
  });

  it('publishes the terminal answer of an ended run again instead of executing a step', async () => {
    const { settlement, done } = await run({ record: { status: 'cancelled', steps: [] }, delivery: again });
    expect(settlement).toBe(ACK);
    expect(done).toMatchObject([{ type: 'cancelled' }]);
  });

  it('looks at the record of a task that was stored before this process heard of cancellations', async () => {
    const record = { status: 'cancelled', steps: [] };
    expect((await run({ record, completeSinceMs: Date.now() + 1_000 })).settlement).toBe(ACK);
  });

  it('executes every other step; live runs have no record', async () => {
    expect((await run({ delivery: again })).settlement).toBe(executed);
    const live = await run({ lane: 'live', record: { status: 'cancelled', steps: [] }, delivery: again });
    expect([live.settlement, live.looks]).toEqual([executed, ['ids']]);
  });
});
