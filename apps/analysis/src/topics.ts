import { LlmosError } from '@llmos/contracts';
import type { Embedder } from '@llmos/models';
import type { Classification } from './classification/classification.js';
import { ZeroShotClassifier } from './classification/zero-shot-classifier.js';
import type { ClassifierShelf } from './classifiers/classifier-shelf.js';
import type { TunableBody } from './ports/tunable-body.port.js';
import { wholeVector } from './text/text-reader.js';
import type { TextWindow } from './windows.js';

/** How a caller names what to choose from: labels in words, or a trained classifier. One of the two. */
export interface TopicChoice {
  readonly labels?: readonly string[] | undefined;
  readonly classifier?: string | undefined;
}

/** What a judge may look at. */
export interface JudgedText {
  readonly windows: readonly TextWindow[];
  /** The whole text by the shared body; made when it is first asked for. */
  vector(): Promise<Float32Array>;
}

/** Puts a text under a label. */
export interface TopicJudge {
  /** Names what decides: the body for labels, the classifier's own name otherwise. */
  readonly model: string;
  judge(text: JudgedText, signal?: AbortSignal): Promise<Classification>;
}

/** Sets of labels whose vectors are kept: a caller asks with the same ones again and again. */
const KEPT_LABEL_SETS = 64;

/** Finds or makes the judge a caller asks for. */
export class Topics {
  private readonly zeroShot = new Map<string, ZeroShotClassifier>();

  constructor(
    private readonly encoder: Embedder,
    private readonly shelf: ClassifierShelf,
    private readonly tunable: Pick<TunableBody, 'embed' | 'close'>,
  ) {}

  /** @throws LlmosError INVALID_ARGUMENT unless exactly one is named, NOT_FOUND for a classifier that is not there. */
  async judgeFor({ labels, classifier }: TopicChoice, tenant: string, signal?: AbortSignal): Promise<TopicJudge> {
    if (labels && classifier !== undefined)
      throw invalid('Give either labels or a classifier, not both.', 'classifier');
    if (classifier !== undefined) {
      const trained = this.shelf.get({ tenant, name: classifier });
      const { update } = trained;
      const vectorOf = (text: JudgedText, during?: AbortSignal) =>
        update ? this.movedVector(text, update, during) : text.vector();
      return { model: classifier, judge: async (text, during) => trained.classify(await vectorOf(text, during)) };
    }
    if (!labels) throw invalid('Topics need labels to choose from, or the name of a trained classifier.', 'labels');
    if (new Set(labels).size < labels.length) throw invalid('A label is named twice.', 'labels');
    const zeroShot = await this.zeroShotFor(labels, signal);
    return { model: this.encoder.model, judge: async (text) => zeroShot.classify(await text.vector()) };
  }

  close(): Promise<void> {
    return this.tunable.close();
  }

  private async movedVector(
    { windows }: JudgedText,
    update: Float32Array,
    signal?: AbortSignal,
  ): Promise<Float32Array> {
    const texts = windows.map(({ text }) => text);
    return wholeVector(windows, await this.tunable.embed(texts, update, signal));
  }

  private async zeroShotFor(labels: readonly string[], signal?: AbortSignal): Promise<ZeroShotClassifier> {
    const key = JSON.stringify(labels);
    const made =
      this.zeroShot.get(key) ?? (await ZeroShotClassifier.of(labels, (texts) => this.encoder.embed(texts, signal)));
    this.zeroShot.delete(key);
    this.zeroShot.set(key, made);
    if (this.zeroShot.size > KEPT_LABEL_SETS) this.zeroShot.delete(this.zeroShot.keys().next().value!);
    return made;
  }
}

function invalid(message: string, field: string): LlmosError {
  return new LlmosError('INVALID_ARGUMENT', message, { field });
}
