import fc from 'fast-check';
import { decodeHistory, encodeHistory, mergeDeeds, type Deed } from './history.js';

const deed = fc.record({
  item: fc.string({ minLength: 1, maxLength: 8 }),
  event: fc.constantFrom('view', 'buy'),
  value: fc.double({ min: -10, max: 10, noNaN: true }).map((value) => value + 0),
  atMs: fc.integer({ min: -1_000, max: 1_000 }),
});
const deeds = fc.array(deed, { maxLength: 30 });

describe('mergeDeeds', () => {
  it('changes nothing when it is done again', () => {
    fc.assert(
      fc.property(deeds, deeds, fc.integer({ min: 1, max: 40 }), (before, added, limit) => {
        const { history } = mergeDeeds(mergeDeeds([], before, limit).history, added, limit);
        const again = mergeDeeds(history, added, limit);
        expect(again.history).toEqual(history);
        expect(again.outcomes).not.toContain('accepted');
      }),
    );
  });

  it('keeps the same of several of one time, however often it is done', () => {
    const at = (item: string, atMs: number): Deed => ({ item, event: 'view', value: 1, atMs });
    const added = ['a', 'b', 'c', 'd'].map((item) => at(item, 5));
    const { history } = mergeDeeds([at('old', 1)], added, 2);
    expect(history.map(({ item }) => item)).toEqual(['c', 'd']);
    expect(mergeDeeds(history, added, 2)).toMatchObject({
      history,
      outcomes: ['too_old', 'too_old', 'duplicate', 'duplicate'],
    });
    expect(mergeDeeds([at('z', 5)], added, 2).history.map(({ item }) => item)).toEqual(['z', 'd']);
  });

  it('keeps the newest, oldest first, and tells what became of each', () => {
    fc.assert(
      fc.property(deeds, fc.integer({ min: 1, max: 10 }), (added, limit) => {
        const { history, outcomes } = mergeDeeds([], added, limit);
        expect(history.length).toBeLessThanOrEqual(limit);
        expect(history.map(({ atMs }) => atMs)).toEqual(history.map(({ atMs }) => atMs).sort((a, b) => a - b));
        expect(outcomes.filter((outcome) => outcome === 'accepted')).toHaveLength(history.length);
        expect(outcomes).toHaveLength(added.length);
      }),
    );
  });

  it('takes another event or another time for another deed, another value not', () => {
    const one: Deed = { item: 'a', event: 'view', value: 1, atMs: 1 };
    const others = [
      { ...one, event: 'buy' },
      { ...one, atMs: 2 },
      { ...one, value: 2 },
      { ...one, item: 'b' },
    ];
    expect(mergeDeeds([one], others, 10).outcomes).toEqual(['accepted', 'accepted', 'duplicate', 'accepted']);
  });
});

describe('a stored history', () => {
  it('comes back as it was', () => {
    fc.assert(fc.property(deeds, (history) => expect(decodeHistory(encodeHistory('u', history))).toEqual(history)));
  });

  it('of foreign bytes is refused, never half read', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        expect(() => decodeHistory(bytes)).toThrow(expect.objectContaining({ code: 'INTERNAL' }));
      }),
    );
  });
});
