import { LlmosError } from '@llmos/contracts';
import { deliveryOf, toolsOf } from '../../test/task-fixture.js';
import { settle } from './settle.js';
import type { Settlement } from './task-call.js';

describe('settle', () => {
  const settled = async (settlement: Settlement) => {
    const tools = toolsOf();
    const { done } = tools;
    const delivery = deliveryOf({
      ack: () => void done.push('ack'),
      nak: (ms) => void done.push(`nak ${ms}`),
      term: (reason) => void done.push(`term ${reason}`),
    });
    await settle(() => Promise.resolve(settlement), tools)(delivery);
    return done;
  };
  const error = new LlmosError('INVALID_ARGUMENT', 'Too long.');

  it('acknowledges, returns or removes the delivery as the handler decides', async () => {
    expect(await settled({ type: 'ack' })).toEqual(['ack']);
    expect(await settled({ type: 'retry', afterMs: 50 })).toEqual(['nak 50']);
    expect(await settled({ type: 'refuse', error })).toEqual(['term Too long.']);
  });

  it('stores a dead letter before it removes the delivery', async () => {
    const letter = { service: 'text', id: 'run-1:0', attempts: 1, error: error.toBody() };
    const done = await settled({ type: 'deadLetter', error, id: 'run-1:0' });
    expect(done).toEqual([expect.objectContaining(letter), 'term Too long.']);
  });

  it('settles nothing if the handler fails: the pull loop returns the delivery', async () => {
    const tools = toolsOf();
    const delivery = deliveryOf({ ack: () => void tools.done.push('ack') });
    await expect(settle(() => Promise.reject(new Error('away')), tools)(delivery)).rejects.toThrow('away');
    expect(tools.done).toEqual([]);
  });
});
