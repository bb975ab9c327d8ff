import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { LlmosError } from '@llmos/contracts';
import { z } from 'zod';

const MODEL_FOLDER = new URL('../../model/', import.meta.url);

/**
 * The low-rank update that fits the shared encoder to sentiment: what the embedder of {@link SentimentHead} is started
 * with.
 */
export const sentimentBodyPath = fileURLToPath(new URL('sentiment-encoder.safetensors', MODEL_FOLDER));
export const sentimentHeadPath = fileURLToPath(new URL('sentiment-head.json', MODEL_FOLDER));

export interface SentimentVerdict {
  readonly label: 'positive' | 'negative' | 'neutral';
  /** How likely the label is right. */
  readonly confidence: number;
  /** How likely the feeling is positive, should there be one. */
  readonly positive: number;
}

/** A vector and the text it stands for. */
export interface FeltWindow {
  readonly text: string;
  readonly vector: Float32Array;
}

const linearSchema = z.object({ weights: z.array(z.number()).min(1).max(10_000), bias: z.number() });

export const sentimentHeadSchema = z.object({
  format: z.literal('llmos-sentiment-head/1'),
  /** The update whose vectors the head was fitted on. */
  body: z.object({ file: z.string(), sha256: z.string().length(64) }),
  /** Log-odds of positive against negative, calibrated. */
  polarity: linearSchema,
  /** Above 0 for a text without a feeling; 1 in 20 held-out sentences with one get there. */
  neutral: linearSchema,
  /** What it was trained on, and how well it did. */
  provenance: z.record(z.string(), z.unknown()),
});
export type SentimentHeadFile = z.infer<typeof sentimentHeadSchema>;

/** Says how a text feels from its vector, which must come from the encoder with {@link sentimentBodyPath} applied. */
export class SentimentHead {
  /** @throws LlmosError UNAVAILABLE when the file is missing or is no sentiment head. */
  static async load(path = sentimentHeadPath): Promise<SentimentHead> {
    try {
      const bytes = await readFile(path);
      const file = sentimentHeadSchema.parse(JSON.parse(bytes.toString('utf8')));
      return new SentimentHead(file, createHash('sha256').update(bytes).digest('hex'));
    } catch (cause) {
      const message = `The sentiment head could not be read from ${path}. Is the file there, and is it whole?`;
      throw new LlmosError('UNAVAILABLE', message, { cause });
    }
  }

  constructor(
    private readonly file: SentimentHeadFile,
    /** SHA-256 of the file, in hex. */
    readonly version: string,
  ) {}

  judge(vector: Float32Array): SentimentVerdict {
    return this.verdictOf(logitOf(this.file.polarity, vector), logitOf(this.file.neutral, vector));
  }

  /**
   * The feeling of a long text from its windows: the mean of their log-odds, each weighed by its length and by how
   * likely it is to feel anything. It is neutral when, by length, its windows are.
   */
  judgeAll(windows: readonly FeltWindow[]): SentimentVerdict {
    const read = windows.map(({ text, vector }) => ({
      length: Math.max(1, text.length),
      polarity: logitOf(this.file.polarity, vector),
      neutral: logitOf(this.file.neutral, vector),
    }));
    const weight = ({ length, neutral }: (typeof read)[number]) => length * (1 - chance(neutral) + 1e-3);
    const polarity = weighedMean(read, weight, (window) => window.polarity);
    const neutral = weighedMean(
      read,
      ({ length }) => length,
      (window) => window.neutral,
    );
    return this.verdictOf(polarity, neutral);
  }

  private verdictOf(polarity: number, neutral: number): SentimentVerdict {
    const positive = chance(polarity);
    const plain = chance(neutral);
    if (plain >= 0.5) return { label: 'neutral', confidence: plain, positive };
    return positive >= 0.5
      ? { label: 'positive', confidence: positive, positive }
      : { label: 'negative', confidence: 1 - positive, positive };
  }
}

function logitOf({ weights, bias }: z.infer<typeof linearSchema>, vector: Float32Array): number {
  return weights.reduce((sum, weight, at) => sum + weight * (vector[at] ?? 0), bias);
}

function chance(logit: number): number {
  return 1 / (1 + Math.exp(-logit));
}

function weighedMean<T>(rows: readonly T[], weight: (row: T) => number, value: (row: T) => number): number {
  const total = rows.reduce((sum, row) => sum + weight(row), 0) || 1;
  return rows.reduce((sum, row) => sum + weight(row) * value(row), 0) / total;
}
