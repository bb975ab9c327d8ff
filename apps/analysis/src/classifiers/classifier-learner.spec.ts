import { inlineTrainer } from '../../test/fixtures/inline-trainer.js';
import type { FineTunedClassifier, FineTuner } from '../tuning/fine-tuner.js';
import { ClassifierLearner } from './classifier-learner.js';
import { trainFewShot } from './few-shot-classifier.js';

/** The vectors of `clear` texts separate the labels; the vectors of other texts do not. */
const vectorOf = (text: string): Float32Array => {
  const angle = text.startsWith('clear') ? Number(text.at(-1)) * 1.5 : text.length * 2.4;
  return Float32Array.of(Math.cos(angle), Math.sin(angle));
};
const encoder = { embed: (texts: readonly string[]) => Promise.resolve(texts.map(vectorOf)) };
const examplesOf = (kind: string, each = 8) =>
  Array.from({ length: 2 * each }, (_, at) => ({ label: `${at % 2}`, text: `${kind}${'.'.repeat(at)}${at % 2}` }));

const unclear = examplesOf('unclear');
const tuned: FineTunedClassifier = {
  classifier: trainFewShot(unclear.map(({ label, text }) => ({ label, vector: vectorOf(text) }))).classifier,
  accuracy: 0.99,
};

function learnerWith(tune: FineTuner['tune'], tuningTimeoutMs?: number) {
  const reasons: unknown[] = [];
  const onNotFineTuned = (reason: unknown) => reasons.push(reason);
  const parts = { encoder, trainer: inlineTrainer, tuner: { tune }, onNotFineTuned, tuningTimeoutMs };
  return { learner: new ClassifierLearner(parts), reasons };
}

describe('ClassifierLearner', () => {
  it('fine-tunes the encoder when the frozen one is often wrong, and emits progress', async () => {
    const { learner } = learnerWith((examples, options) => {
      expect(examples[3]).toEqual({ ...unclear[3], vector: vectorOf(unclear[3]!.text) });
      options?.onProgress?.(1, 2);
      return Promise.resolve(tuned);
    });
    const emitted: unknown[] = [];
    expect(await learner.learn(unclear, ['0', '1'], { emit: (progress) => emitted.push(progress) })).toBe(tuned);
    expect(emitted).toEqual([{ stage: 'fine-tuning the encoder', done: 1, total: 2 }]);
  });

  it.each([
    ['the frozen encoder is accurate enough', examplesOf('clear')],
    ['there are many examples', examplesOf('unclear', 300)],
  ])('does not fine-tune when %s', async (_, examples) => {
    const { learner } = learnerWith(() => Promise.reject(new Error('must not be called')));
    const { classifier } = await learner.learn(examples, ['0', '1'], {});
    expect(classifier.update).toBeUndefined();
  });

  it('returns the classifier of the frozen encoder when fine-tuning fails, and reports the reason', async () => {
    const broken = new Error('no memory');
    const { learner, reasons } = learnerWith(() => Promise.reject(broken));
    const { classifier } = await learner.learn(unclear, ['0', '1'], {});
    expect(classifier.update).toBeUndefined();
    expect(reasons).toEqual([broken]);
  });

  it('returns the classifier of the frozen encoder when fine-tuning exceeds its timeout', async () => {
    const endless: FineTuner['tune'] = (_, options) =>
      new Promise((__, reject) => {
        options?.signal?.addEventListener('abort', () => reject(options.signal?.reason as Error));
      });
    const { learner, reasons } = learnerWith(endless, 1);
    const { classifier } = await learner.learn(unclear, ['0', '1'], {});
    expect(classifier.update).toBeUndefined();
    expect(reasons).toEqual([expect.objectContaining({ name: 'TimeoutError' })]);
  });

  it('rejects when the caller aborts during fine-tuning', async () => {
    const leaving = new AbortController();
    const { learner, reasons } = learnerWith((_, options) => {
      leaving.abort(new Error('gone'));
      options?.signal?.throwIfAborted();
      return Promise.resolve(undefined);
    });
    await expect(learner.learn(unclear, ['0', '1'], { signal: leaving.signal })).rejects.toThrow('gone');
    expect(reasons).toEqual([]);
  });
});
