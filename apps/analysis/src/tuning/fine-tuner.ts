import { accuracyOf, argmax } from '@llmos/learning';
import { calibratedScale } from '../classification/classification.js';
import { labelsOf, type FewShotClassifier, type LabelledVector } from '../classification/few-shot-classifier.js';
import type { FewShotTeacher } from '../ports/few-shot-teacher.port.js';
import type { TunableBody } from '../ports/tunable-body.port.js';
import { OneAtATime } from './one-at-a-time.js';
import { STEPS, trainUpdate, type LabelledText, type TuningOptions } from './contrastive-training.js';
import { storedUpdate, updateOf, type UpdateLayout } from './update-layout.js';

/** An example, and its vector by the frozen encoder. */
export interface ReadExample extends LabelledText, LabelledVector {}

export interface FineTuningOptions {
  readonly signal?: AbortSignal | undefined;
  /** Told after each step, of how many. */
  readonly onProgress?: (done: number, total: number) => void;
}

/** A classifier with a body of its own, and its accuracy on examples it was not taught. */
export interface FineTunedClassifier {
  readonly classifier: FewShotClassifier;
  readonly accuracy: number;
}

interface Trial {
  readonly frozen: readonly Float64Array[];
  readonly tuned: readonly Float64Array[];
  readonly targets: Int32Array;
}

/** Each example is judged once by what three quarters of the others teach. */
const FOLDS = 4;

/** Fine-tunes the encoder for a classifier, unless the examples themselves say that it does harm. */
export class FineTuner {
  private readonly turns = new OneAtATime();

  constructor(
    private readonly body: TunableBody,
    private readonly teacher: FewShotTeacher,
    private readonly layout: () => Promise<UpdateLayout>,
  ) {}

  /**
   * One classifier at a time; the body leaves memory when it is done. Rejects with the signal's reason on abort.
   *
   * @returns undefined when the frozen encoder is clearly better at examples it was not taught.
   */
  tune(examples: readonly ReadExample[], options: FineTuningOptions = {}): Promise<FineTunedClassifier | undefined> {
    return this.turns.run(async () => {
      try {
        return await this.tuneNow(examples, options);
      } finally {
        await this.body.close();
      }
    }, options.signal);
  }

  private async tuneNow(
    examples: readonly ReadExample[],
    { signal, onProgress }: FineTuningOptions,
  ): Promise<FineTunedClassifier | undefined> {
    let done = 0;
    const onStep = () => onProgress?.(++done, (FOLDS + 1) * STEPS);
    const tuning = { layout: await this.layout(), signal, onStep };
    const trial = await this.tryOut(examples, tuning);
    if (isClearlyWorse(trial)) return undefined;
    const update = storedUpdate(await trainUpdate(this.body, examples, tuning));
    const read = await this.read(examples, updateOf(update), signal);
    const { classifier } = await this.teacher.teach(read, new Map(), signal);
    const scale = calibratedScale(trial.tuned, trial.targets);
    return { classifier: classifier.withUpdate(update, scale), accuracy: accuracyOf(trial.tuned, trial.targets) };
  }

  /** Judges each example by what the others teach, with an encoder fine-tuned on them and with the frozen one. */
  private async tryOut(examples: readonly ReadExample[], tuning: TuningOptions): Promise<Trial> {
    const folds = foldsOf(examples);
    const labels = labelsOf(examples);
    const trial = { frozen: new Array<Float64Array>(), tuned: new Array<Float64Array>(), targets: new Array<number>() };
    for (let fold = 0; fold < FOLDS; fold++) {
      const taught = examples.filter((_, at) => folds[at] !== fold);
      const held = examples.filter((_, at) => folds[at] === fold);
      trial.targets.push(...held.map(({ label }) => labels.indexOf(label)));
      trial.frozen.push(...(await this.scores(taught, held, tuning.signal)));
      const update = await trainUpdate(this.body, taught, tuning);
      const read = await this.read([...taught, ...held], update, tuning.signal);
      trial.tuned.push(...(await this.scores(read.slice(0, taught.length), read.slice(taught.length), tuning.signal)));
    }
    return { ...trial, targets: Int32Array.from(trial.targets) };
  }

  private async read(
    examples: readonly LabelledText[],
    update: Float32Array,
    signal?: AbortSignal,
  ): Promise<LabelledVector[]> {
    const texts = examples.map(({ text }) => text);
    const vectors = await this.body.embed(texts, update, signal);
    return examples.map(({ label }, at) => ({ label, vector: vectors[at]! }));
  }

  private scores(
    taught: readonly LabelledVector[],
    held: readonly LabelledVector[],
    signal?: AbortSignal,
  ): Promise<Float64Array[]> {
    return this.teacher.tryOut(
      taught,
      held.map(({ vector }) => vector),
      signal,
    );
  }
}

/**
 * Whether fine-tuning lost more labels than it won by more than the standard error of that difference (McNemar 1947).
 * Where the frozen encoder is often wrong fine-tuning nearly always helps, more often than a few dozen examples can show.
 */
function isClearlyWorse({ frozen, tuned, targets }: Trial): boolean {
  let [lost, won] = [0, 0];
  targets.forEach((target, at) => {
    const [before, after] = [argmax(frozen[at]!) === target, argmax(tuned[at]!) === target];
    if (before && !after) lost++;
    if (after && !before) won++;
  });
  return lost - won > Math.sqrt(lost + won);
}

/** The fold of each example: every label has its share in each. */
function foldsOf(examples: readonly LabelledText[]): number[] {
  const seen = new Map<string, number>();
  return examples.map(({ label }) => {
    const count = seen.get(label) ?? 0;
    seen.set(label, count + 1);
    return count % FOLDS;
  });
}
