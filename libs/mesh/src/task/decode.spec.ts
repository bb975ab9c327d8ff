import { LlmosError } from '@llmos/contracts';
import { deliveryOf, taskCall, toolsOf } from '../../test/task-fixture.js';
import { decode } from './decode.js';
import { ACK } from './task-call.js';

describe('decode', () => {
  const { envelope } = taskCall();
  const decodeWith = (read: () => Promise<unknown>) => {
    const tools = toolsOf();
    Object.assign(tools.bus, { decode: read, envelopeOf: () => envelope });
    const run = (attempt: number) => decode(() => Promise.resolve(ACK), tools)(deliveryOf({ attempt }));
    return { run, done: tools.done };
  };

  it('makes a dead letter of a malformed message and ends the run that its headers name', async () => {
    const { run, done } = decodeWith(() => Promise.resolve({ envelope, body: { pipeline: 1 }, sizeBytes: 1 }));
    expect(await run(1)).toMatchObject({ type: 'deadLetter', id: 's:7', error: { code: 'MALFORMED_EVENT' } });
    expect(done).toMatchObject([{ type: 'failed', error: { code: 'MALFORMED_EVENT' } }]);
  });

  it('returns a message that may be readable later, until the last delivery', async () => {
    const { run } = decodeWith(() => Promise.reject(new LlmosError('UNAVAILABLE', 'away')));
    expect(await run(1)).toMatchObject({ type: 'retry' });
    expect(await run(99)).toMatchObject({ type: 'deadLetter' });
  });
});
