import { analyze } from '@llmos/contracts/capabilities/analysis';
import { InMemoryClassifierStore } from '../test/fixtures/in-memory-classifier.store.js';
import { inlineTeacher } from '../test/fixtures/inline-teacher.js';
import { wordFeelings } from '../test/fixtures/word-feelings.js';
import { AnalysisService } from './analysis.service.js';
import { ClassifierLearner } from './classifiers/classifier-learner.js';
import { ClassifierShelf } from './classifiers/classifier-shelf.js';
import { ClassifierTrainer } from './classifiers/classifier-trainer.js';
import { Topics } from './topics.js';

/** Vectors by the letters of a text: enough for texts that share their words to lie near each other. */
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

async function replica(store: InMemoryClassifierStore) {
  const shelf = new ClassifierShelf(store);
  await shelf.start();
  const missing = () => Promise.reject(new Error('not needed'));
  const topics = new Topics(encoder, shelf, { embed: missing, close: () => Promise.resolve() });
  const learner = new ClassifierLearner({
    encoder,
    teacher: inlineTeacher,
    tuner: { tune: () => Promise.resolve(undefined) },
    onNotFineTuned: () => undefined,
  });
  return {
    learner,
    shelf,
    trainer: new ClassifierTrainer(learner, shelf),
    topics,
    service: new AnalysisService({ encoder, feelings: wordFeelings(), topics, loadHeads: missing }),
  };
}

const examples = Array.from({ length: 8 }, (_, at) => [
  { text: `zzz zebra zoo ${'z'.repeat(at + 1)}`, label: 'animals' },
  { text: `pay apply happy ${'p'.repeat(at + 1)}`, label: 'money' },
]).flat();

describe('the service', () => {
  it('asks for patience until it is loaded', async () => {
    const { service } = await replica(new InMemoryClassifierStore());
    const asked = service.analyze(analyze.input.parse({ texts: ['Hello there'] }), { tenant: 'acme' });
    await expect(asked).rejects.toMatchObject({ code: 'MODEL_LOADING' });
  });

  it('learns from examples, and every replica has the classifier at once', async () => {
    const store = new InMemoryClassifierStore();
    const [one, other] = [await replica(store), await replica(store)];
    const trained = await one.trainer.train({ name: 'tickets', examples }, 'acme');
    expect(trained).toMatchObject({ name: 'tickets', labels: ['animals', 'money'], examples: 16 });
    expect(trained.accuracy).toBeGreaterThan(0.9);
    const judge = await other.topics.judgeFor({ classifier: 'tickets' }, 'acme');
    const judged = { windows: [], vector: () => Promise.resolve(letterVector('zoo of zzz')) };
    expect((await judge.judge(judged)).label).toBe('animals');
    await expect(other.topics.judgeFor({ classifier: 'tickets' }, 'other')).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
  });

  it.each([
    [{}, 'labels'],
    [{ labels: ['a', 'a'] }, 'labels'],
    [{ labels: ['a', 'b'], classifier: 'x' }, 'classifier'],
  ])('refuses the choice %j', async (choice, field) => {
    const { topics } = await replica(new InMemoryClassifierStore());
    await expect(topics.judgeFor(choice, 'acme')).rejects.toMatchObject({ code: 'INVALID_ARGUMENT', field });
  });

  it('keeps nothing of examples whose tenant was shredded while it learnt', async () => {
    const { topics, learner, shelf } = await replica(new InMemoryClassifierStore());
    const began = Date.now();
    const trainer = new ClassifierTrainer(learner, shelf, (tenant, ms) => tenant === 'acme' && ms <= began);
    await expect(trainer.train({ name: 'gone', examples }, 'acme', {}, began)).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
    await expect(topics.judgeFor({ classifier: 'gone' }, 'acme')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await trainer.train({ name: 'gone', examples }, 'acme', {}, began + 1);
    expect((await topics.judgeFor({ classifier: 'gone' }, 'acme')).model).toBe('gone');
  });

  it('refuses too few examples and keeps nothing', async () => {
    const { trainer, topics } = await replica(new InMemoryClassifierStore());
    const few = trainer.train({ name: 'few', examples: examples.slice(0, 6) }, 'acme');
    await expect(few).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    await expect(topics.judgeFor({ classifier: 'few' }, 'acme')).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});
