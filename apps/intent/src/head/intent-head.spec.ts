import { toyHead } from '../../test/toy-head.js';
import { IntentHead, logSoftmax, outOfScopeScore } from './intent-head.js';

describe('IntentHead', () => {
  const head = new IntentHead(toyHead());

  it('computes the probabilities of the documented formulas', () => {
    const { probabilities } = head.classify(Float32Array.of(1, 0), 'arrived');
    const radial = logSoftmax(Float64Array.of(1 / 0.25, Math.exp(-2) / 0.25));
    const lexical = logSoftmax(Float64Array.of(2, -2));
    const odds = radial[0]! - radial[1]! + 0.5 * (lexical[0]! - lexical[1]!);
    expect(probabilities[0]).toBeCloseTo(1 / (1 + Math.exp(-odds)), 9);
    expect(probabilities[0]! + probabilities[1]!).toBeCloseTo(1, 12);
  });

  it('decides by words when the embedding lies between two intents', () => {
    const between = Float32Array.of(Math.SQRT1_2, Math.SQRT1_2);
    expect(head.classify(between, 'lost it').probabilities[1]).toBeGreaterThan(0.8);
    expect(head.classify(between, 'something else').probabilities[1]).toBeCloseTo(0.5, 6);
  });

  it('scores a vector far from every centroid as out of scope', () => {
    const wide = new IntentHead(
      toyHead({
        radial: { ...toyHead().radial, centroids: Float32Array.of(1, 0, 1, 0, 1, 0), weights: new Float32Array(6) },
      }),
    );
    expect(wide.classify(Float32Array.of(1, 0), '').outOfScopeScore).toBeLessThan(0.01);
    expect(wide.classify(Float32Array.of(-1, 0), '').outOfScopeScore).toBeGreaterThan(0.99);
  });
});

describe('outOfScopeScore', () => {
  it('is one half at the threshold and falls as similarity rises', () => {
    const scope = { threshold: 0.6, scale: 0.03 };
    expect(outOfScopeScore(0.6, scope)).toBe(0.5);
    const scores = [-1, 0, 0.5, 0.6, 0.7, 1].map((similarity) => outOfScopeScore(similarity, scope));
    expect(scores).toEqual([...scores].sort((a, b) => b - a));
  });
});
