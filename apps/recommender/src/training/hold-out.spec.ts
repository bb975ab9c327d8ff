import { splitHoldOut } from './hold-out.js';
import { interactionsOf, prepareRows } from './training-set.js';

function rowsOf(users: number, items: number, from = 0): { user: string; item: string; at: number }[] {
  return Array.from({ length: users }, (_, user) =>
    Array.from({ length: items }, (_, at) => ({ user: `u${user}`, item: `i${from + at}`, at: (from + at) * 1_000 })),
  ).flat();
}

describe('splitHoldOut', () => {
  it('holds out the newest fifth of the interactions of about half of the users if there are few', () => {
    const set = prepareRows(rowsOf(400, 10));
    const { train, heldOut } = splitHoldOut(set);
    const measured = heldOut.targetOffsets.length - 1;
    expect(measured).toBeGreaterThan(150);
    expect(measured).toBeLessThan(250);
    expect(interactionsOf(train) + heldOut.targets.length).toBe(4_000);
    expect(new Set([...heldOut.targets].map((item) => heldOut.items[item]))).toEqual(new Set(['i8', 'i9']));
  });

  it('measures the same users again, with interactions that no earlier training has used', () => {
    const before = splitHoldOut(prepareRows(rowsOf(300, 10)));
    const after = splitHoldOut(prepareRows([...rowsOf(300, 10), ...rowsOf(300, 5, 10)]));
    expect(after.heldOut.targetOffsets.length).toBe(before.heldOut.targetOffsets.length);
    // The earlier training used the first 8 interactions of a measured user.
    const targets = [...after.heldOut.targets].map((item) => Number(after.heldOut.items[item]!.slice(1)));
    expect(Math.min(...targets)).toBeGreaterThanOrEqual(8);
  });

  it('uses users with one interaction for training only', () => {
    const { train, heldOut } = splitHoldOut(prepareRows(rowsOf(50, 1)));
    expect(heldOut.targets.length).toBe(0);
    expect(interactionsOf(train)).toBe(50);
  });
});
