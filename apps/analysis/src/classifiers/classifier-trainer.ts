import { LlmosError, type InputOf, type OutputOf } from '@llmos/contracts';
import type { trainClassifier } from '@llmos/contracts/capabilities/analysis';
import type { ClassifierLearner, TrainingContext } from './classifier-learner.js';
import type { ClassifierRegistry } from './classifier-registry.js';
import { labelsOf } from './few-shot-classifier.js';

const MAX_LABELS = 100;

export interface TrainingTask extends TrainingContext {
  readonly tenant: string;
  /** Becomes the version of the classifier. A run that is delivered again does not train again. */
  readonly run: string;
}

/** Trains a classifier on a tenant's examples and stores it under its name. */
export class ClassifierTrainer {
  constructor(
    private readonly learner: Pick<ClassifierLearner, 'learn'>,
    private readonly classifiers: ClassifierRegistry,
  ) {}

  /**
   * Replaces a classifier of the same name. If the training fails, nothing changes.
   *
   * @throws LlmosError NOT_FOUND if the tenant's keys were destroyed during the training.
   */
  async train(
    { name, examples }: InputOf<typeof trainClassifier>,
    { tenant, run, signal, emit }: TrainingTask,
  ): Promise<OutputOf<typeof trainClassifier>> {
    const ref = { tenant, name };
    const labels = labelsOf(examples);
    if (labels.length > MAX_LABELS) {
      const message = `There are ${labels.length} labels, and ${MAX_LABELS} is the limit.`;
      throw new LlmosError('INVALID_ARGUMENT', message, { field: 'examples' });
    }
    this.classifiers.admit(ref);
    const known = this.classifiers.reportOf(ref, run);
    if (known) return known;
    const begun = performance.now();
    const { classifier, accuracy } = await this.learner.learn(examples, labels, { signal, emit });
    signal?.throwIfAborted();
    const seconds = (performance.now() - begun) / 1_000;
    const counts = { labels: [...classifier.labels], examples: examples.length };
    const report = { name, version: run, ...counts, accuracy, seconds };
    await this.classifiers.add(tenant, classifier, report, signal);
    return report;
  }
}
