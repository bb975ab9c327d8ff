import { readFile } from 'node:fs/promises';
import { z } from 'zod';

/** Made by `training/train.ts`: see model/MODEL_CARD.md. */
const headSchema = z.object({
  /** The speech model whose states it was trained on. */
  model: z.string(),
  /** One for each value of the mean state. */
  weights: z.array(z.number()),
  /** Of the logarithm of the confidence. */
  confidenceWeight: z.number(),
  bias: z.number(),
});

const FILE = new URL('../../model/english-head.json', import.meta.url);

/**
 * Tells English from other languages by what the encoder of the speech model makes of the sound: a logistic regression
 * on the mean of its states, and on how sure the decoder is. The text alone does not show it, because the recogniser
 * makes English words of everything.
 */
export class EnglishHead {
  private constructor(private readonly head: z.infer<typeof headSchema>) {}

  /** The head of the model; undefined if it has none. */
  static async of(model: string): Promise<EnglishHead | undefined> {
    const head = headSchema.parse(JSON.parse(await readFile(FILE, 'utf8')));
    return head.model === model ? new EnglishHead(head) : undefined;
  }

  /**
   * The probability that the speech is in another language, 0 to 1.
   *
   * @param state the mean of the encoder's states.
   * @param confidence of the decoder, 0 to 1.
   */
  otherLanguage(state: Float32Array, confidence: number): number {
    const { weights, confidenceWeight, bias } = this.head;
    const score = weights.reduce((sum, weight, i) => sum + weight * (state[i] ?? 0), bias);
    return 1 / (1 + Math.exp(-score - confidenceWeight * Math.log(Math.max(confidence, 1e-6))));
  }
}
