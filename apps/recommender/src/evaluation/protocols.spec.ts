import { seededRandom } from '@llmos/learning';
import { prepareRows } from '../training/training-set.js';
import { historyOf, splitFull, splitNcf, targetsOf } from './protocols.js';

const set = prepareRows(
  Array.from({ length: 200 }, (_, user) =>
    Array.from({ length: 10 }, (_, at) => ({ user: `u${user}`, item: `i${(user * 7 + at * 13) % 300}`, at })),
  ).flat(),
);

describe('splitNcf', () => {
  const { train, heldOut, negatives } = splitNcf(set, seededRandom(1));

  it('holds out the newest item of each user', () => {
    expect(heldOut.targets.length).toBe(200);
    expect(train.itemsOf.length).toBe(200 * 9);
    expect(set.items[targetsOf(heldOut, 3)[0]!]).toBe(`i${(3 * 7 + 9 * 13) % 300}`);
  });

  it('draws 99 different items that are new to the user', () => {
    negatives!.forEach((drawn, user) => {
      expect(new Set(drawn).size).toBe(99);
      const own = new Set([...historyOf(heldOut, user), ...targetsOf(heldOut, user)]);
      expect([...drawn].some((item) => own.has(item))).toBe(false);
    });
  });

  it('draws all items if there are fewer', () => {
    const few = prepareRows(
      [0, 1, 2].flatMap((at) => ['ann', 'bob'].map((user) => ({ user, item: `${user}${at}`, at }))),
    );
    expect(splitNcf(few, seededRandom(1)).negatives!.map((drawn) => drawn.length)).toEqual([3, 3]);
  });
});

describe('splitFull', () => {
  const { train, heldOut } = splitFull(set, seededRandom(1));

  it('holds out a fifth of the users and uses 80 % of the items of each as history', () => {
    expect(heldOut.targetOffsets.length - 1).toBe(40);
    expect(train.itemsOf.length).toBe(160 * 10);
    expect(heldOut.history.length + heldOut.targets.length).toBe(400);
    expect(heldOut.targets.length).toBe(80);
  });

  it('gives the same split for the same seed and a different one for another seed', () => {
    expect(splitFull(set, seededRandom(1)).heldOut).toEqual(heldOut);
    expect(splitFull(set, seededRandom(2)).heldOut).not.toEqual(heldOut);
  });
});
