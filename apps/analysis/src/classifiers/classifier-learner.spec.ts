import { inlineTeacher } from '../../test/fixtures/inline-teacher.js';
import { trainFewShot } from '../classification/few-shot-classifier.js';
import type { FineTuner, FineTunedClassifier } from '../tuning/fine-tuner.js';
import { ClassifierLearner } from './classifier-learner.js';

/** Texts are numbers; the vectors of `clear` ones tell their labels, those of others tell nothing. */
const vectorOf = (text: string): Float32Array => {
  const angle = text.startsWith('clear') ? Number(text.at(-1)) * 1.5 : text.length * 2.4;
  return Float32Array.of(Math.cos(angle), Math.sin(angle));
};
const encoder = { embed: (texts: readonly string[]) => Promise.resolve(texts.map(vectorOf)) };
const examplesOf = (kind: string, each = 8) =>
  Array.from({ length: 2 * each }, (_, at) => ({ label: `${at % 2}`, text: `${kind}${'.'.repeat(at)}${at % 2}` }));

const dull = examplesOf('dull');
const tuned: FineTunedClassifier = {
  classifier: trainFewShot(dull.map(({ label, text }) => ({ label, vector: vectorOf(text) }))).classifier,
  accuracy: 0.99,
};

function learnerWith(tune: FineTuner['tune'], patienceMs?: number) {
  const reasons: unknown[] = [];
  const onNotFineTuned = (reason: unknown) => reasons.push(reason);
  const parts = { encoder, teacher: inlineTeacher, tuner: { tune }, onNotFineTuned, patienceMs };
  return { learner: new ClassifierLearner(parts), reasons };
}

describe('learning a classifier', () => {
  it('fine-tunes the encoder where the frozen one is often wrong, and says how far it is', async () => {
    const { learner } = learnerWith((examples, options) => {
      expect(examples[3]).toEqual({ ...dull[3], vector: vectorOf(dull[3]!.text) });
      options?.onProgress?.(1, 2);
      return Promise.resolve(tuned);
    });
    const said: unknown[] = [];
    expect(await learner.learn(dull, ['0', '1'], { emit: (progress) => said.push(progress) })).toBe(tuned);
    expect(said).toEqual([{ stage: 'fine-tuning the encoder', done: 1, total: 2 }]);
  });

  it.each([
    ['the frozen encoder is right enough', examplesOf('clear')],
    ['there are many examples', examplesOf('dull', 300)],
  ])('does not when %s', async (_, examples) => {
    const { learner } = learnerWith(() => Promise.reject(new Error('not to be asked')));
    const { classifier } = await learner.learn(examples, ['0', '1'], {});
    expect(classifier.update).toBeUndefined();
  });

  it('gives a classifier all the same when fine-tuning fails, and tells why', async () => {
    const broken = new Error('no memory');
    const { learner, reasons } = learnerWith(() => Promise.reject(broken));
    const { classifier } = await learner.learn(dull, ['0', '1'], {});
    expect(classifier.update).toBeUndefined();
    expect(reasons).toEqual([broken]);
  });

  it('does not let a busy machine cost the caller a classifier', async () => {
    const endless: FineTuner['tune'] = (_, options) =>
      new Promise((__, reject) => {
        options?.signal?.addEventListener('abort', () => reject(options.signal?.reason as Error));
      });
    const { learner, reasons } = learnerWith(endless, 1);
    const { classifier } = await learner.learn(dull, ['0', '1'], {});
    expect(classifier.update).toBeUndefined();
    expect(reasons).toEqual([expect.objectContaining({ name: 'TimeoutError' })]);
  });

  it('gives nothing once nobody waits', async () => {
    const leaving = new AbortController();
    const { learner, reasons } = learnerWith((_, options) => {
      leaving.abort(new Error('gone'));
      options?.signal?.throwIfAborted();
      return Promise.resolve(undefined);
    });
    await expect(learner.learn(dull, ['0', '1'], { signal: leaving.signal })).rejects.toThrow('gone');
    expect(reasons).toEqual([]);
  });
});
