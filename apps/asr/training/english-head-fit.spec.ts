import { seededRandom, standardNormal } from '@llmos/learning';
import { fitHead, type Example } from './english-head-fit.js';

/** The classes differ in the first value of the state and in the confidence; the second value is noise. */
function examplesOf(count: number): Example[] {
  const random = seededRandom(3);
  return Array.from({ length: count }, (_, i) => {
    const isEnglish = i % 3 !== 0;
    const state = Float32Array.of((isEnglish ? 1 : -1) + 0.5 * standardNormal(random), standardNormal(random));
    return { state, confidence: isEnglish ? 0.8 : 0.4, isEnglish };
  });
}

describe('fitHead', () => {
  it('separates the classes by what differs between them', () => {
    const { weights, confidenceWeight, bias } = fitHead(examplesOf(300));
    expect(Math.abs(weights[0] as number)).toBeGreaterThan(5 * Math.abs(weights[1] as number));
    expect(confidenceWeight).toBeLessThan(0);
    for (const { state, confidence, isEnglish } of examplesOf(60)) {
      const score = bias + confidenceWeight * Math.log(confidence) + (weights[0] as number) * (state[0] as number);
      expect(score > 0).toBe(!isEnglish);
    }
  });
});
