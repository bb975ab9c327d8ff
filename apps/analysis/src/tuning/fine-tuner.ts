import { accuracyOf, argmax } from '@llmos/learning';
import type { TunableEncoder } from '@llmos/models';
import { KeyedQueue } from '@llmos/resilience';
import { calibratedScale } from '../classifiers/classification.js';
import { labelsOf, type FewShotClassifier, type LabelledVector } from '../classifiers/few-shot-classifier.js';
import type { FewShotTrainer } from '../ports/few-shot-trainer.port.js';
import { STEPS, trainUpdate, type LabelledText, type TuningOptions } from './contrastive-training.js';
import { storedUpdate, updateOf, type UpdateLayout } from './update-layout.js';

/** The encoder that is fine-tuned; it applies the update that each call passes. */
export type UpdatableEncoder = Pick<TunableEncoder, 'embed' | 'gradient' | 'close'>;

/** An example with its vector by the frozen encoder. */
export interface EmbeddedExample extends LabelledText, LabelledVector {}

export interface FineTuningOptions {
  readonly signal?: AbortSignal | undefined;
  /** Called after each training step. */
  readonly onProgress?: (done: number, total: number) => void;
}

/** A classifier with its own encoder update, and its cross-validated accuracy. */
export interface FineTunedClassifier {
  readonly classifier: FewShotClassifier;
  readonly accuracy: number;
}

/** Scores of every example by a classifier that was not trained on it. */
interface CrossValidation {
  readonly frozen: readonly Float64Array[];
  readonly tuned: readonly Float64Array[];
  readonly targets: Int32Array;
}

const FOLDS = 4;

/** Fine-tunes the encoder for a classifier, unless cross-validation shows that this makes it worse. */
export class FineTuner {
  private readonly queue = new KeyedQueue();

  constructor(
    private readonly encoder: UpdatableEncoder,
    private readonly trainer: FewShotTrainer,
    private readonly layout: () => Promise<UpdateLayout>,
  ) {}

  /**
   * Tunes one classifier at a time and unloads the encoder afterwards. Rejects with the signal's reason on abort.
   *
   * @returns undefined when the frozen encoder is clearly better in cross-validation.
   */
  tune(
    examples: readonly EmbeddedExample[],
    options: FineTuningOptions = {},
  ): Promise<FineTunedClassifier | undefined> {
    return this.queue.run(
      'tuning',
      async () => {
        try {
          return await this.tuneNow(examples, options);
        } finally {
          await this.encoder.close();
        }
      },
      options.signal,
    );
  }

  private async tuneNow(
    examples: readonly EmbeddedExample[],
    { signal, onProgress }: FineTuningOptions,
  ): Promise<FineTunedClassifier | undefined> {
    let done = 0;
    const onStep = () => onProgress?.(++done, (FOLDS + 1) * STEPS);
    const tuning = { layout: await this.layout(), signal, onStep };
    const validation = await this.crossValidate(examples, tuning);
    if (isClearlyWorse(validation)) return undefined;
    const update = storedUpdate(await trainUpdate(this.encoder, examples, tuning));
    const embedded = await this.embed(examples, updateOf(update), signal);
    const { classifier } = await this.trainer.train(embedded, new Map(), signal);
    const { tuned, targets } = validation;
    const scale = calibratedScale(tuned, targets);
    return { classifier: classifier.withUpdate(update, scale), accuracy: accuracyOf(tuned, targets) };
  }

  /** Scores each fold with classifiers trained on the other folds, on a fine-tuned and on the frozen encoder. */
  private async crossValidate(examples: readonly EmbeddedExample[], tuning: TuningOptions): Promise<CrossValidation> {
    const folds = foldsOf(examples);
    const labels = labelsOf(examples);
    const [frozen, tuned, targets]: [Float64Array[], Float64Array[], number[]] = [[], [], []];
    for (let fold = 0; fold < FOLDS; fold++) {
      const training = examples.filter((_, at) => folds[at] !== fold);
      const heldOut = examples.filter((_, at) => folds[at] === fold);
      targets.push(...heldOut.map(({ label }) => labels.indexOf(label)));
      frozen.push(...(await this.scores(training, heldOut, tuning.signal)));
      const update = await trainUpdate(this.encoder, training, tuning);
      const embedded = await this.embed([...training, ...heldOut], update, tuning.signal);
      const [trained, unseen] = [embedded.slice(0, training.length), embedded.slice(training.length)];
      tuned.push(...(await this.scores(trained, unseen, tuning.signal)));
    }
    return { frozen, tuned, targets: Int32Array.from(targets) };
  }

  private async embed(
    examples: readonly LabelledText[],
    update: Float32Array,
    signal?: AbortSignal,
  ): Promise<LabelledVector[]> {
    const texts = examples.map(({ text }) => text);
    const vectors = await this.encoder.embed(texts, update, signal);
    return examples.map(({ label }, at) => ({ label, vector: vectors[at]! }));
  }

  private scores(
    training: readonly LabelledVector[],
    heldOut: readonly LabelledVector[],
    signal?: AbortSignal,
  ): Promise<Float64Array[]> {
    const vectors = heldOut.map(({ vector }) => vector);
    return this.trainer.scoreUnseen(training, vectors, signal);
  }
}

/**
 * Whether fine-tuning lost more correct labels than it gained, by more than the standard error of the difference
 * (McNemar 1947). Proof of a gain is not required: if the frozen encoder is often wrong, fine-tuning nearly always
 * helps, but a few dozen examples cannot prove it.
 */
function isClearlyWorse({ frozen, tuned, targets }: CrossValidation): boolean {
  let [lost, won] = [0, 0];
  targets.forEach((target, at) => {
    const [before, after] = [argmax(frozen[at]!) === target, argmax(tuned[at]!) === target];
    if (before && !after) lost++;
    if (after && !before) won++;
  });
  return lost - won > Math.sqrt(lost + won);
}

/** The fold of each example; the labels are distributed evenly over the folds. */
function foldsOf(examples: readonly LabelledText[]): number[] {
  const seen = new Map<string, number>();
  return examples.map(({ label }) => {
    const count = seen.get(label) ?? 0;
    seen.set(label, count + 1);
    return count % FOLDS;
  });
}
