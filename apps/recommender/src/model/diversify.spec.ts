import { diversify } from './diversify.js';

/** Places 0 to 2 are similar to each other; 3 is different from all. */
const similarities = (place: number) => (other: number) => (place < 3 && other < 3 ? 1 : 0);
const scores = Float32Array.of(1, 0.9, 0.8, 0.5);

describe('diversify', () => {
  it('moves an item that differs from the first forward', () => {
    expect(diversify([0, 1, 2, 3], scores, { limit: 3, diversity: 0.5, similarities })).toEqual([0, 3, 1]);
  });

  it('keeps the order of the scores without diversity', () => {
    expect(diversify([0, 1, 2, 3], scores, { limit: 4, diversity: 0, similarities })).toEqual([0, 1, 2, 3]);
  });

  it('returns fewer items if there are fewer', () => {
    expect(diversify([], scores, { limit: 3, diversity: 1, similarities })).toEqual([]);
  });
});
