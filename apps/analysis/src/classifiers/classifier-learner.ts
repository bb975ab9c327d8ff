import type { Embedder } from '@llmos/models';
import type { FewShotClassifier } from '../classification/few-shot-classifier.js';
import type { FewShotTeacher } from '../ports/few-shot-teacher.port.js';
import type { FineTuner, FineTunedClassifier, ReadExample } from '../tuning/fine-tuner.js';
import type { LabelledText } from '../tuning/contrastive-training.js';

/** Texts embedded at a time, so that an abort is soon heeded. */
const BATCH = 64;
/** With more, the frozen encoder does as well and far sooner. */
const MOST_EXAMPLES = 512;
/** Where the frozen encoder is right this often, fine-tuning has little to win, and was seen to lose. */
const ACCURATE_ENOUGH = 0.85;
const DEFAULT_PATIENCE_MS = 300_000;

/** Who waits for a classifier, and is told how far it is. */
export interface Waiting {
  readonly signal?: AbortSignal | undefined;
  readonly emit?: ((progress: { stage: string; done: number; total: number }) => void) | undefined;
}

export interface LearnerParts {
  readonly encoder: Pick<Embedder, 'embed'>;
  readonly teacher: FewShotTeacher;
  readonly tuner: Pick<FineTuner, 'tune'>;
  /** Told why there was no fine-tuning; the classifier is learnt without. */
  readonly onNotFineTuned: (error: unknown) => void;
  /** A busy machine must not cost the caller a classifier: past this, the frozen encoder is taken. Default 5 minutes. */
  readonly patienceMs?: number | undefined;
}

/** Makes a classifier of labelled texts: on the encoder as it is, or where that is often wrong, on one fine-tuned for it. */
export class ClassifierLearner {
  constructor(private readonly parts: LearnerParts) {}

  /** @throws LlmosError INVALID_ARGUMENT with too few labels or examples; the signal's reason. */
  async learn(
    examples: readonly LabelledText[],
    labels: readonly string[],
    { signal, emit }: Waiting,
  ): Promise<{ classifier: FewShotClassifier; accuracy: number }> {
    const { encoder, teacher } = this.parts;
    const vectors = await encoder.embed(labels, signal);
    const read: Float32Array[] = [];
    for (let from = 0; from < examples.length; from += BATCH) {
      const batch = examples.slice(from, from + BATCH).map(({ text }) => text);
      read.push(...(await encoder.embed(batch, signal)));
    }
    const labelVectors = new Map(labels.map((label, at) => [label, vectors[at]!]));
    const labelled = examples.map(({ label }, at) => ({ label, vector: read[at]! }));
    const frozen = await teacher.teach(labelled, labelVectors, signal);
    if (examples.length > MOST_EXAMPLES || frozen.accuracy >= ACCURATE_ENOUGH) return frozen;
    const withTexts = examples.map((example, at) => ({ ...example, vector: read[at]! }));
    return (await this.fineTune(withTexts, { signal, emit })) ?? frozen;
  }

  private async fineTune(
    examples: readonly ReadExample[],
    { signal, emit }: Waiting,
  ): Promise<FineTunedClassifier | undefined> {
    const patience = AbortSignal.timeout(this.parts.patienceMs ?? DEFAULT_PATIENCE_MS);
    try {
      return await this.parts.tuner.tune(examples, {
        signal: signal ? AbortSignal.any([signal, patience]) : patience,
        onProgress: (done, total) => emit?.({ stage: 'fine-tuning the encoder', done, total }),
      });
    } catch (error) {
      signal?.throwIfAborted();
      this.parts.onNotFineTuned(error);
      return undefined;
    }
  }
}
