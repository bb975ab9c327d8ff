import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { train } from '@llmos/contracts/capabilities/recommender-training';
import { LlmosError } from '@llmos/contracts';
import { startNatsServer, type TestNatsServer } from '@llmos/testing';
import { taskOf, collecting, runOf, startReplica, tastes, type Replica } from './fixtures/replica.js';

describe('a cancelled training', () => {
  let nats: TestNatsServer;
  let home: string;
  let replica: Replica;

  beforeAll(async () => {
    [nats, home] = await Promise.all([startNatsServer(), mkdtemp(join(tmpdir(), 'llmos-recommender-'))]);
    replica = await startReplica({ url: nats.url, home });
  });
  afterAll(async () => {
    await replica.stop();
    await nats.stop();
    await rm(home, { recursive: true });
  }, 120_000);

  it.each(['reading', 'inverting', 'measuring'])(
    'leaves no file behind when it is cancelled in the stage %s, and the serving model stays',
    async (last) => {
      const task = taskOf(last, 1);
      await replica.interactions.record(
        tastes(60).map((value, row) => ({ row, value })),
        task,
      );
      await replica.training.train(train.input.parse({}), collecting(taskOf(last, 2)));
      const leaving = new AbortController();
      const cancelled = {
        ...taskOf(last, 3, leaving.signal),
        emit: (delta: unknown) => {
          if ((delta as { stage: string }).stage === last) leaving.abort(new LlmosError('CANCELLED', 'Not wanted.'));
        },
      };
      const training = replica.training.train(train.input.parse({ algorithm: 'ease', force: true }), cancelled);
      await expect(training).rejects.toMatchObject({ code: 'CANCELLED' });
      expect(await readdir(join(home, 'recommender', last))).toEqual([`${runOf(2)}.model`]);
      expect(replica.models.get(last)?.version).toBe(runOf(2));
      expect(await replica.versions.list(task)).toMatchObject({ serving: runOf(2), versions: [{}] });
      expect(await replica.bus.objects('recommender-model-files').names()).toHaveLength(
        ['reading', 'inverting', 'measuring'].indexOf(last) + 1,
      );
    },
    120_000,
  );
});
