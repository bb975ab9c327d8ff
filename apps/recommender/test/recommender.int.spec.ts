import { readFileSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { recommend, record, train } from '@llmos/contracts/capabilities/recommender';
import { LlmosError } from '@llmos/contracts';
import { filesHolding, startNatsServer, waitFor, type TestNatsServer } from '@llmos/testing';
import {
  taskOf,
  collecting,
  runOf,
  startReplica,
  tastes,
  type Replica,
  type ReplicaOptions,
} from './fixtures/replica.js';
import { subjectsOf } from './fixtures/stream-subjects.js';

const rows = (values: readonly unknown[]) => values.map((value, row) => ({ row, value }));
const query = (fields: object) => recommend.input.parse(fields);
const request = (fields: object = {}) => train.input.parse(fields);

describe('the recommender with a real nats-server', () => {
  let nats: TestNatsServer;
  let home: string;
  const replicas: Replica[] = [];
  const replica = async (options: Partial<ReplicaOptions> = {}): Promise<Replica> => {
    const started = await startReplica({ url: nats.url, home, ...options });
    replicas.push(started);
    return started;
  };
  const itemsFor = async (each: Replica, fields: object, task = taskOf('acme', 9)) =>
    (await each.recommender.recommend(query(fields), task)).items.map(({ item }) => item);

  const popularOf = async (each: Replica, task: ReturnType<typeof taskOf>) =>
    (await each.recommender.recommend(query({ limit: 100 }), task)).items
      .filter(({ reason }) => reason.kind === 'popular')
      .map(({ item }) => item);

  beforeAll(async () => {
    [nats, home] = await Promise.all([startNatsServer(), mkdtemp(join(tmpdir(), 'llmos-recommender-'))]);
  });
  afterAll(async () => {
    await Promise.all(replicas.map((each) => each.stop()));
    await nats.stop();
    await rm(home, { recursive: true });
  }, 120_000);

  it('counts an interaction from the next request on, in every replica, once for all deliveries', async () => {
    const [one, other] = [await replica(), await replica()];
    const task = taskOf('counts', 1);
    const sent = rows([{ user: 'ann', item: 'kettle', event: 'buy' }, { user: 'ben', item: 'kettle' }, { item: 'x' }]);
    const counts = record.output.parse(await one.interactions.record(sent, task));
    expect(counts).toMatchObject({ accepted: 2, duplicates: 0, rejected: 1, rejections: [{ row: 2 }] });
    expect(await itemsFor(one, {}, task)).toEqual(['kettle']);
    expect(await itemsFor(one, { user: 'ann' }, task)).toEqual([]);
    await waitFor('the other replica', async () => (await itemsFor(other, {}, task)).length === 1);
    expect(await other.interactions.record(sent, task)).toMatchObject({ accepted: 0, duplicates: 2, rejected: 1 });
    expect(other.recommender.stats({ item: 'kettle' }, task)).toEqual({
      users: 2,
      items: 1,
      interactions: 2,
      usersOfItem: 2,
    });
    expect((await one.recommender.recommend(query({}), taskOf('counts-not', 1))).items).toEqual([]);
  });

  it('loses no interaction when two replicas write the same user concurrently', async () => {
    const [one, other] = [await replica(), await replica()];
    await Promise.all(
      Array.from({ length: 40 }, (_, n) =>
        (n % 2 ? one : other).interactions.record(rows([{ user: 'zoe', item: `i${n}` }]), taskOf('race', n)),
      ),
    );
    expect(await one.interactions.exportUser('zoe', { tenant: 'race' })).toHaveLength(40);
  });

  it('imports the valid rows of a file, reports the others by line, and does so once for all deliveries', async () => {
    const one = await replica();
    const lines = [
      'userId,movieId,rating,timestamp',
      'a,kettle,5,1700000000',
      'a,"kettle,5,1700000000',
      'b,cup,4,1700000001',
    ];
    const text = [
      ...lines,
      'too,few',
      ',cup,3,1700000002',
      'c,cup,NaN,1700000003',
      'd,"quoted ""cup""",2,1700000004',
      '',
    ];
    const file = Buffer.concat([
      Buffer.from(text.join('\n')),
      Buffer.from([0xff, 0xfe, 0x0a]),
      Buffer.from('e,pot,1,99999999999\n'),
    ]);
    const task = collecting(taskOf('mixed', 1));
    const request = { file, format: 'csv', kind: 'interactions' } as const;
    const report = await one.files.import(request, task);
    expect(report).toMatchObject({ rows: 9, accepted: 3, rejected: 6 });
    expect(report.rejections.map(({ row }) => row)).toEqual([3, 5, 6, 7, 9, 10]);
    expect(task.emitted.at(-1)).toEqual({ rows: 9, accepted: 3, duplicates: 0, rejected: 6, done: true });
    expect(await one.files.import(request, task)).toMatchObject({ accepted: 0, duplicates: 3, rejected: 6 });
    const json = Buffer.from(
      '{"user":1,"item":2}\nnonsense\n[]\n{"user":"a"}\n{"user":"a","item":"pot","__proto__":1}\n',
    );
    const other = await one.files.import({ file: json, format: 'jsonl', kind: 'interactions' }, task);
    expect(other).toMatchObject({ rows: 5, accepted: 2, rejected: 3 });
    const items = Buffer.from('id,title,category,in_stock\nkettle,Kettle,kitchen,yes\n,x,y,no\n');
    expect(await one.files.import({ file: items, format: 'csv', kind: 'items' }, task)).toMatchObject({
      accepted: 1,
      rejected: 1,
    });
    const gone = AbortSignal.abort(new LlmosError('CANCELLED', 'Not wanted any more.'));
    await expect(one.files.import(request, collecting(taskOf('mixed', 2, gone)))).rejects.toMatchObject({
      code: 'CANCELLED',
    });
    const headless = Buffer.from('196\t242\t3\t881250949\n');
    await expect(one.files.import({ file: headless, format: 'csv', kind: 'interactions' }, task)).rejects.toMatchObject(
      { code: 'INVALID_ARGUMENT', field: 'file' },
    );
  });

  it('erases a user from every replica and from the broker’s disk', async () => {
    const [one, other] = [await replica(), await replica()];
    const task = taskOf('forgets', 1);
    for (const item of ['UNFORGETTABLE-ONE', 'UNFORGETTABLE-TWO'])
      await one.interactions.record(
        rows([
          { user: 'SECRET-PERSON', item, at: '2024-01-01T00:00:00Z' },
          { user: 'kept', item: 'pot' },
        ]),
        task,
      );
    expect(await other.interactions.exportUser('SECRET-PERSON', task)).toMatchObject([
      { item: 'UNFORGETTABLE-ONE' },
      { item: 'UNFORGETTABLE-TWO' },
    ]);
    expect(await filesHolding(nats.pid, 'UNFORGETTABLE-TWO')).not.toEqual([]);
    expect(await one.privacy.erase('SECRET-PERSON', task)).toBe(2);
    expect(await one.privacy.erase('SECRET-PERSON', task)).toBe(0);
    for (const text of ['SECRET-PERSON', 'UNFORGETTABLE-ONE', 'UNFORGETTABLE-TWO'])
      expect([text, await filesHolding(nats.pid, text)]).toEqual([text, []]);
    expect(one.recommender.stats({}, task)).toMatchObject({ users: 1, interactions: 1 });
    await waitFor('the other replica', () => other.recommender.stats({}, task).users === 1);
    expect(await other.interactions.exportUser('SECRET-PERSON', task)).toEqual([]);
    const sizes = await subjectsOf(one.bus, 'KV_interactions', '$KV.interactions.forgets.>');
    expect(Object.keys(sizes)).toHaveLength(2);
    const fresh = await replica();
    expect(fresh.recommender.stats({}, task)).toMatchObject({ users: 1, interactions: 1 });
  });

  it('enforces the limits of a tenant and reports them', async () => {
    const one = await replica({ limits: { maxUsers: 2, maxItems: 3, maxHistory: 4 } });
    const task = taskOf('limits', 1);
    const sent = [
      ['a', 'i1'],
      ['b', 'i2'],
      ['c', 'i1'],
      ['a', 'i3'],
      ['a', 'i4'],
    ].map(([user, item]) => ({ user, item }));
    const report = await one.interactions.record(rows(sent), task);
    expect(report).toMatchObject({ accepted: 3, rejected: 2 });
    expect(report.rejections.map(({ reason }) => reason)).toEqual([
      expect.stringContaining('2 users'),
      expect.stringContaining('3 items'),
    ]);
    const many = Array.from({ length: 9 }, (_, n) => ({ user: 'b', item: 'i2', at: `2024-01-0${n + 1}T00:00:00Z` }));
    expect(await one.interactions.record(rows(many), task)).toMatchObject({ accepted: 3, rejected: 6 });
    const item = { id: 'i9', title: 'Nine', text: '', inStock: true };
    await expect(one.items.upsert([item], task)).rejects.toMatchObject({ code: 'PAYLOAD_TOO_LARGE', field: 'items' });
  });

  it('recommends the sample shop to a tenant without data, with and without a user', async () => {
    const one = await replica();
    await one.sample.fill(new AbortController().signal);
    expect(one.problems).toEqual([]);
    const newcomer = taskOf('newcomer', 1);
    const answer = recommend.output.parse(await one.recommender.recommend(query({ limit: 3 }), newcomer));
    expect(answer).toMatchObject({ basis: 'popular', model: 'sample' });
    expect(answer.text).toMatch(/^You might like these products: .+, .+ and .+\.$/);
    const session = await one.recommender.recommend(query({ items: ['kettle-gooseneck', 'grinder-hand'] }), newcomer);
    expect(session).toMatchObject({ basis: 'session' });
    expect(session.items[0]!.reason.text).toMatch(/^because you looked at (Gooseneck kettle|Hand coffee grinder)/);
    const garden = await one.recommender.recommend(query({ categories: ['garden'], limit: 100 }), newcomer);
    expect(garden.items.map(({ item }) => item)).not.toContain('compost-bin');
    expect(await one.recommender.recommend(query({ similarTo: 'trowel', limit: 2 }), newcomer)).toMatchObject({
      basis: 'similar',
    });
    const seeded = () => itemsFor(one, { items: ['trowel'], exploration: 0.5 }, newcomer);
    expect(await seeded()).toEqual(await seeded());
    await waitFor('the cold items', async () =>
      (await itemsFor(one, { items: ['map-case', 'lamp-head'], limit: 60 }, newcomer)).includes('frother'),
    );
  });

  it('trains once per run, serves the model in every replica, and rolls back', async () => {
    const [one, other] = [await replica(), await replica()];
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
    const fresh = await replica({ home: await mkdtemp(join(home, 'elsewhere-')) });
    expect(fresh.models.get('trains')?.version).toBe(runOf(10));
    expect(await taste(fresh)).toBe(true);
  }, 120_000);

  it('keeps the titles of the sample shop when a tenant trains on it, and serves its model again after a rollback', async () => {
    const one = await replica();
    await one.sample.fill(new AbortController().signal);
    const file = readFileSync('deploy/samples/shop/interactions.jsonl');
    const task = collecting(taskOf('reader', 1));
    const report = await one.files.import({ file, format: 'jsonl', kind: 'interactions' }, task);
    expect(report).toMatchObject({ accepted: 415, rejected: 0 });
    await one.interactions.record(rows([{ user: 'u1', item: 'kettle', event: 'buy' }]), task);
    await one.training.train(request(), collecting(taskOf('reader', 2)));
    const ask = (fields: object) => one.recommender.recommend(query({ limit: 60, ...fields }), task);
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

  it('keeps an item that was deleted out of all lists, in every replica, after a restart and a training', async () => {
    const [one, other] = [await replica(), await replica()];
    const task = taskOf('deletes', 1);
    await one.interactions.record(rows(tastes(80)), task);
    const item = (id: string) => ({ id, title: `Thing ${id}`, text: '', inStock: true });
    await one.items.upsert([...new Set(tastes(80).map((row) => row.item))].map(item), task);
    await one.training.train(request(), collecting(taskOf('deletes', 2)));
    expect(await itemsFor(one, { limit: 100 }, task)).toContain('t1-1');
    expect(await one.items.delete('t1-1', task)).toBe(true);
    expect(await one.items.delete('t1-1', task)).toBe(false);
    expect(await one.items.delete('never-heard-of', task)).toBe(false);
    const lists = (each: Replica) =>
      Promise.all(
        [
          {},
          { user: 'u1', excludeSeen: false },
          { items: ['t1-0', 't1-2'] },
          { similarTo: 't1-0' },
          { exploration: 1 },
        ].map((fields) => itemsFor(each, { limit: 100, ...fields }, task)),
      );
    const isGone = async (each: Replica) => !(await lists(each)).flat().includes('t1-1');
    expect(await isGone(one)).toBe(true);
    await waitFor('the other replica', () => isGone(other));
    const { items: rest } = await one.recommender.recommend(query({ items: ['t1-1'], limit: 1 }), task);
    expect(rest[0]!.reason).toEqual({ kind: 'because', items: [], text: 'because of what you looked at' });
    await one.interactions.record(rows([{ user: 'new', item: 't1-1' }]), task);
    await one.training.train(request({ force: true }), collecting(taskOf('deletes', 3)));
    expect(await isGone(one)).toBe(true);
    const fresh = await replica({ home: await mkdtemp(join(home, 'elsewhere-')) });
    expect(await isGone(fresh)).toBe(true);
    await one.items.upsert([item('t1-1')], task);
    expect(await itemsFor(one, { limit: 100 }, task)).toContain('t1-1');
  }, 120_000);

  it('honours a dislike between trainings, and leaves it out of the next', async () => {
    const one = await replica();
    const task = taskOf('dislikes', 1);
    await one.interactions.record(rows(tastes(80)), task);
    await one.training.train(request(), collecting(taskOf('dislikes', 2)));
    const ask = (fields: object = {}) => one.recommender.recommend(query({ user: 'fan', limit: 5, ...fields }), task);
    const at = (day: number) => `2025-01-0${day}T00:00:00Z`;
    await one.interactions.record(rows([{ user: 'fan', item: 't1-1', event: 'buy', at: at(1) }]), task);
    expect((await ask()).items[0]!.reason.text).toBe('because you had t1-1');
    await one.interactions.record(rows([{ user: 'fan', item: 't1-1', event: 'Return', at: at(2) }]), task);
    const after = await ask();
    expect(after.basis).toBe('popular');
    expect(JSON.stringify(after.items)).not.toContain('because');
    expect((await ask({ excludeSeen: false, limit: 100 })).items.map(({ item }) => item)).not.toContain('t1-1');
    const haters = Array.from({ length: 90 }, (_, n) => ({ user: `u${n}`, item: 't2-2', event: 'dislike' }));
    await one.interactions.record(rows(haters), task);
    await waitFor('the popularity', async () => !(await popularOf(one, task)).includes('t2-2'));
    const { leftOut } = await one.training.train(request({ force: true }), collecting(taskOf('dislikes', 3)));
    expect(leftOut['against']).toBeGreaterThan(90);
    expect(await popularOf(one, task)).not.toContain('t2-2');
  }, 120_000);

  it('reads a row by one rule from a list, JSON Lines and CSV', async () => {
    const one = await replica();
    const expected = { user: '7', item: '42', event: 'add_to_cart', value: 1, at: '2026-01-31T12:30:00.000Z' };
    const row = { userId: 7, product_id: 42, event_type: 'Add-To-Cart', timestamp: 1_769_862_600 };
    const files = [
      ['jsonl', `\uFEFF${JSON.stringify(row)}\n`],
      ['csv', '\uFEFFuser_id;sku;action;date\r\n"7";"42";"AddToCart";"2026-01-31 12:30:00"\r\n'],
      ['csv', 'customer\titem_id\tevent\tts\r7\t42\tadd to cart\t1769862600000\r'],
    ] as const;
    await one.interactions.record(rows([row]), taskOf('rows-list', 1));
    expect(await one.interactions.exportUser('7', { tenant: 'rows-list' })).toEqual([expected]);
    for (const [at, [format, text]] of files.entries()) {
      const task = collecting(taskOf(`rows-${at}`, 1));
      const file = Buffer.from(text);
      expect(await one.files.import({ file, format, kind: 'interactions' }, task)).toMatchObject({ accepted: 1 });
      expect(await one.interactions.exportUser('7', task)).toEqual([expected]);
    }
    const headless = { file: Buffer.from('u1,j1,buy\nu2,j2,buy\n'), format: 'csv', kind: 'interactions' } as const;
    await expect(one.files.import(headless, collecting(taskOf('rows-none', 1)))).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringContaining('user,item,event,value,at') as string,
    });
    expect(one.recommender.stats({}, taskOf('rows-none', 1)).interactions).toBe(0);
  }, 120_000);

  it('continues an interrupted training in another replica, and leaves no checkpoint', async () => {
    const [one, other] = [await replica(), await replica()];
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
    expect((await readdir(join(home, 'recommender', 'resumes'))).filter((name) => name.endsWith('.part'))).toEqual([]);
  }, 240_000);

  it('works again after a crash of the broker', async () => {
    const one = await replica();
    const task = taskOf('crash', 1);
    await one.interactions.record(rows([{ user: 'a', item: 'before' }]), task);
    await nats.crashAndRestart();
    await waitFor('writes to work again', () =>
      one.interactions.record(rows([{ user: 'a', item: 'after' }]), task).then(
        () => true,
        () => false,
      ),
    );
    const fresh = await replica();
    expect(fresh.recommender.stats({}, task)).toMatchObject({ interactions: 2 });
  }, 120_000);
});
