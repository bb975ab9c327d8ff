import { LlmosError } from '@llmos/contracts';
import type { Embedder, TunableEncoder } from '@llmos/models';
import { LRUCache } from 'lru-cache';
import { wholeVector } from '../text/encoded-text.js';
import type { TextWindow } from '../text/windows.js';
import type { Classification } from './classification.js';
import type { ClassifierRegistry } from './classifier-registry.js';
import { ZeroShotClassifier } from './zero-shot-classifier.js';

/** What a caller wants texts classified by: labels in words, or a trained classifier. Exactly one of the two. */
export interface TopicChoice {
  readonly labels?: readonly string[] | undefined;
  readonly classifier?: string | undefined;
}

export interface TextToClassify {
  readonly windows: readonly TextWindow[];
  /** The vector of the whole text by the shared encoder; computed on the first call. */
  vector(): Promise<Float32Array>;
}

/** Assigns a text to a label. */
export interface TopicClassifier {
  /** The encoder's name for labels in words, the classifier's own name otherwise. */
  readonly model: string;
  classify(text: TextToClassify, signal?: AbortSignal): Promise<Classification>;
}

/** Callers use the same few sets of labels again and again: their vectors are cached. */
const MAX_CACHED_LABEL_SETS = 64;

/** Finds or creates the classifier that a caller asks for. */
export class TopicClassifiers {
  private readonly zeroShot = new LRUCache<string, ZeroShotClassifier>({ max: MAX_CACHED_LABEL_SETS });

  constructor(
    private readonly encoder: Embedder,
    private readonly classifiers: ClassifierRegistry,
    private readonly tunable: Pick<TunableEncoder, 'embed' | 'close'>,
  ) {}

  /** @throws LlmosError INVALID_ARGUMENT unless exactly one is given, NOT_FOUND for an unknown classifier. */
  async find({ labels, classifier }: TopicChoice, tenant: string, signal?: AbortSignal): Promise<TopicClassifier> {
    if (labels && classifier !== undefined)
      throw invalid('Give either labels or a classifier, not both.', 'classifier');
    if (classifier !== undefined) return this.trained(classifier, tenant);
    if (!labels) throw invalid('Topics need labels to choose from, or the name of a trained classifier.', 'labels');
    if (new Set(labels).size < labels.length) throw invalid('A label is given twice.', 'labels');
    const zeroShot = await this.zeroShotFor(labels, signal);
    return { model: this.encoder.model, classify: async (text) => zeroShot.classify(await text.vector()) };
  }

  close(): Promise<void> {
    return this.tunable.close();
  }

  private trained(name: string, tenant: string): TopicClassifier {
    const classifier = this.classifiers.get({ tenant, name });
    const { update } = classifier;
    const vectorOf = (text: TextToClassify, signal?: AbortSignal) =>
      update ? this.tunedVector(text, update, signal) : text.vector();
    return { model: name, classify: async (text, signal) => classifier.classify(await vectorOf(text, signal)) };
  }

  private async tunedVector(
    { windows }: TextToClassify,
    update: Float32Array,
    signal?: AbortSignal,
  ): Promise<Float32Array> {
    const texts = windows.map(({ text }) => text);
    return wholeVector(windows, await this.tunable.embed(texts, update, signal));
  }

  private async zeroShotFor(labels: readonly string[], signal?: AbortSignal): Promise<ZeroShotClassifier> {
    const key = JSON.stringify(labels);
    const known = this.zeroShot.get(key);
    if (known) return known;
    const made = await ZeroShotClassifier.of(labels, (texts) => this.encoder.embed(texts, signal));
    this.zeroShot.set(key, made);
    return made;
  }
}

function invalid(message: string, field: string): LlmosError {
  return new LlmosError('INVALID_ARGUMENT', message, { field });
}
