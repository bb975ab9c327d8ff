import { newRunId, runBeganAtMs } from '@llmos/contracts';
import { analyze } from '@llmos/contracts/capabilities/analysis';
import { MemoryRecords } from '@llmos/registry';
import { waitFor } from '@llmos/testing';
import { inlineTrainer } from '../test/fixtures/inline-trainer.js';
import { memoryClassifiers } from '../test/fixtures/memory-classifiers.js';
import { wordSentiment } from '../test/fixtures/word-sentiment.js';
import { AnalysisService } from './analysis.service.js';
import { ClassifierLearner } from './classifiers/classifier-learner.js';
import type { ClassifierRegistryOptions } from './classifiers/classifier-registry.js';
import { ClassifierTrainer } from './classifiers/classifier-trainer.js';
import { TopicClassifiers } from './classifiers/topic-classifiers.js';

/** Counts of letters: texts with the same words have similar vectors. */
function letterVector(text: string): Float32Array {
  const vector = new Float32Array(26);
  for (const letter of text.toLowerCase()) {
    const at = letter.charCodeAt(0) - 97;
    if (at >= 0 && at < 26) vector[at]! += 1;
  }
  const length = Math.hypot(...vector) || 1;
  return vector.map((value) => value / length);
}

const encoder = {
  model: 'letters',
  start: () => Promise.resolve(),
  close: () => Promise.resolve(),
  embed: (texts: readonly string[]) => Promise.resolve(texts.map(letterVector)),
  encode: (texts: readonly string[]) =>
    Promise.resolve(
      texts.map((text) => ({
        vector: letterVector(text),
        tokens: { states: letterVector(text), ids: [0], spans: [{ start: 0, end: text.length }] },
      })),
    ),
};

async function replica(options: Partial<ClassifierRegistryOptions> = {}) {
  const classifiers = await memoryClassifiers(options);
  const missing = () => Promise.reject(new Error('not needed'));
  const topics = new TopicClassifiers(encoder, classifiers, { embed: missing, close: () => Promise.resolve() });
  const learner = new ClassifierLearner({
    encoder,
    trainer: inlineTrainer,
    tuner: { tune: () => Promise.resolve(undefined) },
    onNotFineTuned: () => undefined,
  });
  return {
    learner,
    classifiers,
    trainer: new ClassifierTrainer(learner, classifiers),
    topics,
    service: new AnalysisService({ encoder, sentiment: wordSentiment(), topics, loadHeads: missing }),
  };
}

const examples = Array.from({ length: 8 }, (_, at) => [
  { text: `zzz zebra zoo ${'z'.repeat(at + 1)}`, label: 'animals' },
  { text: `pay apply happy ${'p'.repeat(at + 1)}`, label: 'money' },
]).flat();

const task = (run = newRunId()) => ({ tenant: 'acme', run });

describe('the analysis service', () => {
  it('rejects calls with MODEL_LOADING until it is loaded', async () => {
    const { service } = await replica();
    const analysis = service.analyze(analyze.input.parse({ texts: ['Hello there'] }), { tenant: 'acme' });
    await expect(analysis).rejects.toMatchObject({ code: 'MODEL_LOADING' });
  });

  it('trains a classifier on examples and provides it on every replica, for its tenant alone', async () => {
    const records = new MemoryRecords();
    const [one, other] = [await replica({ records }), await replica({ records })];
    const trained = await one.trainer.train({ name: 'tickets', examples }, task());
    expect(trained).toMatchObject({ name: 'tickets', labels: ['animals', 'money'], examples: 16 });
    expect(trained.accuracy).toBeGreaterThan(0.9);
    const classifier = await other.topics.find({ classifier: 'tickets' }, 'acme');
    const text = { windows: [], vector: () => Promise.resolve(letterVector('zoo of zzz')) };
    expect((await classifier.classify(text)).label).toBe('animals');
    await expect(other.topics.find({ classifier: 'tickets' }, 'other')).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
  });

  it.each([
    [{}, 'labels'],
    [{ labels: ['a', 'a'] }, 'labels'],
    [{ labels: ['a', 'b'], classifier: 'x' }, 'classifier'],
  ])('rejects the choice %j', async (choice, field) => {
    const { topics } = await replica();
    await expect(topics.find(choice, 'acme')).rejects.toMatchObject({ code: 'INVALID_ARGUMENT', field });
  });

  it('discards a classifier when its tenant was shredded during the training', async () => {
    const before = newRunId();
    const shredded = (tenant: string, ms: number) => tenant === 'acme' && ms <= runBeganAtMs(before);
    const { topics, trainer } = await replica({ atRest: { shreddedSince: shredded } });
    await expect(trainer.train({ name: 'gone', examples }, task(before))).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(topics.find({ classifier: 'gone' }, 'acme')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await waitFor('the next millisecond', () => runBeganAtMs(newRunId()) > runBeganAtMs(before));
    await trainer.train({ name: 'gone', examples }, task());
    expect((await topics.find({ classifier: 'gone' }, 'acme')).model).toBe('gone');
  });

  it('does not train again if a run is delivered again', async () => {
    const { learner, classifiers } = await replica();
    let trainings = 0;
    const learn = (...input: Parameters<typeof learner.learn>) => {
      trainings++;
      return learner.learn(...input);
    };
    const trainer = new ClassifierTrainer({ learn }, classifiers);
    const run = newRunId();
    const report = await trainer.train({ name: 'tickets', examples }, task(run));
    expect(report.version).toBe(run);
    expect(await trainer.train({ name: 'tickets', examples }, task(run))).toEqual(report);
    await trainer.train({ name: 'tickets', examples }, task());
    expect(trainings).toBe(2);
  });

  it('rejects too few examples and stores nothing', async () => {
    const { trainer, topics } = await replica();
    const few = trainer.train({ name: 'few', examples: examples.slice(0, 6) }, task());
    await expect(few).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    await expect(topics.find({ classifier: 'few' }, 'acme')).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});
