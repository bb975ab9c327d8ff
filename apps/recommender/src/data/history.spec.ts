import fc from 'fast-check';
import { decodeHistory, encodeHistory, mergeInteractions, type StoredInteraction } from './history.js';

const interaction = fc.record({
  item: fc.string({ minLength: 1, maxLength: 8 }),
  event: fc.constantFrom('view', 'buy'),
  value: fc.double({ min: -10, max: 10, noNaN: true }).map((value) => value + 0),
  atMs: fc.integer({ min: -1_000, max: 1_000 }),
});
const interactions = fc.array(interaction, { maxLength: 30 });

describe('mergeInteractions', () => {
  it('is idempotent', () => {
    fc.assert(
      fc.property(interactions, interactions, fc.integer({ min: 1, max: 40 }), (before, added, limit) => {
        const { history } = mergeInteractions(mergeInteractions([], before, limit).history, added, limit);
        const again = mergeInteractions(history, added, limit);
        expect(again.history).toEqual(history);
        expect(again.outcomes).not.toContain('accepted');
      }),
    );
  });

  it('keeps the same interactions of one time after every repetition', () => {
    const at = (item: string, atMs: number): StoredInteraction => ({ item, event: 'view', value: 1, atMs });
    const added = ['a', 'b', 'c', 'd'].map((item) => at(item, 5));
    const { history } = mergeInteractions([at('old', 1)], added, 2);
    expect(history.map(({ item }) => item)).toEqual(['c', 'd']);
    expect(mergeInteractions(history, added, 2)).toMatchObject({
      history,
      outcomes: ['too_old', 'too_old', 'duplicate', 'duplicate'],
    });
    expect(mergeInteractions([at('z', 5)], added, 2).history.map(({ item }) => item)).toEqual(['z', 'd']);
  });

  it('keeps the newest interactions, oldest first, and returns the outcome of each', () => {
    fc.assert(
      fc.property(interactions, fc.integer({ min: 1, max: 10 }), (added, limit) => {
        const { history, outcomes } = mergeInteractions([], added, limit);
        expect(history.length).toBeLessThanOrEqual(limit);
        expect(history.map(({ atMs }) => atMs)).toEqual(history.map(({ atMs }) => atMs).sort((a, b) => a - b));
        expect(outcomes.filter((outcome) => outcome === 'accepted')).toHaveLength(history.length);
        expect(outcomes).toHaveLength(added.length);
      }),
    );
  });

  it('identifies an interaction by item, event and time, not by its value', () => {
    const one: StoredInteraction = { item: 'a', event: 'view', value: 1, atMs: 1 };
    const others = [
      { ...one, event: 'buy' },
      { ...one, atMs: 2 },
      { ...one, value: 2 },
      { ...one, item: 'b' },
    ];
    expect(mergeInteractions([one], others, 10).outcomes).toEqual(['accepted', 'accepted', 'duplicate', 'accepted']);
  });
});

describe('a stored history', () => {
  it('is decoded to what was encoded', () => {
    fc.assert(
      fc.property(interactions, (history) => expect(decodeHistory(encodeHistory('u', history))).toEqual(history)),
    );
  });

  it('is rejected if the bytes are not a history', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        expect(() => decodeHistory(bytes)).toThrow(expect.objectContaining({ code: 'INTERNAL' }));
      }),
    );
  });
});
