import fc from 'fast-check';
import { currentOwner, FairQueue, onBehalfOf, type Owner } from './fair-queue.js';

const of = (tenant: string, lane: Owner['lane'] = 'live'): Owner => ({ lane, tenant });
const pushAll = (queue: FairQueue<string>, owner: Owner, items: readonly string[]) =>
  items.forEach((item) => queue.push(item, { owner }));
/** Takes everything, one after the other; `costOf` is what each item costs. */
const takeAll = (queue: FairQueue<string>, costOf: (item: string) => number = () => 1) =>
  Array.from({ length: queue.count() }, () => {
    const turn = queue.shift()!;
    turn.charge(costOf(turn.item));
    return turn.item;
  });
const many = (name: string, count: number) => Array.from({ length: count }, (_, n) => `${name}${n}`);

describe('currentOwner', () => {
  it('is the owner of the run, also after an await, and nobody in the durable lane outside a run', async () => {
    expect(currentOwner()).toEqual(of('', 'durable'));
    const after = await onBehalfOf(of('acme'), async () => {
      await new Promise(setImmediate);
      return currentOwner();
    });
    expect(after).toEqual(of('acme'));
  });
});

describe('FairQueue', () => {
  it('gives live items before durable ones, and each lane in order', () => {
    const queue = new FairQueue<string>();
    pushAll(queue, of('acme', 'durable'), ['d1', 'd2']);
    pushAll(queue, of('acme'), ['l1', 'l2']);
    expect(takeAll(queue)).toEqual(['l1', 'l2', 'd1', 'd2']);
  });

  it('gives a durable item after eight live ones in a row', () => {
    const queue = new FairQueue<string>();
    pushAll(queue, of('acme', 'durable'), ['d1', 'd2']);
    pushAll(queue, of('acme'), many('l', 17));
    const order = takeAll(queue);
    expect([order.indexOf('d1'), order.indexOf('d2')]).toEqual([8, 17]);
  });

  it('skips items that cannot start, and removes items from the middle', () => {
    const queue = new FairQueue<string>();
    pushAll(queue, of('acme'), ['l1', 'l2', 'l3']);
    expect(queue.shift((item) => item !== 'l1')?.item).toBe('l2');
    expect(queue.remove((item) => item === 'l1')).toEqual(['l1']);
    expect(takeAll(queue)).toEqual(['l3']);
    expect(queue.shift()).toBeUndefined();
  });

  it('gives a tenant with one item the next turn, however many another one has waiting', () => {
    const queue = new FairQueue<string>();
    pushAll(queue, of('greedy'), many('g', 50));
    const before = Array.from({ length: 10 }, () => queue.shift()!);
    pushAll(queue, of('polite'), ['p']);
    before[0]!.charge(1);
    expect(queue.shift()?.item).toBe('p');
  });

  it('shares by cost: a tenant with items four times as dear has a quarter of the turns', () => {
    const queue = new FairQueue<string>();
    pushAll(queue, of('dear'), many('d', 100));
    pushAll(queue, of('cheap'), many('c', 100));
    const order = takeAll(queue, (item) => (item.startsWith('d') ? 4 : 1)).slice(0, 50);
    const dear = order.filter((item) => item.startsWith('d')).length;
    expect(dear).toBeGreaterThanOrEqual(9);
    expect(dear).toBeLessThanOrEqual(12);
  });

  it('gives no credit for the time in which a tenant had nothing to do', () => {
    const queue = new FairQueue<string>();
    pushAll(queue, of('late'), ['first']);
    takeAll(queue);
    pushAll(queue, of('busy'), many('b', 50));
    for (let n = 0; n < 30; n++) queue.shift()!.charge(1);
    pushAll(queue, of('late'), many('l', 20));
    const order = takeAll(queue).slice(0, 20);
    expect(order.filter((item) => item.startsWith('l')).length).toBeLessThanOrEqual(11);
  });

  it('takes the items of a tenant by priority, then in order', () => {
    const queue = new FairQueue<string>();
    const owner = of('acme');
    queue.push('a', { owner });
    queue.push('urgent', { owner, priority: 2 });
    queue.push('b', { owner });
    queue.push('urgent too', { owner, priority: 2 });
    queue.push('can wait', { owner, priority: -1 });
    expect(takeAll(queue)).toEqual(['urgent', 'urgent too', 'a', 'b', 'can wait']);
  });

  it('is fair for any costs, places and tenants that always wait: none is further ahead than what it has in progress', () => {
    const MAX_COST = 20;
    fc.assert(
      fc.property(
        fc.array(fc.array(fc.integer({ min: 1, max: MAX_COST }), { minLength: 40, maxLength: 40 }), {
          minLength: 2,
          maxLength: 6,
        }),
        fc.integer({ min: 1, max: 8 }),
        (costs, places) => {
          const queue = new FairQueue<{ tenant: number; cost: number }>();
          costs.forEach((own, tenant) =>
            own.forEach((cost) => queue.push({ tenant, cost }, { owner: of(String(tenant)) })),
          );
          const used = costs.map(() => 0);
          const left = costs.map((own) => own.length);
          const running: NonNullable<ReturnType<typeof queue.shift>>[] = [];
          while (left.every((count) => count > 0)) {
            while (running.length < places) {
              const turn = queue.shift()!;
              left[turn.item.tenant]!--;
              running.push(turn);
            }
            const turn = running.shift()!;
            turn.charge(turn.item.cost);
            used[turn.item.tenant]! += turn.item.cost;
          }
          expect(Math.max(...used) - Math.min(...used)).toBeLessThanOrEqual(2 * MAX_COST * (places + 1));
        },
      ),
      { numRuns: 500 },
    );
  });

  it('loses nothing, gives nothing twice and always gives something, whatever is pushed, taken and removed', () => {
    const step = fc.oneof(
      fc.record({
        type: fc.constant('push' as const),
        tenant: fc.constantFrom('a', 'b', 'c'),
        lane: fc.constantFrom('live' as const, 'durable' as const),
        priority: fc.integer({ min: -1, max: 1 }),
      }),
      fc.record({ type: fc.constant('take' as const), cost: fc.integer({ min: 0, max: 9 }) }),
      fc.record({ type: fc.constant('remove' as const), modulo: fc.integer({ min: 2, max: 5 }) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const queue = new FairQueue<number>();
        const waiting = new Set<number>();
        let next = 0;
        for (const each of steps) {
          if (each.type === 'push') {
            queue.push(next, { owner: of(each.tenant, each.lane), priority: each.priority });
            waiting.add(next++);
          } else if (each.type === 'take') {
            const turn = queue.shift();
            expect(turn !== undefined).toBe(waiting.size > 0);
            if (!turn) continue;
            expect(waiting.delete(turn.item)).toBe(true);
            turn.charge(each.cost);
          } else {
            const matches = (item: number) => item % each.modulo === 0;
            const removed = queue.remove(matches);
            expect(removed.sort()).toEqual([...waiting].filter(matches).sort());
            for (const item of removed) waiting.delete(item);
          }
          expect(queue.count()).toBe(waiting.size);
        }
      }),
      { numRuns: 500 },
    );
  });
});
