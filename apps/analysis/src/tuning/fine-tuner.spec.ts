import type { PairBatch } from '@llmos/models';
import { inlineTrainer } from '../../test/fixtures/inline-trainer.js';
import { FineTuner, type EmbeddedExample, type UpdatableEncoder } from './fine-tuner.js';
import { freshUpdate, storedUpdate, updateOf, type UpdateLayout } from './update-layout.js';

const LAYOUT: UpdateLayout = { rank: 1, matrices: [[32, 32]] };

const LOUDNESS = 0.002;

const sumOf = (part: Float32Array): number => part.reduce((total, value) => total + value, 0);
/** The product of the two factors amplifies the first number of a text. */
const factorsOf = (update: Float32Array) => [sumOf(update.subarray(0, 32)), sumOf(update.subarray(32))] as const;

/** A text is a list of numbers. Only the first depends on the label, and the frozen encoder almost ignores it. */
function vectorAt(text: string, product: number): Float32Array {
  const [matter = 0, ...noise] = text.split(' ').map(Number);
  const vector = Float32Array.of(matter * (LOUDNESS + 20 * product), ...noise);
  const length = Math.hypot(...vector);
  return vector.map((value) => value / length);
}

function vectorOf(text: string, update: Float32Array): Float32Array {
  const [down, up] = factorsOf(update);
  return vectorAt(text, down * up);
}

function lossAt({ texts, same, weight }: PairBatch, product: number): number {
  const vectors = texts.map((text) => vectorAt(text, product));
  return same.reduce((loss, wanted, at) => {
    const [a, b] = [vectors[Math.floor(at / texts.length)]!, vectors[at % texts.length]!];
    return loss + weight[at]! * (a.reduce((cosine, value, d) => cosine + value * b[d]!, 0) - wanted) ** 2;
  }, 0);
}

class ToyEncoder implements UpdatableEncoder {
  closed = 0;
  steps = 0;
  embed(texts: readonly string[], update: Float32Array) {
    return Promise.resolve(texts.map((text) => vectorOf(text, update)));
  }
  gradient(batch: PairBatch, signal?: AbortSignal) {
    signal?.throwIfAborted();
    this.steps++;
    const [down, up] = factorsOf(batch.update);
    const product = down * up;
    const slope = (lossAt(batch, product + 0.01) - lossAt(batch, product - 0.01)) / 0.02;
    const gradient = batch.update.map((_, at) => slope * (at < 32 ? up : down));
    return Promise.resolve({ loss: lossAt(batch, product), gradient });
  }
  close() {
    this.closed++;
    return Promise.resolve();
  }
}

/** Every update destroys the information about the label. */
class SpoilingEncoder extends ToyEncoder {
  override embed(texts: readonly string[]) {
    return Promise.resolve(texts.map((text) => Float32Array.of(Math.sin(text.length), Math.cos(text.length), 0, 0)));
  }
}

const plainVector = (label: string): Float32Array => Float32Array.of(label === 'up' ? 1 : -1, 0, 0, 0);

/** Texts whose first number is `share` for one label and `-share` for the other. */
function examplesOf(share: number): EmbeddedExample[] {
  const frozen = new Float32Array(64);
  return Array.from({ length: 24 }, (_, at) => {
    const [label, matter] = at % 2 === 0 ? (['up', 1] as const) : (['down', -1] as const);
    const noise = [Math.sin(7 * at), Math.cos(11 * at), Math.sin(5 * at + 1)];
    const text = [share * matter, ...noise].join(' ');
    return { label, text, vector: vectorOf(text, frozen) };
  });
}

const tunerOf = (encoder: UpdatableEncoder) => new FineTuner(encoder, inlineTrainer, () => Promise.resolve(LAYOUT));

describe('FineTuner', () => {
  it('fine-tunes the encoder when that separates the labels, and stores the update with the classifier', async () => {
    const encoder = new ToyEncoder();
    const progress: number[] = [];
    const tuned = await tunerOf(encoder).tune(examplesOf(1), {
      onProgress: (done, total) => progress.push(done / total),
    });
    expect(tuned?.accuracy).toBeGreaterThan(0.9);
    const { classifier } = tuned!;
    for (const { label, text } of examplesOf(1))
      expect(classifier.classify(vectorOf(text, classifier.update!)).label).toBe(label);
    expect(progress.at(-1)).toBe(1);
    expect(encoder.closed).toBe(1);
  });

  it('returns nothing when the fine-tuned encoder is clearly worse', async () => {
    const encoder = new SpoilingEncoder();
    const plain = examplesOf(1).map((example) => ({ ...example, vector: plainVector(example.label) }));
    expect(await tunerOf(encoder).tune(plain)).toBeUndefined();
    expect(encoder.closed).toBe(1);
  });

  it('stops between two steps when the signal aborts', async () => {
    const encoder = new ToyEncoder();
    const leaving = new AbortController();
    const onProgress = (done: number) => {
      if (done === 3) leaving.abort(new Error('gone'));
    };
    await expect(tunerOf(encoder).tune(examplesOf(1), { signal: leaving.signal, onProgress })).rejects.toThrow('gone');
    expect(encoder).toMatchObject({ steps: 3, closed: 1 });
  });
});

describe('an encoder update', () => {
  it('changes nothing before training and survives storing with a small rounding error', () => {
    let state = 1;
    const update = freshUpdate(LAYOUT, () => (state = (state * 16_807) % 2_147_483_647) / 2_147_483_647);
    expect(update.subarray(32).every((value) => value === 0)).toBe(true);
    expect(update.subarray(0, 32).some((value) => value !== 0)).toBe(true);
    const read = updateOf(storedUpdate(update));
    update.forEach((value, at) => expect(read[at]).toBeCloseTo(value, 2));
    expect(() => updateOf({ codes: new Int8Array(64), scales: new Float32Array(2) })).toThrow(RangeError);
  });
});
