import fc from 'fast-check';
import { totalLeftOut } from './left-out.js';
import { countItems, gatherRows, interactionsOf, prepareRows, prepareTrainingSet } from './training-set.js';

const nowMs = Date.parse('2026-11-24T00:00:00Z');

function names(set: ReturnType<typeof prepareRows>): Record<string, string[]> {
  return Object.fromEntries(
    set.users.map((user, u) => [
      user,
      [...set.itemsOf.subarray(set.offsets[u], set.offsets[u + 1])].map((item) => set.items[item]!),
    ]),
  );
}

describe('prepareTrainingSet', () => {
  it('sorts the items of each user by time and keeps each item once', () => {
    const set = prepareTrainingSet(
      [
        {
          user: 'ann',
          interactions: [
            { item: 'tea', at: '2026-03-01T00:00:00Z' },
            { item: 'kettle', at: '2026-01-01T00:00:00Z' },
            { item: 'kettle', at: '2026-05-01T00:00:00Z' },
          ],
        },
        { user: 'bob', interactions: [{ item: 'tea' }] },
      ],
      { nowMs },
    );
    expect(names(set)).toEqual({ ann: ['kettle', 'tea'], bob: ['tea'] });
    expect([...countItems(set)]).toEqual([2, 1]);
    expect(set.leftOut).toEqual({ duplicate: 1 });
  });

  it('leaves out invalid rows with their reasons, and keeps the rest', () => {
    const rows = [
      { user: 'ann', item: 'tea' },
      { user: '', item: 'tea' },
      { user: 'ann', item: 'x'.repeat(5_000) },
      { user: 'ann', item: 'a\u0000b' },
      { user: 'ann', item: 'cup', value: NaN },
      { user: 'ann', item: 'cup', value: 1e300 },
      { user: 'ann', item: 'cup', at: 'yesterday' },
      { user: 'ann', item: 'cup', at: '9999-01-01T00:00:00Z' },
      { user: 'ann', item: 'cup', value: 2 },
    ];
    const set = prepareRows(rows, { nowMs, minValue: 0.5 });
    expect(names(set)).toEqual({ ann: ['tea', 'cup'] });
    expect(set.leftOut).toEqual({ bad_user: 1, bad_item: 2, bad_value: 2, bad_time: 2 });
  });

  it('counts rows below the minimum value separately', () => {
    const rows = [
      { user: 'ann', item: 'tea', value: 5 },
      { user: 'ann', item: 'cup', value: 3 },
    ];
    expect(prepareRows(rows, { minValue: 4 }).leftOut).toEqual({ below_min_value: 1 });
  });

  it('drops rare users and items until all remaining ones have enough interactions', () => {
    const rows = [
      ...['ann', 'bob'].flatMap((user) => ['tea', 'cup'].map((item) => ({ user, item }))),
      { user: 'cid', item: 'tea' },
      { user: 'cid', item: 'hat' },
    ];
    const set = prepareRows(rows, { minInteractions: 2 });
    expect(names(set)).toEqual({ ann: ['tea', 'cup'], bob: ['tea', 'cup'] });
    expect(set.leftOut).toEqual({ rare_item: 1, rare_user: 1 });
  });

  it('limits the interactions of one user', () => {
    const many = Array.from({ length: 200_000 }, (_, at) => ({ item: `i${at % 50_000}` }));
    const set = prepareTrainingSet([
      { user: 'bot', interactions: many },
      { user: 'ann', interactions: [{ item: 'i1' }] },
    ]);
    expect(interactionsOf(set)).toBeLessThanOrEqual(10_001);
    expect(set.leftOut).toEqual({ duplicate: 150_000, too_many_of_one_user: 40_000 });
  });

  it('gives the same result when it runs cooperatively, and can be aborted', async () => {
    const rows = Array.from({ length: 50_000 }, (_, at) => ({ user: `u${at % 900}`, item: `i${at % 701}` }));
    expect(await gatherRows(rows, { nowMs })).toEqual(prepareRows(rows, { nowMs }));
    await expect(gatherRows(rows, { signal: AbortSignal.abort(new Error('stop')) })).rejects.toThrow('stop');
  });

  it('never throws, and counts every row that it leaves out', () => {
    const anything = fc.oneof(
      fc.anything(),
      fc.record(
        {
          user: fc.oneof(fc.constantFrom('a', 'b', 'c'), fc.anything()),
          item: fc.oneof(fc.constantFrom('x', 'y', 'z', '__proto__'), fc.anything()),
          value: fc.oneof(fc.double(), fc.anything()),
          at: fc.oneof(fc.date().map(String), fc.double(), fc.anything()),
        },
        { requiredKeys: [] },
      ),
    );
    fc.assert(
      fc.property(fc.array(anything, { maxLength: 40 }), fc.integer({ min: 1, max: 3 }), (rows, minInteractions) => {
        const set = prepareRows(rows as never, { minInteractions });
        expect(interactionsOf(set) + totalLeftOut(set.leftOut)).toBe(rows.length);
        expect(countItems(set).every((count) => count >= minInteractions)).toBe(true);
      }),
    );
  });
});
