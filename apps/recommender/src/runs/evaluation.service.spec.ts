import { evaluate } from '@llmos/contracts/capabilities/recommender-training';
import { EvaluationService } from './evaluation.service.js';
import { FairQueue } from './fair-queue.js';

const task = { tenant: 'acme', run: 'r', signal: new AbortController().signal, emit: () => undefined };
const service = (maxRows?: number) =>
  new EvaluationService({ threads: 1, queue: new FairQueue({ concurrency: 1, what: 'evaluations' }), maxRows });
const request = (fields: object = {}) =>
  evaluate.input.parse({ file: Buffer.from('user,item\na,x\nbad\nc,z\n'), protocol: 'ncf', ...fields });

describe('EvaluationService', () => {
  it('rejects too large a product of factors and sweeps', async () => {
    const large = service().evaluate(request({ algorithm: 'ials', factors: 512, sweeps: 200 }), task);
    await expect(large).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      field: 'sweeps',
      message: expect.stringContaining('102400'),
    });
    const byDefault = service().evaluate(request({ algorithm: 'ials', factors: 512 }), task);
    await expect(byDefault).rejects.toMatchObject({ field: 'file' });
  });

  it('rejects a file with too many rows, counting invalid rows too', async () => {
    await expect(service(2).evaluate(request(), task)).rejects.toMatchObject({
      code: 'PAYLOAD_TOO_LARGE',
      field: 'file',
      message: expect.stringContaining('2 rows'),
    });
  });
});
