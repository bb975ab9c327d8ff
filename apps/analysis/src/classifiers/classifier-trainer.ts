import { LlmosError, newRunId, type InputOf, type OutputOf } from '@llmos/contracts';
import type { trainClassifier } from '@llmos/contracts/capabilities/analysis';
import { labelsOf } from '../classification/few-shot-classifier.js';
import type { ClassifierLearner, Waiting } from './classifier-learner.js';
import type { ClassifierShelf } from './classifier-shelf.js';

const MAX_LABELS = 100;

/** Learns a classifier from a tenant's examples and puts it on the shelf under its name. */
export class ClassifierTrainer {
  constructor(
    private readonly learner: Pick<ClassifierLearner, 'learn'>,
    private readonly shelf: ClassifierShelf,
  ) {}

  /** A classifier of the same name is replaced once the new one is trained; rejects without a trace otherwise. */
  async train(
    { name, examples }: InputOf<typeof trainClassifier>,
    tenant: string,
    waiting: Waiting = {},
  ): Promise<OutputOf<typeof trainClassifier>> {
    const ref = { tenant, name };
    const labels = labelsOf(examples);
    if (labels.length > MAX_LABELS) {
      const message = `There are ${labels.length} labels, and ${MAX_LABELS} is the limit.`;
      throw new LlmosError('INVALID_ARGUMENT', message, { field: 'examples' });
    }
    this.shelf.admit(ref);
    const begun = performance.now();
    const { classifier, accuracy } = await this.learner.learn(examples, labels, waiting);
    waiting.signal?.throwIfAborted();
    await this.shelf.put(ref, classifier);
    const seconds = (performance.now() - begun) / 1_000;
    return { name, version: newRunId(), labels: [...classifier.labels], examples: examples.length, accuracy, seconds };
  }
}
