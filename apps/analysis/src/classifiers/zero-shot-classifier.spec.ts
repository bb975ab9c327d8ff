import { ZeroShotClassifier } from './zero-shot-classifier.js';

const embed = (texts: readonly string[]) =>
  Promise.resolve(texts.map((text) => (text.includes('bill pay') ? Float32Array.of(1, 0) : Float32Array.of(0, 1))));

describe('ZeroShotClassifier', () => {
  it('chooses the label whose vector is nearest and returns it unchanged', async () => {
    const classifier = await ZeroShotClassifier.of(['bill_pay', 'delivery'], embed);
    const { label, confidence, scores } = classifier.classify(Float32Array.of(0.9, 0.1));
    expect(label).toBe('bill_pay');
    expect(confidence).toBeGreaterThan(0.9);
    expect(scores.map((score) => score.label)).toEqual(['bill_pay', 'delivery']);
  });

  it('gives both labels the same confidence half way between them', async () => {
    const classifier = await ZeroShotClassifier.of(['bill_pay', 'delivery'], embed);
    expect(classifier.classify(Float32Array.of(0.7, 0.7)).confidence).toBeCloseTo(0.5, 5);
  });
});
