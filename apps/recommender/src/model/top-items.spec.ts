import fc from 'fast-check';
import { topItems } from './top-items.js';

describe('topItems', () => {
  it('equals the start of a full sort', () => {
    const scores = fc.array(fc.float({ noNaN: true, noDefaultInfinity: true }), { maxLength: 60 });
    fc.assert(
      fc.property(scores, fc.integer({ min: 0, max: 20 }), (values, count) => {
        const all = Float32Array.from(values);
        const even = (place: number) => place % 2 === 0;
        const sorted = [...all.keys()].filter(even).sort((a, b) => all[b]! - all[a]!);
        const top = topItems(all, count, even);
        expect(top.map((place) => all[place])).toEqual(sorted.slice(0, count).map((place) => all[place]));
        expect(new Set(top).size).toBe(top.length);
      }),
    );
  });

  it('skips NaN', () => {
    expect(topItems(Float32Array.of(NaN, 1, NaN), 3, () => true)).toEqual([1]);
  });
});
