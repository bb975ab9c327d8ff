import { areaUnderRoc } from '@llmos/learning';
import fc from 'fast-check';
import { recallAtFalseAlarms } from './detection-metrics.js';

describe('areaUnderRoc', () => {
  it('is 1 when every positive scores higher, 0 when lower, and 0.5 when all scores are equal', () => {
    expect(areaUnderRoc([0.9, 0.8], [0.1, 0.2])).toBe(1);
    expect(areaUnderRoc([0.1], [0.5, 0.6])).toBe(0);
    expect(areaUnderRoc([0.5, 0.5, 0.5], [0.5, 0.5])).toBe(0.5);
  });

  it('is the share of pairs in the right order, where a tie counts half', () => {
    const scores = fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(scores, scores, (positives, negatives) => {
        const pairs = positives.flatMap((p) => negatives.map((n) => (p > n ? 1 : p === n ? 0.5 : 0)));
        expect(areaUnderRoc(positives, negatives)).toBeCloseTo(
          pairs.reduce<number>((sum, pair) => sum + pair, 0) / pairs.length,
          10,
        );
      }),
    );
  });

  it('is NaN without positives or without negatives', () => {
    expect(areaUnderRoc([], [1])).toBeNaN();
    expect(areaUnderRoc([1], [])).toBeNaN();
  });
});

describe('recallAtFalseAlarms', () => {
  const negatives = Array.from({ length: 100 }, (_, index) => index / 100);

  it('allows five false alarms in a hundred negatives', () => {
    // The sixth highest negative is 0.94: only scores above it count.
    expect(recallAtFalseAlarms([0.94, 0.945, 0.99, 0.2], negatives, 0.05)).toBe(0.5);
  });

  it('allows no false alarm when all negatives have the same score', () => {
    expect(
      recallAtFalseAlarms(
        [0.5, 0.6],
        Array.from({ length: 20 }, () => 0.5),
        0.05,
      ),
    ).toBe(0.5);
  });
});
