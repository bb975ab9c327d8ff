import fc from 'fast-check';
import { FewShotClassifier, trainFewShot, type LabelledVector } from './few-shot-classifier.js';

/** Deterministic points around the direction of their label. */
function cloud(label: string, axis: number, count: number): LabelledVector[] {
  return Array.from({ length: count }, (_, at) => {
    const vector = Float32Array.from({ length: 6 }, (_, d) => (d === axis ? 1 : 0.4 * Math.sin(7 * at + 3 * d + axis)));
    const length = Math.hypot(...vector);
    return { label, vector: vector.map((value) => value / length) };
  });
}
const examples = [...cloud('billing', 0, 8), ...cloud('delivery', 1, 9), ...cloud('returns', 2, 10)];

const formatOf = (classifier: FewShotClassifier): unknown =>
  (JSON.parse(classifier.serialise()) as { format: unknown }).format;

describe('FewShotClassifier', () => {
  it('learns from 8 examples per label and reports its accuracy', () => {
    const { classifier, accuracy } = trainFewShot(examples);
    expect(classifier.labels).toEqual(['billing', 'delivery', 'returns']);
    expect(accuracy).toBeGreaterThan(0.9);
    for (const { label, vector } of examples) expect(classifier.classify(vector).label).toBe(label);
  });

  it('is the same after every training, and after it was serialised', () => {
    const [one, other] = [trainFewShot(examples).classifier, trainFewShot(examples).classifier];
    expect(one.serialise()).toEqual(other.serialise());
    const read = FewShotClassifier.parse(one.serialise());
    for (const { vector } of examples)
      expect(read.classify(vector).confidence).toBeCloseTo(one.classify(vector).confidence, 3);
  });

  it('stores its encoder update in format 2; a classifier without an update keeps format 1', () => {
    const { classifier } = trainFewShot(examples);
    const update = { codes: Int8Array.from({ length: 128 }, (_, at) => at - 64), scales: Float32Array.of(0.5, 0.25) };
    const tuned = FewShotClassifier.parse(classifier.withUpdate(update, 3).serialise());
    expect(tuned.update?.[0]).toBe(-32);
    expect(tuned.update?.[127]).toBe(15.75);
    expect(formatOf(tuned)).toBe('llmos-few-shot/2');
    const frozen = FewShotClassifier.parse(classifier.serialise());
    expect(frozen.update).toBeUndefined();
    expect(formatOf(frozen)).toBe('llmos-few-shot/1');
  });

  it('returns probabilities that sum to 1, best first', () => {
    const { classifier } = trainFewShot(examples, { labelVectors: new Map([['billing', examples[0]!.vector]]) });
    fc.assert(
      fc.property(fc.array(fc.float({ min: -1, max: 1, noNaN: true }), { minLength: 6, maxLength: 6 }), (numbers) => {
        const { label, scores } = classifier.classify(Float32Array.from(numbers));
        expect(scores.reduce((sum, { confidence }) => sum + confidence, 0)).toBeCloseTo(1, 6);
        expect(scores[0]?.label).toBe(label);
      }),
    );
  });

  it('names the label that has too few examples', () => {
    const few = [...cloud('billing', 0, 8), ...cloud('delivery', 1, 7)];
    expect(() => trainFewShot(few)).toThrow(/'delivery' has 7 examples/);
    expect(() => trainFewShot(cloud('billing', 0, 8))).toThrow(/at least 2 labels/);
  });

  it('rejects text that is not a stored classifier, and vectors of another encoder', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        expect(() => FewShotClassifier.parse(text)).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }));
      }),
    );
    expect(() => trainFewShot(examples).classifier.classify(new Float32Array(5))).toThrow(/vectors of 6 numbers/);
  });

  it('stops training when the signal aborts', () => {
    expect(() => trainFewShot(examples, { signal: AbortSignal.abort(new Error('gone')) })).toThrow('gone');
  });
});
