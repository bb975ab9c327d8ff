import { fileURLToPath } from 'node:url';
import {
  decodeWeights,
  encodeSafetensors,
  readHeadFiles,
  weightsFileOf,
  weightsFileSchema,
  type HeadFilePair,
} from '@llmos/models';
import { z } from 'zod';

const pathOf = (name: string) => fileURLToPath(new URL(`../../model/${name}`, import.meta.url));

/** The low-rank update that adapts the shared encoder to sentiment. The head is for vectors of the encoder with it. */
export const sentimentEncoderPath = pathOf('sentiment-encoder.safetensors');
export const sentimentHeadPath = pathOf('sentiment-head.json');

/** A linear function of a vector; its value is a logit. */
export interface LinearLogit {
  readonly weights: Float32Array;
  readonly bias: number;
}

export interface SentimentWeights {
  /** Log-odds of positive against negative, calibrated. */
  readonly polarity: LinearLogit;
  /** Above 0 for a neutral text. The threshold is set so that 1 in 50 held-out opinions counts as neutral. */
  readonly neutral: LinearLogit;
}

const descriptionSchema = z.object({
  format: z.literal('llmos-sentiment-head/2'),
  /** The encoder update whose vectors the head was trained on. */
  encoder: z.object({ file: z.string(), sha256: z.string().length(64) }),
  bin: weightsFileSchema,
  /** Data and scores of the training. */
  provenance: z.record(z.string(), z.unknown()),
});
export type SentimentHeadDescription = z.output<typeof descriptionSchema>;

/** The two committed files of a head: a readable description, and its weights. */
export type SentimentHeadFiles = HeadFilePair<SentimentHeadDescription>;

const WHAT = 'sentiment head';

export function encodeSentimentHead(
  { polarity, neutral }: SentimentWeights,
  about: Pick<SentimentHeadDescription, 'encoder' | 'provenance'> & { readonly file: string },
): SentimentHeadFiles {
  const tensor = (data: Float32Array) => ({ shape: [data.length], data });
  const bin = encodeSafetensors({
    polarityWeights: tensor(polarity.weights),
    polarityBias: tensor(Float32Array.of(polarity.bias)),
    neutralWeights: tensor(neutral.weights),
    neutralBias: tensor(Float32Array.of(neutral.bias)),
  });
  const { encoder, provenance, file } = about;
  return { bin, description: { format: 'llmos-sentiment-head/2', encoder, bin: weightsFileOf(file, bin), provenance } };
}

/**
 * The reverse of {@link encodeSentimentHead}. @throws LlmosError UNAVAILABLE if the weights are not those described.
 */
export function decodeSentimentHead(files: SentimentHeadFiles): SentimentWeights {
  return decodeWeights(files, WHAT, (tensors) => {
    const floats = (name: string) => tensors.get(name, Float32Array);
    return {
      polarity: { weights: floats('polarityWeights'), bias: floats('polarityBias')[0]! },
      neutral: { weights: floats('neutralWeights'), bias: floats('neutralBias')[0]! },
    };
  });
}

/** Reads a head from disk. @throws LlmosError UNAVAILABLE if a file is missing or malformed. */
export function readSentimentHead(path = sentimentHeadPath): Promise<SentimentHeadFiles> {
  return readHeadFiles(path, (value) => descriptionSchema.parse(value), WHAT);
}
