import { readFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { train } from '@llmos/contracts/capabilities/recommender-training';
import { LlmosError } from '@llmos/contracts';
import { waitFor } from '@llmos/testing';
import { itemsFor, listFor, ReplicaSet } from './fixtures/replica-set.js';
import { collecting, rows, runOf, taskOf, tastes, type Replica } from './fixtures/replica.js';

const request = (fields: object = {}) => train.input.parse(fields);

describe('the models of the recommender', () => {
  let set: ReplicaSet;
  beforeAll(async () => {
    set = await ReplicaSet.start();
  });
  afterAll(() => set.stop(), 120_000);

  it('trains once per run, serves the model in every replica, and rolls back', async () => {
    const [one, other] = [await set.add(), await set.add()];
    await one.interactions.record(rows(tastes(160)), taskOf('trains', 1));
    const task = collecting(taskOf('trains', 10));
    const report = train.output.parse(await one.training.train(request(), task));
    expect(report).toMatchObject({
      version: runOf(10),
      algorithm: 'ease',
      replaced: true,
      reason: 'nothing was served before',
    });
    expect(await one.training.train(request(), task)).toEqual(report);
    const taste = async (each: Replica) =>
      (await itemsFor(each, { user: 'u1', limit: 3 }, task)).every((item) => item.startsWith('t1-'));
    expect(await taste(one)).toBe(true);
    await waitFor(
      'the other replica',
      async () => (await taste(other)) && other.models.get('trains')?.version === runOf(10),
    );

    const second = await other.training.train(request({ force: true }), collecting(taskOf('trains', 11)));
    expect(second.servingFigures?.ndcg10).toBeCloseTo(report.figures.ndcg10, 5);
    await waitFor('the first replica', () => one.models.get('trains')?.version === runOf(11));
    expect(await one.versions.list(task)).toMatchObject({
      serving: runOf(11),
      versions: [{ version: runOf(11) }, { version: runOf(10) }],
    });

    const back = { serving: runOf(10), before: runOf(11) };
    expect(await one.versions.rollback({}, taskOf('trains', 12))).toEqual(back);
    expect(await other.versions.rollback({}, taskOf('trains', 12))).toEqual(back);
    await waitFor('the other replica to roll back', () => other.models.get('trains')?.version === runOf(10));
    const first = { serving: undefined, before: runOf(10) };
    expect(await one.versions.rollback({}, taskOf('trains', 13))).toEqual(first);
    expect(one.models.get('trains')).toBeUndefined();
    await expect(one.versions.rollback({}, taskOf('trains', 15))).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(await other.versions.rollback({ version: runOf(10) }, taskOf('trains', 16))).toMatchObject({
      serving: runOf(10),
    });
    await expect(one.versions.rollback({ version: 'x' }, taskOf('trains', 14))).rejects.toMatchObject({
      field: 'version',
    });
    const fresh = await set.addElsewhere();
    expect(fresh.models.get('trains')?.version).toBe(runOf(10));
    expect(await taste(fresh)).toBe(true);
  }, 120_000);

  it('keeps the titles of the sample shop when a tenant trains on it, and serves its model again after a rollback', async () => {
    const one = await set.add();
    await one.sample.fill(new AbortController().signal);
    const file = readFileSync('deploy/samples/shop/interactions.jsonl');
    const task = collecting(taskOf('reader', 1));
    const report = await one.files.import({ file, format: 'jsonl', kind: 'interactions' }, task);
    expect(report).toMatchObject({ accepted: 415, rejected: 0 });
    await one.interactions.record(rows([{ user: 'u1', item: 'kettle', event: 'buy' }]), task);
    await one.training.train(request(), collecting(taskOf('reader', 2)));
    const ask = (fields: object) => listFor(one, { limit: 60, ...fields }, task);
    for (const fields of [{}, { items: ['trowel'] }, { similarTo: 'trowel' }, { user: 'u1' }]) {
      const { items, model } = await ask(fields);
      expect(model).toBe(runOf(2));
      expect(items.length).toBeGreaterThan(50);
      expect(items.filter(({ title }) => title === undefined)).toEqual([]);
    }
    expect((await ask({ items: ['trowel'], categories: ['garden'] })).items.length).toBeGreaterThan(5);
    expect(one.recommender.stats({ item: 'kettle' }, task)).toMatchObject({ usersOfItem: 1 });
    await waitFor('the items without interactions', async () =>
      (await itemsFor(one, { items: ['map-case', 'lamp-head'], limit: 60 }, task)).includes('frother'),
    );
    expect(await one.versions.rollback({ version: 'sample' }, taskOf('reader', 3))).toEqual({
      serving: undefined,
      before: runOf(2),
    });
    expect((await ask({})).model).toBe('sample');
  }, 120_000);

  it('continues an interrupted training in another replica, and leaves no checkpoint', async () => {
    const [one, other] = [await set.add(), await set.add()];
    await one.interactions.record(rows(tastes(400, 40)), taskOf('resumes', 1));
    await waitFor('the other replica', () => other.recommender.stats({}, taskOf('resumes', 1)).users === 400);
    const settings = request({ algorithm: 'ials', factors: 64, sweeps: 30 });
    const store = one.bus.objects('recommender-checkpoints');
    const checkpoint = async () => (await store.names()).some((name) => name === `resumes.${runOf(20)}`);
    const leaving = new AbortController();
    const cutOff = one.training.train(settings, collecting(taskOf('resumes', 20, leaving.signal)));
    cutOff.catch(() => undefined);
    await waitFor('a checkpoint', checkpoint);
    leaving.abort(new LlmosError('UNAVAILABLE', 'The service is shutting down.'));
    await expect(cutOff).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(other.models.get('resumes')).toBeUndefined();
    const resumed = collecting(taskOf('resumes', 20));
    const report = await other.training.train(settings, resumed);
    expect(resumed.emitted.find(({ stage }) => stage === 'sweeping')!['done']).toBeGreaterThan(0);
    expect(report).toMatchObject({ version: runOf(20), algorithm: 'ials', replaced: true });
    expect(await checkpoint()).toBe(false);
    const cancelled = new AbortController();
    const second = one.training.train(settings, {
      ...taskOf('resumes', 21, cancelled.signal),
      emit: (delta: unknown) => {
        const { stage } = delta as { stage: string };
        if (stage === 'sweeping') cancelled.abort(new LlmosError('CANCELLED', 'Not wanted any more.'));
      },
    });
    await expect(second).rejects.toMatchObject({ code: 'CANCELLED' });
    expect((await one.versions.list(taskOf('resumes', 22))).serving).toBe(runOf(20));
    expect((await readdir(join(set.home, 'recommender', 'resumes'))).filter((name) => name.endsWith('.part'))).toEqual(
      [],
    );
  }, 240_000);
});
