import { recommend } from '@llmos/contracts/capabilities/recommender';
import { train } from '@llmos/contracts/capabilities/recommender-training';
import { waitFor } from '@llmos/testing';
import { itemsFor, listFor, ReplicaSet } from './fixtures/replica-set.js';
import { collecting, rows, taskOf, tastes, type Replica } from './fixtures/replica.js';

const request = (fields: object = {}) => train.input.parse(fields);
const popularOf = async (each: Replica, task: ReturnType<typeof taskOf>) =>
  (await listFor(each, { limit: 100 }, task)).items
    .filter(({ reason }) => reason.kind === 'popular')
    .map(({ item }) => item);

describe('the recommender with a real nats-server', () => {
  let set: ReplicaSet;
  beforeAll(async () => {
    set = await ReplicaSet.start();
  });
  afterAll(() => set.stop(), 120_000);

  it('recommends the sample shop to a tenant without data, with and without a user', async () => {
    const one = await set.add();
    await one.sample.fill(new AbortController().signal);
    expect(one.problems).toEqual([]);
    const newcomer = taskOf('newcomer', 1);
    const answer = recommend.output.parse(await listFor(one, { limit: 3 }, newcomer));
    expect(answer).toMatchObject({ basis: 'popular', model: 'sample' });
    expect(answer.text).toMatch(/^You might like these products: .+, .+ and .+\.$/);
    const session = await listFor(one, { items: ['kettle-gooseneck', 'grinder-hand'] }, newcomer);
    expect(session).toMatchObject({ basis: 'session' });
    expect(session.items[0]!.reason.text).toMatch(/^because you looked at (Gooseneck kettle|Hand coffee grinder)/);
    const garden = await listFor(one, { categories: ['garden'], limit: 100 }, newcomer);
    expect(garden.items.map(({ item }) => item)).not.toContain('compost-bin');
    expect(await listFor(one, { similarTo: 'trowel', limit: 2 }, newcomer)).toMatchObject({
      basis: 'similar',
    });
    const seeded = () => itemsFor(one, { items: ['trowel'], exploration: 0.5 }, newcomer);
    expect(await seeded()).toEqual(await seeded());
    await waitFor('the cold items', async () =>
      (await itemsFor(one, { items: ['map-case', 'lamp-head'], limit: 60 }, newcomer)).includes('frother'),
    );
  });

  it('keeps an item that was deleted out of all lists, in every replica, after a restart and a training', async () => {
    const [one, other] = [await set.add(), await set.add()];
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
    const { items: rest } = await listFor(one, { items: ['t1-1'], limit: 1 }, task);
    expect(rest[0]!.reason).toEqual({ kind: 'because', items: [], text: 'because of what you looked at' });
    await one.interactions.record(rows([{ user: 'new', item: 't1-1' }]), task);
    await one.training.train(request({ force: true }), collecting(taskOf('deletes', 3)));
    expect(await isGone(one)).toBe(true);
    const fresh = await set.addElsewhere();
    expect(await isGone(fresh)).toBe(true);
    await one.items.upsert([item('t1-1')], task);
    expect(await itemsFor(one, { limit: 100 }, task)).toContain('t1-1');
  }, 120_000);

  it('honours a dislike between trainings, and leaves it out of the next', async () => {
    const one = await set.add();
    const task = taskOf('dislikes', 1);
    await one.interactions.record(rows(tastes(80)), task);
    await one.training.train(request(), collecting(taskOf('dislikes', 2)));
    const ask = (fields: object = {}) => listFor(one, { user: 'fan', limit: 5, ...fields }, task);
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
});
