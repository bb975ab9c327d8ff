import { seededRandom } from '@llmos/learning';
import fc from 'fast-check';
import { BalancedBatches, pairTargets } from './balanced-batches.js';

const labelled = (labels: number, each: number) =>
  Array.from({ length: labels * each }, (_, at) => `label ${at % labels}`);

describe('batches of examples', () => {
  it('have every label alike often, and leave nothing out', () => {
    const labels = labelled(3, 9);
    const deck = new BalancedBatches(labels, seededRandom(1));
    const dealt = Array.from({ length: 12 }, () => deck.deal());
    for (const batch of dealt) {
      const counts = new Map<string, number>();
      for (const at of batch) counts.set(labels[at]!, (counts.get(labels[at]!) ?? 0) + 1);
      expect(new Set(counts.values())).toEqual(new Set([5]));
    }
    expect(new Set(dealt.flat()).size).toBe(labels.length);
  });

  it('take turns over the labels when there are many', () => {
    const labels = labelled(40, 8);
    const deck = new BalancedBatches(labels, seededRandom(1));
    const dealt = Array.from({ length: 5 }, () => deck.deal());
    expect(dealt.every((batch) => batch.length === 16)).toBe(true);
    expect(new Set(dealt.flat().map((at) => labels[at])).size).toBe(40);
  });
});

describe('pairs', () => {
  it('of one label and of two count half each, a text with itself nothing', () => {
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
