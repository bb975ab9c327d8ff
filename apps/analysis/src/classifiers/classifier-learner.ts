import type { Embedder } from '@llmos/models';
import type { FewShotTrainer } from '../ports/few-shot-trainer.port.js';
import type { LabelledText } from '../tuning/contrastive-training.js';
import type { EmbeddedExample, FineTunedClassifier, FineTuner } from '../tuning/fine-tuner.js';
import type { FewShotClassifier } from './few-shot-classifier.js';

/** Texts are embedded in batches of this size, so that an abort takes effect soon. */
const BATCH = 64;
/** With more examples the frozen encoder is as accurate, and much faster. */
const MAX_EXAMPLES_TO_TUNE = 512;
/** From this accuracy of the frozen encoder on, fine-tuning gains little and sometimes loses. */
const ACCURATE_ENOUGH = 0.85;
const DEFAULT_TUNING_TIMEOUT_MS = 300_000;

/** Cancellation and progress of a training. */
export interface TrainingContext {
  readonly signal?: AbortSignal | undefined;
  readonly emit?: ((progress: { stage: string; done: number; total: number }) => void) | undefined;
}

export interface LearnerParts {
  readonly encoder: Pick<Embedder, 'embed'>;
  readonly trainer: FewShotTrainer;
  readonly tuner: Pick<FineTuner, 'tune'>;
  /** Receives the error when fine-tuning failed and the classifier uses the frozen encoder. */
  readonly onNotFineTuned: (error: unknown) => void;
  /** After this time the classifier uses the frozen encoder, as on a busy machine. Default: 5 minutes. */
  readonly tuningTimeoutMs?: number | undefined;
}

/**
 * Trains a classifier on labelled texts; fine-tunes the encoder for it if the frozen encoder is not accurate enough.
 */
export class ClassifierLearner {
  constructor(private readonly parts: LearnerParts) {}

  /** @throws LlmosError INVALID_ARGUMENT with too few labels or examples; the signal's reason. */
  async learn(
    examples: readonly LabelledText[],
    labels: readonly string[],
    { signal, emit }: TrainingContext,
  ): Promise<{ classifier: FewShotClassifier; accuracy: number }> {
    const { encoder, trainer } = this.parts;
    const vectors = await encoder.embed(labels, signal);
    const embedded: Float32Array[] = [];
    for (let from = 0; from < examples.length; from += BATCH) {
      const batch = examples.slice(from, from + BATCH).map(({ text }) => text);
      embedded.push(...(await encoder.embed(batch, signal)));
    }
    const labelVectors = new Map(labels.map((label, at) => [label, vectors[at]!]));
    const labelled = examples.map(({ label }, at) => ({ label, vector: embedded[at]! }));
    const frozen = await trainer.train(labelled, labelVectors, signal);
    if (examples.length > MAX_EXAMPLES_TO_TUNE || frozen.accuracy >= ACCURATE_ENOUGH) return frozen;
    const withTexts = examples.map((example, at) => ({ ...example, vector: embedded[at]! }));
    return (await this.fineTune(withTexts, { signal, emit })) ?? frozen;
  }

  private async fineTune(
    examples: readonly EmbeddedExample[],
    { signal, emit }: TrainingContext,
  ): Promise<FineTunedClassifier | undefined> {
    const timeout = AbortSignal.timeout(this.parts.tuningTimeoutMs ?? DEFAULT_TUNING_TIMEOUT_MS);
    try {
      return await this.parts.tuner.tune(examples, {
        signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
        onProgress: (done, total) => emit?.({ stage: 'fine-tuning the encoder', done, total }),
      });
    } catch (error) {
      signal?.throwIfAborted();
      this.parts.onNotFineTuned(error);
      return undefined;
    }
  }
}
