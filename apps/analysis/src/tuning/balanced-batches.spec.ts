import { seededRandom } from '@llmos/learning';
import fc from 'fast-check';
import { BalancedBatches, pairTargets } from './balanced-batches.js';

const labelled = (labels: number, each: number) =>
  Array.from({ length: labels * each }, (_, at) => `label ${at % labels}`);

describe('BalancedBatches', () => {
  it('contain every label equally often and, over time, every example', () => {
    const labels = labelled(3, 9);
    const batches = new BalancedBatches(labels, seededRandom(1));
    const drawn = Array.from({ length: 12 }, () => batches.next());
    for (const batch of drawn) {
      const counts = new Map<string, number>();
      for (const at of batch) counts.set(labels[at]!, (counts.get(labels[at]!) ?? 0) + 1);
      expect(new Set(counts.values())).toEqual(new Set([5]));
    }
    expect(new Set(drawn.flat()).size).toBe(labels.length);
  });

  it('cover many labels in a few batches', () => {
    const labels = labelled(40, 8);
    const batches = new BalancedBatches(labels, seededRandom(1));
    const drawn = Array.from({ length: 5 }, () => batches.next());
    expect(drawn.every((batch) => batch.length === 16)).toBe(true);
    expect(new Set(drawn.flat().map((at) => labels[at])).size).toBe(40);
  });
});

describe('pairTargets', () => {
  it('weighs pairs of one label and pairs of two labels half each, and a text with itself not at all', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 12 }), (some) => {
        const labels = ['a', 'a', 'b', ...some];
        const { same, weight } = pairTargets(labels);
        const total = (wanted: number) => weight.reduce((sum, one, at) => sum + (same[at] === wanted ? one : 0), 0);
        expect(total(1)).toBeCloseTo(0.5, 5);
        expect(total(0)).toBeCloseTo(0.5, 5);
        labels.forEach((_, at) => expect(weight[at * (labels.length + 1)]).toBe(0));
      }),
    );
  });
});
