import type { PairBatch } from '@llmos/models';
import { inlineTeacher } from '../../test/fixtures/inline-teacher.js';
import type { TunableBody } from '../ports/tunable-body.port.js';
import { FineTuner, type ReadExample } from './fine-tuner.js';
import { freshUpdate, storedUpdate, updateOf, type UpdateLayout } from './update-layout.js';

const LAYOUT: UpdateLayout = { rank: 1, matrices: [[32, 32]] };

const LOUDNESS = 0.002;

const sumOf = (part: Float32Array): number => part.reduce((total, value) => total + value, 0);
/** The two factors of a product that says how loud what matters of a text is. */
const factorsOf = (update: Float32Array) => [sumOf(update.subarray(0, 32)), sumOf(update.subarray(32))] as const;

/** A text is numbers, of which the first matters; the frozen one hardly hears it among the others. */
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

class ToyBody implements TunableBody {
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

/** Any update makes it forget what texts say. */
class SpoilingBody extends ToyBody {
  override embed(texts: readonly string[]) {
    return Promise.resolve(texts.map((text) => Float32Array.of(Math.sin(text.length), Math.cos(text.length), 0, 0)));
  }
}

const plainVector = (label: string): Float32Array => Float32Array.of(label === 'up' ? 1 : -1, 0, 0, 0);

/** `share` of a text's number says its label. */
function examplesOf(share: number): ReadExample[] {
  const frozen = new Float32Array(64);
  return Array.from({ length: 24 }, (_, at) => {
    const [label, matter] = at % 2 === 0 ? (['up', 1] as const) : (['down', -1] as const);
    const noise = [Math.sin(7 * at), Math.cos(11 * at), Math.sin(5 * at + 1)];
    const text = [share * matter, ...noise].join(' ');
    return { label, text, vector: vectorOf(text, frozen) };
  });
}

const tunerOf = (body: TunableBody) => new FineTuner(body, inlineTeacher, () => Promise.resolve(LAYOUT));

describe('fine-tuning the encoder', () => {
  it('is done where it makes the labels of unseen examples plainer, and is stored with the classifier', async () => {
    const body = new ToyBody();
    const progress: number[] = [];
    const tuned = await tunerOf(body).tune(examplesOf(1), { onProgress: (done, total) => progress.push(done / total) });
    expect(tuned?.accuracy).toBeGreaterThan(0.9);
    const { classifier } = tuned!;
    for (const { label, text } of examplesOf(1))
      expect(classifier.classify(vectorOf(text, classifier.update!)).label).toBe(label);
    expect(progress.at(-1)).toBe(1);
    expect(body.closed).toBe(1);
  });

  it('is left undone where it does harm', async () => {
    const body = new SpoilingBody();
    const plain = examplesOf(1).map((example) => ({ ...example, vector: plainVector(example.label) }));
    expect(await tunerOf(body).tune(plain)).toBeUndefined();
    expect(body.closed).toBe(1);
  });

  it('stops between two steps when nobody waits any longer', async () => {
    const body = new ToyBody();
    const leaving = new AbortController();
    const onProgress = (done: number) => {
      if (done === 3) leaving.abort(new Error('gone'));
    };
    await expect(tunerOf(body).tune(examplesOf(1), { signal: leaving.signal, onProgress })).rejects.toThrow('gone');
    expect(body).toMatchObject({ steps: 3, closed: 1 });
  });
});

describe('an update', () => {
  it('changes nothing while it is fresh, and hardly anything by being stored', () => {
    let state = 1;
    const update = freshUpdate(LAYOUT, () => (state = (state * 16_807) % 2_147_483_647) / 2_147_483_647);
    expect(update.subarray(32).every((value) => value === 0)).toBe(true);
    expect(update.subarray(0, 32).some((value) => value !== 0)).toBe(true);
    const read = updateOf(storedUpdate(update));
    update.forEach((value, at) => expect(read[at]).toBeCloseTo(value, 2));
    expect(() => updateOf({ codes: new Int8Array(64), scales: new Float32Array(2) })).toThrow(RangeError);
  });
});
