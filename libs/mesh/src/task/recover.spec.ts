import { LlmosError, type ErrorCode } from '@llmos/contracts';
import { taskCall, toolsOf } from '../../test/task-fixture.js';
import { taskMetrics } from '../metrics.js';
import { recover } from './recover.js';
import { ACK } from './task-call.js';

describe('recover', () => {
  const after = async (code: ErrorCode, own: Parameters<typeof taskCall>[0] = {}) => {
    const tools = toolsOf();
    const settlement = await recover(new LlmosError(code, 'why'), taskCall(own), tools);
    return { settlement, done: tools.done };
  };
  const durable = { lane: 'durable' as const };

  it('tries a transient failure again while deliveries and time are left', async () => {
    expect(await after('UNAVAILABLE')).toMatchObject({ settlement: { type: 'retry' }, done: [] });
    const last = await after('UNAVAILABLE', { delivery: { attempt: 99 } });
    expect(last).toMatchObject({ settlement: { type: 'deadLetter', id: 'run-1:0' }, done: [{ type: 'failed' }] });
    const late = await after('UNAVAILABLE', { envelope: { deadlineMs: Date.now() } });
    expect(late).toMatchObject({ settlement: { type: 'deadLetter' } });
  });

  it('ends a cancelled run as cancelled, and one that exceeded its deadline as expired', async () => {
    expect(await after('CANCELLED')).toEqual({ settlement: ACK, done: [{ type: 'cancelled' }] });
    const { done } = await after('DEADLINE_EXCEEDED', { envelope: { deadlineMs: Date.now() } });
    expect(done).toEqual([{ type: 'expired' }]);
    expect((await after('DEADLINE_EXCEEDED')).done).toMatchObject([{ type: 'failed', step: 'first' }]);
  });

  it('continues without the step where the pipeline says so, except after a refusal', async () => {
    const step = { onError: 'continue' as const };
    const { settlement, done } = await after('INTERNAL', { step });
    expect(settlement).toBe(ACK);
    expect(done).toMatchObject([{ task: { degraded: ['first'] }, from: 1 }]);
    expect(await after('CONTENT_REFUSED', { step })).toMatchObject({ done: [{ type: 'failed' }] });
  });

  it('uses the fallback of a step: its output, or another capability', async () => {
    const constant = { fallback: { output: { text: '${input.text}!' } } };
    const { settlement, done } = await after('INTERNAL', { step: constant });
    expect(settlement).toBe(ACK);
    expect(done).toMatchObject([{ task: { outputs: { first: { text: 'hi!' } }, degraded: ['first'] }, from: 1 }]);
    const other = { fallback: { uses: 'text.other', with: {} } };
    expect(await after('INTERNAL', { step: other })).toEqual({
      settlement: ACK,
      done: [{ fallBack: taskCall({ step: other }).task }],
    });
    for (const code of ['CONTENT_REFUSED', 'INVALID_ARGUMENT', 'UNSUPPORTED_LANGUAGE'] as const)
      expect(await after(code, { step: constant })).toMatchObject({ done: [{ type: 'failed', error: { code } }] });
  });

  it('lets a live caller wait for one more attempt of a step that the run can do without', async () => {
    const step = { onError: 'continue' as const };
    expect(await after('UNAVAILABLE', { step })).toMatchObject({ settlement: { type: 'retry' } });
    const second = { step, delivery: { attempt: 2 } };
    expect(await after('UNAVAILABLE', second)).toMatchObject({ settlement: ACK, done: [{ from: 1 }] });
    expect(await after('UNAVAILABLE', { ...second, envelope: durable })).toMatchObject({
      settlement: { type: 'retry' },
    });
  });

  it('tries again within a budget that all tasks of the capability share: then nobody who waits does, and the others later', async () => {
    const tools = toolsOf();
    const outcomes = async (lane: 'live' | 'durable', count: number) => {
      const settled: string[] = [];
      for (let n = 0; n < count; n++) {
        const call = taskCall({ envelope: { lane, deadlineMs: Date.now() + 600_000 } });
        const settlement = await recover(new LlmosError('UNAVAILABLE', 'why'), call, tools);
        // The first attempts wait for at most 200 ms.
        const isLater = settlement.type === 'retry' && settlement.afterMs > 1_000;
        settled.push(isLater ? 'later' : settlement.type);
      }
      return settled;
    };
    const ten = Array<string>(10).fill('retry');
    expect(await outcomes('live', 12)).toEqual([...ten, 'deadLetter', 'deadLetter']);
    expect(await outcomes('durable', 2)).toEqual(['later', 'later']);
    const { values } = await taskMetrics.retries.get();
    const count = (outcome: string) => values.find(({ labels }) => labels.outcome === outcome)?.value;
    expect([count('refused'), count('delayed')]).toEqual([2, 2]);
  });

  it('counts what is the mistake of a caller apart from failures', async () => {
    const countOf = async (outcome: string) =>
      (await taskMetrics.tasks.get()).values.find(({ labels }) => labels.outcome === outcome)?.value ?? 0;
    const [failed, rejected] = [await countOf('failed'), await countOf('rejected')];
    for (const code of ['CONTENT_REFUSED', 'INVALID_ARGUMENT', 'NOT_FOUND'] as const) await after(code);
    await after('INTERNAL');
    expect([(await countOf('failed')) - failed, (await countOf('rejected')) - rejected]).toEqual([1, 3]);
  });

  it('keeps no dead letter of the invalid request of a live caller', async () => {
    expect(await after('INVALID_ARGUMENT')).toMatchObject({ settlement: { type: 'refuse' } });
    expect(await after('INVALID_ARGUMENT', { envelope: durable })).toMatchObject({
      settlement: { type: 'deadLetter' },
    });
    expect(await after('INTERNAL')).toMatchObject({ settlement: { type: 'deadLetter' } });
  });
});
