import { splitHoldOut } from './hold-out.js';
import { interactionsOf, prepareRows } from './training-set.js';

function rowsOf(users: number, items: number, from = 0): { user: string; item: string; at: number }[] {
  return Array.from({ length: users }, (_, user) =>
    Array.from({ length: items }, (_, at) => ({ user: `u${user}`, item: `i${from + at}`, at: (from + at) * 1_000 })),
  ).flat();
}

describe('splitHoldOut', () => {
  it('holds out the newest fifth of about half of a small crowd', () => {
    const set = prepareRows(rowsOf(400, 10));
    const { train, heldOut } = splitHoldOut(set);
    const measured = heldOut.targetOffsets.length - 1;
    expect(measured).toBeGreaterThan(150);
    expect(measured).toBeLessThan(250);
    expect(interactionsOf(train) + heldOut.targets.length).toBe(4_000);
    expect(new Set([...heldOut.targets].map((item) => heldOut.items[item]))).toEqual(new Set(['i8', 'i9']));
  });

  it('measures the same people later, with what no earlier training has learnt', () => {
    const before = splitHoldOut(prepareRows(rowsOf(300, 10)));
    const after = splitHoldOut(prepareRows([...rowsOf(300, 10), ...rowsOf(300, 5, 10)]));
    expect(after.heldOut.targetOffsets.length).toBe(before.heldOut.targetOffsets.length);
    // The earlier training knew of a measured user no more than the first 8.
    const targets = [...after.heldOut.targets].map((item) => Number(after.heldOut.items[item]!.slice(1)));
    expect(Math.min(...targets)).toBeGreaterThanOrEqual(8);
  });

  it('leaves users with one interaction to the training', () => {
    const { train, heldOut } = splitHoldOut(prepareRows(rowsOf(50, 1)));
    expect(heldOut.targets.length).toBe(0);
    expect(interactionsOf(train)).toBe(50);
  });
});
