import { inlineTeacher } from '../../test/fixtures/inline-teacher.js';
import { trainFewShot } from '../classification/few-shot-classifier.js';
import type { BodyMover, MovedClassifier } from '../tuning/body-mover.js';
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
const moved: MovedClassifier = {
  classifier: trainFewShot(dull.map(({ label, text }) => ({ label, vector: vectorOf(text) }))).classifier,
  accuracy: 0.99,
};

function learnerWith(move: BodyMover['move'], patienceMs?: number) {
  const reasons: unknown[] = [];
  const onNotMoved = (reason: unknown) => reasons.push(reason);
  const parts = { encoder, teacher: inlineTeacher, mover: { move }, onNotMoved, patienceMs };
  return { learner: new ClassifierLearner(parts), reasons };
}

describe('learning a classifier', () => {
  it('moves the body where the still one is often wrong, and says how far it is', async () => {
    const { learner } = learnerWith((examples, options) => {
      expect(examples[3]).toEqual({ ...dull[3], vector: vectorOf(dull[3]!.text) });
      options?.onProgress?.(1, 2);
      return Promise.resolve(moved);
    });
    const said: unknown[] = [];
    expect(await learner.learn(dull, ['0', '1'], { emit: (progress) => said.push(progress) })).toBe(moved);
    expect(said).toEqual([{ stage: 'moving the body', done: 1, total: 2 }]);
  });

  it.each([
    ['the still body is right enough', examplesOf('clear')],
    ['there are many examples', examplesOf('dull', 300)],
  ])('leaves it where it is when %s', async (_, examples) => {
    const { learner } = learnerWith(() => Promise.reject(new Error('not to be asked')));
    const { classifier } = await learner.learn(examples, ['0', '1'], {});
    expect(classifier.update).toBeUndefined();
  });

  it('still gives a classifier when the body cannot be moved, and tells why', async () => {
    const broken = new Error('no memory');
    const { learner, reasons } = learnerWith(() => Promise.reject(broken));
    const { classifier } = await learner.learn(dull, ['0', '1'], {});
    expect(classifier.update).toBeUndefined();
    expect(reasons).toEqual([broken]);
  });

  it('does not let a busy machine cost the caller a classifier', async () => {
    const endless: BodyMover['move'] = (_, options) =>
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
