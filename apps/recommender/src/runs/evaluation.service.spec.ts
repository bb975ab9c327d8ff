import { evaluate } from '@llmos/contracts/capabilities/recommender';
import { EvaluationService } from './evaluation.service.js';
import { FairTurns } from './fair-turns.js';

const caller = { tenant: 'acme', run: 'r', signal: new AbortController().signal, emit: () => undefined };
const service = (maxRows?: number) =>
  new EvaluationService({ threads: 1, turns: new FairTurns({ atOnce: 1, what: 'evaluations' }), maxRows });
const request = (fields: object = {}) =>
  evaluate.input.parse({ file: Buffer.from('user,item\na,x\nbad\nc,z\n'), protocol: 'ncf', ...fields });

describe('EvaluationService', () => {
  it('refuses more factors times sweeps than fit into its time', async () => {
    const asked = service().evaluate(request({ algorithm: 'ials', factors: 512, sweeps: 200 }), caller);
    await expect(asked).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      field: 'sweeps',
      message: expect.stringContaining('102400'),
    });
    const byDefault = service().evaluate(request({ algorithm: 'ials', factors: 512 }), caller);
    await expect(byDefault).rejects.toMatchObject({ field: 'file' });
  });

  it('refuses a file of too many rows, bad ones included', async () => {
    await expect(service(2).evaluate(request(), caller)).rejects.toMatchObject({
      code: 'PAYLOAD_TOO_LARGE',
      field: 'file',
      message: expect.stringContaining('2 rows'),
    });
  });
});
