import { LlmosError, newRunId, type InputOf, type OutputOf } from '@llmos/contracts';
import type { trainClassifier } from '@llmos/contracts/capabilities/analysis';
import { labelsOf } from '../classifiers/few-shot-classifier.js';
import type { ClassifierLearner, TrainingContext } from './classifier-learner.js';
import type { ClassifierRegistry } from './classifier-registry.js';

const MAX_LABELS = 100;

/** Learns a classifier from a tenant's examples and puts it on the shelf under its name. */
export class ClassifierTrainer {
  constructor(
    private readonly learner: Pick<ClassifierLearner, 'learn'>,
    private readonly classifiers: ClassifierRegistry,
    /** Whether what began at this time (Unix milliseconds) belongs to keys of the tenant that were destroyed since. */
    private readonly isShreddedSince: (tenant: string, ms: number) => boolean = () => false,
  ) {}

  /**
   * A classifier of the same name is replaced once the new one is trained; rejects without a trace otherwise, also
   * with NOT_FOUND when the tenant's keys were destroyed meanwhile.
   *
   * @param sinceMs when whoever sent the examples did so, in Unix milliseconds.
   */
  async train(
    { name, examples }: InputOf<typeof trainClassifier>,
    tenant: string,
    waiting: TrainingContext = {},
    sinceMs = Date.now(),
  ): Promise<OutputOf<typeof trainClassifier>> {
    const ref = { tenant, name };
    const labels = labelsOf(examples);
    if (labels.length > MAX_LABELS) {
      const message = `There are ${labels.length} labels, and ${MAX_LABELS} is the limit.`;
      throw new LlmosError('INVALID_ARGUMENT', message, { field: 'examples' });
    }
    this.classifiers.admit(ref);
    const begun = performance.now();
    const { classifier, accuracy } = await this.learner.learn(examples, labels, waiting);
    waiting.signal?.throwIfAborted();
    this.refuseShredded(tenant, sinceMs);
    await this.classifiers.put(ref, classifier);
    if (this.isShreddedSince(tenant, sinceMs)) await this.classifiers.delete(ref);
    this.refuseShredded(tenant, sinceMs);
    const seconds = (performance.now() - begun) / 1_000;
    return { name, version: newRunId(), labels: [...classifier.labels], examples: examples.length, accuracy, seconds };
  }

  private refuseShredded(tenant: string, sinceMs: number): void {
    if (!this.isShreddedSince(tenant, sinceMs)) return;
    throw new LlmosError('NOT_FOUND', "The examples were destroyed with the tenant's keys meanwhile.");
  }
}
