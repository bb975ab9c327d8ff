import {
  decodeSentimentHead,
  readSentimentHead,
  type LinearLogit,
  type SentimentWeights,
} from './sentiment-head-file.js';

export interface SentimentVerdict {
  readonly label: 'positive' | 'negative' | 'neutral';
  /** Probability that the label is right. */
  readonly confidence: number;
  /** Probability of positive against negative, whatever the label. */
  readonly positive: number;
}

/** A window of a text with its vector. */
export interface EmbeddedWindow {
  readonly text: string;
  readonly vector: Float32Array;
}

/** Classifies vectors of the encoder with the update `sentimentEncoderPath`. */
export class SentimentHead {
  /** @throws LlmosError UNAVAILABLE if a file is missing or not a sentiment head. */
  static async load(path?: string): Promise<SentimentHead> {
    const files = await readSentimentHead(path);
    return new SentimentHead(decodeSentimentHead(files), files.description.bin.sha256);
  }

  constructor(
    private readonly weights: SentimentWeights,
    /** SHA-256 of the weights file, in hex. */
    readonly version: string,
  ) {}

  judge(vector: Float32Array): SentimentVerdict {
    return verdictOf(logitOf(this.weights.polarity, vector), logitOf(this.weights.neutral, vector));
  }

  /**
   * The sentiment of a text that was cut into windows. The polarity is the mean log-odds of the windows, weighted by
   * length and by the probability of not being neutral. Whether it is neutral is weighted by length alone.
   */
  judgeAll(windows: readonly EmbeddedWindow[]): SentimentVerdict {
    const logits = windows.map(({ text, vector }) => ({
      length: Math.max(1, text.length),
      polarity: logitOf(this.weights.polarity, vector),
      neutral: logitOf(this.weights.neutral, vector),
    }));
    type Logits = (typeof logits)[number];
    const lengthOf = ({ length }: Logits) => length;
    const opinionOf = ({ length, neutral }: Logits) => length * (1 - sigmoid(neutral) + 1e-3);
    const polarity = weightedMean(logits, opinionOf, (window) => window.polarity);
    return verdictOf(
      polarity,
      weightedMean(logits, lengthOf, (window) => window.neutral),
    );
  }
}

function verdictOf(polarity: number, neutral: number): SentimentVerdict {
  const positive = sigmoid(polarity);
  const plain = sigmoid(neutral);
  if (plain >= 0.5) return { label: 'neutral', confidence: plain, positive };
  return positive >= 0.5
    ? { label: 'positive', confidence: positive, positive }
    : { label: 'negative', confidence: 1 - positive, positive };
}

/** The value of the linear function. */
export function logitOf({ weights, bias }: LinearLogit, vector: Float32Array): number {
  return weights.reduce((sum, weight, at) => sum + weight * (vector[at] ?? 0), bias);
}

export function sigmoid(logit: number): number {
  return 1 / (1 + Math.exp(-logit));
}

function weightedMean<T>(rows: readonly T[], weight: (row: T) => number, value: (row: T) => number): number {
  const total = rows.reduce((sum, row) => sum + weight(row), 0) || 1;
  return rows.reduce((sum, row) => sum + weight(row) * value(row), 0) / total;
}
