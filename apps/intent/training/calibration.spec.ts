import { accuracyOf, areaUnderRoc, calibrationErrorOf, quantileOf } from '@llmos/learning';
import { softmax } from '#src/head/intent-head.js';
import { fitScope, fitTemperature } from './calibration.ts';
import { fitCentroids } from './centroids.ts';

describe('fitTemperature', () => {
  it('brings the confidence to the share of right answers', () => {
    const scores = Array.from({ length: 100 }, () => Float64Array.of(5, 0));
    const labels = Int32Array.from({ length: 100 }, (_, at) => (at < 80 ? 0 : 1));
    const temperature = fitTemperature(scores, labels);
    expect(softmax(scores[0]!.map((score) => score / temperature))[0]).toBeCloseTo(0.8, 3);
  });
});

describe('fitScope', () => {
  it('puts the requested share below the threshold and scores the median at 0.02', () => {
    const similarities = Array.from({ length: 101 }, (_, at) => at / 100);
    const { threshold, scale } = fitScope(similarities, 0.05);
    expect(threshold).toBeCloseTo(0.05, 9);
    expect(1 / (1 + Math.exp((0.5 - threshold) / scale))).toBeCloseTo(0.02, 6);
  });
});

describe('The metrics of libs/learning', () => {
  it('count ties half in the area under the curve', () => {
    expect(areaUnderRoc([0.9, 0.8], [0.1, 0.2])).toBe(1);
    expect(areaUnderRoc([0.5], [0.5])).toBe(0.5);
    expect(areaUnderRoc([0.1, 0.9], [0.5])).toBe(0.5);
  });

  it('report overconfidence as calibration error', () => {
    const rows = Array.from({ length: 10 }, () => Float64Array.of(0.9, 0.1));
    expect(calibrationErrorOf(rows, new Int32Array(10))).toBeCloseTo(0.1, 9);
    expect(accuracyOf(rows, new Int32Array(10))).toBe(1);
  });

  it('interpolate quantiles', () => expect(quantileOf([3, 1, 2], 0.25)).toBe(1.5));
});

describe('fitCentroids', () => {
  it('finds the clusters of a class deterministically', () => {
    const vectors = [
      [1, 0],
      [0.98, 0.199],
      [0, 1],
      [0.199, 0.98],
    ].map((point) => Float32Array.from(point));
    const fit = () => fitCentroids(vectors, Int32Array.of(0, 0, 0, 0), 1, 2);
    const centroids = fit();
    expect(centroids).toEqual(fit());
    expect(centroids).toHaveLength(4);
    expect(Math.abs(centroids[0]! - centroids[2]!)).toBeGreaterThan(0.8);
  });
});
