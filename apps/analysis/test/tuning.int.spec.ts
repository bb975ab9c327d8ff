import { pathToFileURL } from 'node:url';
import { baseConfig, loadConfig } from '@llmos/config';
import { newRunId } from '@llmos/contracts';
import { seededRandom, standardNormal } from '@llmos/learning';
import { CatalogEmbedder } from '@llmos/models';
import { CatalogTunableEncoder } from '../src/adapters/catalog-tunable-encoder.adapter.js';
import { WorkerFewShotTrainer } from '../src/adapters/worker-few-shot-trainer.adapter.js';
import { FewShotClassifier, trainFewShot } from '../src/classifiers/few-shot-classifier.js';
import { TopicClassifiers } from '../src/classifiers/topic-classifiers.js';
import { FineTuner } from '../src/tuning/fine-tuner.js';
import { pairTargets } from '../src/tuning/balanced-batches.js';
import { trainUpdate } from '../src/tuning/contrastive-training.js';
import { readTuningFiles } from '../src/tuning/tuning-files.js';
import { freshUpdate, storedUpdate, type UpdateLayout } from '../src/tuning/update-layout.js';
import { windowsOf } from '../src/text/windows.js';
import { memoryClassifiers } from './fixtures/memory-classifiers.js';

/** Promises and refusals about the same things. */
const THINGS = ['the refund', 'a new card', 'the repair', 'my order', 'a loan', 'the upgrade', 'a call', 'the visit'];
const promises = THINGS.map((thing) => ({ label: 'yes', text: `they agreed and will arrange ${thing}` }));
const refusals = THINGS.map((thing) => ({ label: 'no', text: `they declined and will not arrange ${thing}` }));
const examples = [...promises, ...refusals];
const unseen = [
  { label: 'yes', text: 'she was happy to accept and will organise the trip' },
  { label: 'no', text: 'she was sorry to reject it and will never organise the trip' },
  { label: 'yes', text: 'he said sure, the parcel will be sent' },
  { label: 'no', text: 'he said no, the parcel will not be sent' },
];

const { home, root, catalogPath } = loadConfig(baseConfig);
const place = { model: 'minilm', home, catalogPath };
const shared = new CatalogEmbedder({ ...place, workers: 1 });
const encoder = new CatalogTunableEncoder({ ...place, trains: true, maxTokens: 128 });
let layout: UpdateLayout;
/** Trained once: it takes many seconds. */
let trained: Promise<Float32Array> | undefined;
const trainedUpdate = () => (trained ??= trainUpdate(encoder, examples, { layout }));

beforeAll(async () => {
  ({ layout } = await readTuningFiles());
  await shared.start(() => undefined);
}, 120_000);
afterAll(() => Promise.all([shared.close(), encoder.close()]));

const dot = (a: Float32Array, b: Float32Array) => a.reduce((sum, value, at) => sum + value * b[at]!, 0);

/** An update that changes every matrix of the encoder a little. */
function someUpdate(seed: number): Float32Array {
  const random = seededRandom(seed);
  return freshUpdate(layout, random).map((value) => value + 0.01 * standardNormal(random));
}

describe('the encoder with an update', () => {
  // Which computes in whole numbers.
  it('is nearly the shared encoder before training', async () => {
    const texts = unseen.map(({ text }) => text);
    const tuned = await encoder.embed(texts, freshUpdate(layout, seededRandom(1)));
    (await shared.embed(texts)).forEach((vector, at) => expect(dot(vector, tuned[at]!)).toBeGreaterThan(0.98));
  }, 120_000);

  it('uses the update of each call, also for concurrent calls', async () => {
    const text = unseen[0]!.text;
    const [one, other] = [someUpdate(1), someUpdate(2)];
    const [alone] = await encoder.embed([text], one);
    const [[again], [foreign]] = await Promise.all([encoder.embed([text], one), encoder.embed([text], other)]);
    expect(again).toEqual(alone);
    expect(dot(alone!, foreign!)).toBeLessThan(0.999);
  }, 120_000);

  it('computes a gradient that equals finite differences of the loss, for texts of several lengths', async () => {
    const texts = [...unseen.map(({ text }) => text), 'no', 'yes, of course'];
    const targets = pairTargets(['yes', 'no', 'yes', 'no', 'no', 'yes']);
    const update = someUpdate(3);
    const lossAt = async (at: Float32Array) => (await encoder.gradient({ ...targets, texts, update: at })).loss;
    const { loss, gradient } = await encoder.gradient({ ...targets, texts, update });

    const vectors = await encoder.embed(texts, update);
    const summed = targets.same.reduce((sum, wanted, at) => {
      const cosine = dot(vectors[Math.floor(at / texts.length)]!, vectors[at % texts.length]!);
      return sum + targets.weight[at]! * (cosine - wanted) ** 2;
    }, 0);
    expect(loss).toBeCloseTo(summed, 5);

    let from = 0;
    for (const [rows, columns] of layout.matrices) {
      const to = from + layout.rank * (rows + columns);
      const slope = gradient.subarray(from, to);
      const steepness = Math.hypot(...slope);
      const tuned = (by: number) => {
        const point = update.slice();
        slope.forEach((value, at) => (point[from + at]! += (by * value) / steepness));
        return lossAt(point);
      };
      const differences = ((await tuned(0.02)) - (await tuned(-0.02))) / 0.04;
      expect(Math.abs(differences / steepness - 1)).toBeLessThan(0.05);
      from = to;
    }
    expect(from).toBe(update.length);
  }, 120_000);

  it('separates the labels of unseen texts after training on sixteen examples', async () => {
    const update = await trainedUpdate();
    const vectors = await encoder.embed(
      unseen.map(({ text }) => text),
      update,
    );
    const frozen = await shared.embed(unseen.map(({ text }) => text));
    const apart = ([a, b, c, d]: Float32Array[]) =>
      dot(a!, c!) + dot(b!, d!) - (dot(a!, b!) + dot(c!, d!) + dot(a!, d!) + dot(b!, c!)) / 2;
    expect(apart(vectors)).toBeGreaterThan(apart(frozen) + 0.3);
  }, 120_000);

  it('stops training when the signal aborts, and can be used again', async () => {
    const leaving = new AbortController();
    const tuner = new FineTuner(encoder, new WorkerFewShotTrainer(), () => Promise.resolve(layout));
    const vectors = await shared.embed(examples.map(({ text }) => text));
    const embedded = examples.map((example, at) => ({ ...example, vector: vectors[at]! }));
    const onProgress = (done: number) => {
      if (done === 2) leaving.abort(new Error('gone'));
    };
    await expect(tuner.tune(embedded, { signal: leaving.signal, onProgress })).rejects.toThrow('gone');
    expect(await encoder.embed(['hello'], someUpdate(1))).toHaveLength(1);
  }, 120_000);
});

describe('a classifier with its own encoder update', () => {
  it('is available to its tenant alone, beside a classifier of the shared encoder', async () => {
    const vectors = await shared.embed(examples.map(({ text }) => text));
    const frozen = trainFewShot(examples.map(({ label }, at) => ({ label, vector: vectors[at]! }))).classifier;
    const update = await trainedUpdate();
    const own = await encoder.embed(
      examples.map(({ text }) => text),
      update,
    );
    const tuned = trainFewShot(examples.map(({ label }, at) => ({ label, vector: own[at]! }))).classifier;
    const classifiers = await memoryClassifiers();
    const counts = { labels: ['no', 'yes'], examples: examples.length };
    const report = { name: 'answers', version: newRunId(), ...counts, accuracy: 1, seconds: 0 };
    await classifiers.add('acme', tuned.withUpdate(storedUpdate(update), 5), report);
    await classifiers.add('other', frozen, report);

    const used: number[] = [];
    const embed = (texts: readonly string[], how: Float32Array) => {
      used.push(texts.length);
      return encoder.embed(texts, how);
    };
    const topics = new TopicClassifiers(shared, classifiers, { embed, close: () => Promise.resolve() });
    const labelsFor = async (tenant: string) => {
      const classifier = await topics.find({ classifier: 'answers' }, tenant);
      const texts = unseen.map(({ text }) => ({
        windows: windowsOf(text),
        vector: async () => (await shared.embed([text]))[0]!,
      }));
      return Promise.all(texts.map(async (text) => (await classifier.classify(text)).label));
    };
    expect(await labelsFor('acme')).toEqual(unseen.map(({ label }) => label));
    expect(used).toEqual([1, 1, 1, 1]);
    await labelsFor('other');
    expect(used).toHaveLength(4);
    await expect(labelsFor('third')).rejects.toMatchObject({ code: 'NOT_FOUND' });
  }, 120_000);

  it('can be read in the format from before fine-tuning', () => {
    const vectors = examples.map(({ label }, at) => ({
      label,
      vector: Float32Array.of(label === 'yes' ? 1 : -1, Math.sin(at)),
    }));
    const stored = JSON.parse(trainFewShot(vectors).classifier.serialise()) as object;
    expect(Object.keys(stored).sort()).toEqual(['dimensions', 'format', 'labels', 'landmarks', 'scale', 'weights']);
    const read = FewShotClassifier.parse(JSON.stringify({ ...stored, format: 'llmos-few-shot/1' }));
    expect(read.classify(Float32Array.of(1, 0)).label).toBe('yes');
  });
});

describe('the graph files', () => {
  it('are rejected when one is missing', async () => {
    const folder = new URL(`${pathToFileURL(root).href}/deploy/`);
    await expect(readTuningFiles(folder)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });

  it('reject an update of another layout', async () => {
    const other = encoder.embed(['a'], new Float32Array(64));
    await expect(other).rejects.toMatchObject({ code: 'INVALID_ARGUMENT', field: 'classifier' });
  }, 120_000);
});
