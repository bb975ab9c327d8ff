import { LlmosError, newRunId, type InputOf, type OutputOf } from '@llmos/contracts';
import type { trainClassifier } from '@llmos/contracts/capabilities/analysis';
import type { FewShotTeacher } from '../ports/few-shot-teacher.port.js';
import type { TextEncoder } from '../ports/text-encoder.port.js';
import type { ClassifierShelf } from './classifier-shelf.js';

const MAX_LABELS = 100;
/** Texts embedded at a time, so that an abort is soon heeded. */
const BATCH = 64;

/** Learns a classifier from a tenant's examples and puts it on the shelf under its name. */
export class ClassifierTrainer {
  constructor(
    private readonly encoder: TextEncoder,
    private readonly shelf: ClassifierShelf,
    private readonly teacher: FewShotTeacher,
  ) {}

  /** A classifier of the same name is replaced once the new one is trained; rejects without a trace otherwise. */
  async train(
    { name, examples }: InputOf<typeof trainClassifier>,
    tenant: string,
    signal?: AbortSignal,
  ): Promise<OutputOf<typeof trainClassifier>> {
    const ref = { tenant, name };
    const labels = [...new Set(examples.map(({ label }) => label))].sort();
    if (labels.length > MAX_LABELS) {
      const message = `There are ${labels.length} labels, and ${MAX_LABELS} is the limit.`;
      throw new LlmosError('INVALID_ARGUMENT', message, { field: 'examples' });
    }
    this.shelf.admit(ref);
    const begun = performance.now();
    const vectors = await this.encoder.embed(labels, signal);
    const read: Float32Array[] = [];
    for (let from = 0; from < examples.length; from += BATCH) {
      const batch = examples.slice(from, from + BATCH).map(({ text }) => text);
      read.push(...(await this.encoder.embed(batch, signal)));
    }
    const labelVectors = new Map(labels.map((label, at) => [label, vectors[at]!]));
    const labelled = examples.map(({ label }, at) => ({ label, vector: read[at]! }));
    const { classifier, accuracy } = await this.teacher.teach(labelled, labelVectors, signal);
    signal?.throwIfAborted();
    await this.shelf.put(ref, classifier);
    const seconds = (performance.now() - begun) / 1_000;
    return { name, version: newRunId(), labels: [...classifier.labels], examples: examples.length, accuracy, seconds };
  }
}
