import { accuracyOf } from '@llmos/learning';
import { calibrate, type Calibration } from '../classification/classification.js';
import { labelsOf, type FewShotClassifier, type LabelledVector } from '../classification/few-shot-classifier.js';
import type { FewShotTeacher } from '../ports/few-shot-teacher.port.js';
import type { TunableBody } from '../ports/tunable-body.port.js';
import { OneAtATime } from './one-at-a-time.js';
import { STEPS, tuneBody, type LabelledText, type TuningOptions } from './tune-body.js';
import { storedUpdate, updateOf, type UpdateLayout } from './update-layout.js';

/** An example, and its vector by the body that did not move. */
export interface ReadExample extends LabelledText, LabelledVector {}

export interface MoveOptions {
  readonly signal?: AbortSignal | undefined;
  /** Told after each step, of how many. */
  readonly onProgress?: (done: number, total: number) => void;
}

/** A classifier with a body of its own, and its accuracy on examples it was not taught. */
export interface MovedClassifier {
  readonly classifier: FewShotClassifier;
  readonly accuracy: number;
}

interface Trial {
  readonly still: readonly Float64Array[];
  readonly moved: readonly Float64Array[];
  readonly targets: Int32Array;
}

/** Each example is judged once by what three quarters of the others teach. */
const FOLDS = 4;

/** Moves the body for a classifier where that helps, which the examples themselves must say. */
export class BodyMover {
  private readonly turns = new OneAtATime();

  constructor(
    private readonly body: TunableBody,
    private readonly teacher: FewShotTeacher,
    private readonly layout: () => Promise<UpdateLayout>,
  ) {}

  /**
   * One classifier at a time; the body leaves memory when it is done. Rejects with the signal's reason on abort.
   *
   * @returns undefined when the body that did not move is as good at examples it was not taught, by how many labels it
   *   gets right and by log-loss; few examples seldom show a difference in both.
   */
  move(examples: readonly ReadExample[], options: MoveOptions = {}): Promise<MovedClassifier | undefined> {
    return this.turns.run(async () => {
      try {
        return await this.moveNow(examples, options);
      } finally {
        await this.body.close();
      }
    }, options.signal);
  }

  private async moveNow(
    examples: readonly ReadExample[],
    { signal, onProgress }: MoveOptions,
  ): Promise<MovedClassifier | undefined> {
    let done = 0;
    const onStep = () => onProgress?.(++done, (FOLDS + 1) * STEPS);
    const tuning = { layout: await this.layout(), signal, onStep };
    const trial = await this.tryOut(examples, tuning);
    const [still, moved] = [figuresOf(trial.still, trial.targets), figuresOf(trial.moved, trial.targets)];
    if (moved.accuracy <= still.accuracy && moved.loss >= still.loss) return undefined;
    const update = storedUpdate(await tuneBody(this.body, examples, tuning));
    const read = await this.read(examples, updateOf(update), signal);
    const { classifier } = await this.teacher.teach(read, new Map(), signal);
    return { classifier: classifier.moved(update, moved.scale), accuracy: moved.accuracy };
  }

  /** Judges each example by what the others teach, with a body that moves for them and with one that does not. */
  private async tryOut(examples: readonly ReadExample[], tuning: TuningOptions): Promise<Trial> {
    const folds = foldsOf(examples);
    const labels = labelsOf(examples);
    const trial = { still: new Array<Float64Array>(), moved: new Array<Float64Array>(), targets: new Array<number>() };
    for (let fold = 0; fold < FOLDS; fold++) {
      const taught = examples.filter((_, at) => folds[at] !== fold);
      const held = examples.filter((_, at) => folds[at] === fold);
      trial.targets.push(...held.map(({ label }) => labels.indexOf(label)));
      trial.still.push(...(await this.scores(taught, held, tuning.signal)));
      const update = await tuneBody(this.body, taught, tuning);
      const read = await this.read([...taught, ...held], update, tuning.signal);
      trial.moved.push(...(await this.scores(read.slice(0, taught.length), read.slice(taught.length), tuning.signal)));
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

function figuresOf(scores: readonly Float64Array[], targets: Int32Array): Calibration & { accuracy: number } {
  return { ...calibrate(scores, targets), accuracy: accuracyOf(scores, targets) };
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
