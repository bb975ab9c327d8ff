import { record } from '@llmos/contracts/capabilities/recommender';
import { LlmosError } from '@llmos/contracts';
import { filesHolding, waitFor } from '@llmos/testing';
import { itemsFor, listFor, ReplicaSet } from './fixtures/replica-set.js';
import { collecting, rows, taskOf } from './fixtures/replica.js';
import { subjectsOf } from './fixtures/stream-subjects.js';

describe('the interactions of the recommender', () => {
  let set: ReplicaSet;
  beforeAll(async () => {
    set = await ReplicaSet.start();
  });
  afterAll(() => set.stop(), 120_000);

  it('counts an interaction from the next request on, in every replica, once for all deliveries', async () => {
    const [one, other] = [await set.add(), await set.add()];
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
    expect((await listFor(one, {}, taskOf('counts-not', 1))).items).toEqual([]);
  });

  it('loses no interaction when two replicas write the same user concurrently', async () => {
    const [one, other] = [await set.add(), await set.add()];
    await Promise.all(
      Array.from({ length: 40 }, (_, n) =>
        (n % 2 ? one : other).interactions.record(rows([{ user: 'zoe', item: `i${n}` }]), taskOf('race', n)),
      ),
    );
    expect(await one.interactions.exportUser('zoe', { tenant: 'race' })).toHaveLength(40);
  });

  it('imports the valid rows of a file, reports the others by line, and does so once for all deliveries', async () => {
    const one = await set.add();
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
      'c,cup,many,1700000003',
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
    const [one, other] = [await set.add(), await set.add()];
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
    expect(await filesHolding(set.nats.pid, 'UNFORGETTABLE-TWO')).not.toEqual([]);
    expect(await one.privacy.erase('SECRET-PERSON', task)).toBe(2);
    expect(await one.privacy.erase('SECRET-PERSON', task)).toBe(0);
    for (const text of ['SECRET-PERSON', 'UNFORGETTABLE-ONE', 'UNFORGETTABLE-TWO'])
      expect([text, await filesHolding(set.nats.pid, text)]).toEqual([text, []]);
    expect(one.recommender.stats({}, task)).toMatchObject({ users: 1, interactions: 1 });
    await waitFor('the other replica', () => other.recommender.stats({}, task).users === 1);
    expect(await other.interactions.exportUser('SECRET-PERSON', task)).toEqual([]);
    const sizes = await subjectsOf(one.bus, 'KV_interactions', '$KV.interactions.forgets.>');
    expect(Object.keys(sizes)).toHaveLength(2);
    const fresh = await set.add();
    expect(fresh.recommender.stats({}, task)).toMatchObject({ users: 1, interactions: 1 });
  });

  it('enforces the limits of a tenant and reports them', async () => {
    const one = await set.add({ limits: { maxUsers: 2, maxItems: 3, maxHistory: 4 } });
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

  it('reads a row by one rule from a list, JSON Lines and CSV', async () => {
    const one = await set.add();
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

  it('works again after a crash of the broker', async () => {
    const one = await set.add();
    const task = taskOf('crash', 1);
    await one.interactions.record(rows([{ user: 'a', item: 'before' }]), task);
    await set.nats.crashAndRestart();
    await waitFor('writes to work again', () =>
      one.interactions.record(rows([{ user: 'a', item: 'after' }]), task).then(
        () => true,
        () => false,
      ),
    );
    const fresh = await set.add();
    expect(fresh.recommender.stats({}, task)).toMatchObject({ interactions: 2 });
  }, 120_000);
});
