import { pathToFileURL } from 'node:url';
import { baseConfig, loadConfig } from '@llmos/config';
import { seededRandom, standardNormal } from '@llmos/learning';
import { CatalogEmbedder } from '@llmos/models';
import { CatalogTunableBody } from '../src/adapters/catalog-tunable-body.adapter.js';
import { WorkerFewShotTeacher } from '../src/adapters/worker-few-shot-teacher.adapter.js';
import { FewShotClassifier, trainFewShot } from '../src/classification/few-shot-classifier.js';
import { ClassifierShelf } from '../src/classifiers/classifier-shelf.js';
import { Topics } from '../src/topics.js';
import { FineTuner } from '../src/tuning/fine-tuner.js';
import { pairTargets } from '../src/tuning/balanced-batches.js';
import { trainUpdate } from '../src/tuning/contrastive-training.js';
import { readTuningFiles } from '../src/tuning/tuning-files.js';
import { freshUpdate, storedUpdate, type UpdateLayout } from '../src/tuning/update-layout.js';
import { windowsOf } from '../src/windows.js';
import { InMemoryClassifierStore } from './fixtures/in-memory-classifier.store.js';

/** Invented: what is promised and what is refused, about the same things. */
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
const body = new CatalogTunableBody({ ...place, learns: true, maxTokens: 128 });
let layout: UpdateLayout;

beforeAll(async () => {
  ({ layout } = await readTuningFiles());
  await shared.start(() => undefined);
}, 120_000);
afterAll(() => Promise.all([shared.close(), body.close()]));

const dot = (a: Float32Array, b: Float32Array) => a.reduce((sum, value, at) => sum + value * b[at]!, 0);

/** An update that changes the encoder a little, in every matrix. */
function someUpdate(seed: number): Float32Array {
  const random = seededRandom(seed);
  return freshUpdate(layout, random).map((value) => value + 0.01 * standardNormal(random));
}

describe('the encoder with an update', () => {
  it('is the shared one while its update is fresh', async () => {
    const texts = unseen.map(({ text }) => text);
    const tuned = await body.embed(texts, freshUpdate(layout, seededRandom(1)));
    (await shared.embed(texts)).forEach((vector, at) => expect(dot(vector, tuned[at]!)).toBeGreaterThan(0.9999));
  }, 60_000);

  it('gives each caller the vectors of its own update', async () => {
    const text = unseen[0]!.text;
    const [one, other] = [someUpdate(1), someUpdate(2)];
    const [alone] = await body.embed([text], one);
    const [[again], [foreign]] = await Promise.all([body.embed([text], one), body.embed([text], other)]);
    expect(again).toEqual(alone);
    expect(dot(alone!, foreign!)).toBeLessThan(0.999);
  }, 60_000);

  it('knows its gradient: as differences of the loss say, over texts of several lengths', async () => {
    const texts = [...unseen.map(({ text }) => text), 'no', 'yes, of course'];
    const targets = pairTargets(['yes', 'no', 'yes', 'no', 'no', 'yes']);
    const update = someUpdate(3);
    const lossAt = async (at: Float32Array) => (await body.gradient({ ...targets, texts, update: at })).loss;
    const { loss, gradient } = await body.gradient({ ...targets, texts, update });

    const vectors = await body.embed(texts, update);
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

  it('learns from sixteen examples what sets their labels apart', async () => {
    const update = await trainUpdate(body, examples, { layout });
    const vectors = await body.embed(
      unseen.map(({ text }) => text),
      update,
    );
    const frozen = await shared.embed(unseen.map(({ text }) => text));
    const apart = ([a, b, c, d]: Float32Array[]) =>
      dot(a!, c!) + dot(b!, d!) - (dot(a!, b!) + dot(c!, d!) + dot(a!, d!) + dot(b!, c!)) / 2;
    expect(apart(vectors)).toBeGreaterThan(apart(frozen) + 0.3);
  }, 120_000);

  it('stops learning when it is told to, and can be used again', async () => {
    const leaving = new AbortController();
    const tuner = new FineTuner(body, new WorkerFewShotTeacher(), () => Promise.resolve(layout));
    const vectors = await shared.embed(examples.map(({ text }) => text));
    const read = examples.map((example, at) => ({ ...example, vector: vectors[at]! }));
    const onProgress = (done: number) => {
      if (done === 2) leaving.abort(new Error('gone'));
    };
    await expect(tuner.tune(read, { signal: leaving.signal, onProgress })).rejects.toThrow('gone');
    expect(await body.embed(['hello'], someUpdate(1))).toHaveLength(1);
  }, 60_000);
});

describe('a classifier with a body of its own', () => {
  it('is its tenant’s alone, and stands beside one of the shared body', async () => {
    const vectors = await shared.embed(examples.map(({ text }) => text));
    const frozen = trainFewShot(examples.map(({ label }, at) => ({ label, vector: vectors[at]! }))).classifier;
    const update = await trainUpdate(body, examples, { layout });
    const own = await body.embed(
      examples.map(({ text }) => text),
      update,
    );
    const tuned = trainFewShot(examples.map(({ label }, at) => ({ label, vector: own[at]! }))).classifier;
    const shelf = new ClassifierShelf(new InMemoryClassifierStore());
    await shelf.start();
    await shelf.put({ tenant: 'acme', name: 'answers' }, tuned.withUpdate(storedUpdate(update), 5));
    await shelf.put({ tenant: 'other', name: 'answers' }, frozen);

    const used: number[] = [];
    const embed = (texts: readonly string[], how: Float32Array) => {
      used.push(texts.length);
      return body.embed(texts, how);
    };
    const topics = new Topics(shared, shelf, { embed, close: () => Promise.resolve() });
    const labelsFor = async (tenant: string) => {
      const judge = await topics.judgeFor({ classifier: 'answers' }, tenant);
      const judged = unseen.map(({ text }) => ({
        windows: windowsOf(text),
        vector: async () => (await shared.embed([text]))[0]!,
      }));
      return Promise.all(judged.map(async (text) => (await judge.judge(text)).label));
    };
    expect(await labelsFor('acme')).toEqual(unseen.map(({ label }) => label));
    expect(used).toEqual([1, 1, 1, 1]);
    await labelsFor('other');
    expect(used).toHaveLength(4);
    await expect(labelsFor('third')).rejects.toMatchObject({ code: 'NOT_FOUND' });
  }, 120_000);

  it('is read when it was stored before there was fine-tuning', () => {
    const vectors = examples.map(({ label }, at) => ({
      label,
      vector: Float32Array.of(label === 'yes' ? 1 : -1, Math.sin(at)),
    }));
    const stored = JSON.parse(Buffer.from(trainFewShot(vectors).classifier.serialise()).toString()) as object;
    expect(Object.keys(stored).sort()).toEqual(['dimensions', 'format', 'labels', 'landmarks', 'scale', 'weights']);
    const read = FewShotClassifier.parse(Buffer.from(JSON.stringify({ ...stored, format: 'llmos-few-shot/1' })));
    expect(read.classify(Float32Array.of(1, 0)).label).toBe('yes');
  });
});

describe('the files of the graphs', () => {
  it('are refused when one is missing', async () => {
    const folder = new URL(`${pathToFileURL(root).href}/deploy/`);
    await expect(readTuningFiles(folder)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });

  it('refuse an update that does not fit them', async () => {
    const other = body.embed(['a'], new Float32Array(64));
    await expect(other).rejects.toMatchObject({ code: 'INVALID_ARGUMENT', field: 'classifier' });
  }, 60_000);
});
