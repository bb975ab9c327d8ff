import { foldText } from '@llmos/guardrails';
import { dequantiseRows, quantiseRows } from '@llmos/learning';
import {
  decodeWeights,
  encodeSafetensors,
  readHeadFiles,
  weightsFileOf,
  weightsFileSchema,
  writeHeadFiles,
} from '@llmos/models';
import { z } from 'zod';
import { characterGrams } from './character-grams.js';

/** Score = 1 / (1 + exp(-(slope · logit + shift))), with the threshold at 0.5. */
const calibration = z.object({ slope: z.number(), shift: z.number() });
const headSchema = z.object({
  format: z.literal('llmos-character-head/1'),
  model: z.string(),
  bias: z.number(),
  /** The heads of the two stages judge English too: here its threshold is higher. */
  english: calibration,
  other: calibration,
  bin: weightsFileSchema,
  /** Data, settings and scores of the training. */
  provenance: z.record(z.string(), z.unknown()),
});
type Description = z.output<typeof headSchema>;

export interface CharacterWeights extends Pick<Description, 'bias' | 'english' | 'other'> {
  /** One per bucket of {@link characterGrams}; the length is a power of two. */
  readonly grams: Float32Array;
}

const WHAT = 'character screening head';

/**
 * Finds attacks in inputs by their characters: a linear model without an encoder. It was trained with English, German,
 * Spanish, French, Japanese, Russian and Chinese, and less with other languages.
 */
export class CharacterHead {
  /** @throws LlmosError UNAVAILABLE if a file is missing or malformed. */
  static async read(path: string): Promise<CharacterHead> {
    const files = await readHeadFiles(path, (value) => headSchema.parse(value), WHAT);
    const { bias, english, other } = files.description;
    return decodeWeights(files, WHAT, (tensors) => {
      const codes = tensors.get('grams', Int8Array);
      const grams = dequantiseRows({ codes, scales: tensors.get('gramsScales', Float32Array) });
      return new CharacterHead({ grams, bias, english, other });
    });
  }

  constructor(private readonly weights: CharacterWeights) {}

  /** Before calibration. */
  logit(text: string): number {
    const { grams, bias } = this.weights;
    const { indexes, values } = characterGrams(foldText(text, false).text, grams.length);
    return indexes.reduce((sum, bucket, at) => sum + grams[bucket]! * values[at]!, bias);
  }

  /** 0 to 1; 0.5 is the threshold. @param inEnglish whether the text that it comes from is English. */
  score(text: string, inEnglish: boolean): number {
    const { slope, shift } = inEnglish ? this.weights.english : this.weights.other;
    return 1 / (1 + Math.exp(-(slope * this.logit(text) + shift)));
  }
}

const LETTERS = /\p{L}+/gu;
const ENGLISH =
  /^(?:the|of|and|to|you|your|my|are|is|this|that|with|for|what|how|can|it|i|be|not|have|please|from|all|now|a|in|on|do|me|we|if|at|or|as)$/;
/** In English at least every eighth word is one of these. */
const ENGLISH_SHARE = 1 / 8;

/** Whether a text is probably English; quick, and only good enough to choose between two thresholds. */
export function isEnglish(text: string): boolean {
  const words = text.toLowerCase().match(LETTERS) ?? [];
  const known = englishAmong(words);
  return known > 0 && known >= words.length * ENGLISH_SHARE;
}

/** How many of the words are frequent in English. @param words in lower case. */
export function englishAmong(words: readonly string[]): number {
  return words.filter((word) => ENGLISH.test(word)).length;
}

/** Writes the description and the weights, as int8. */
export function writeCharacterHead(
  path: string,
  { grams, ...weights }: CharacterWeights,
  about: Pick<Description, 'model' | 'provenance'> & { readonly file: string },
): Promise<void> {
  const { codes, scales } = quantiseRows(grams, grams.length, 8);
  const bin = encodeSafetensors({
    grams: { shape: [grams.length], data: codes },
    gramsScales: { shape: [scales.length], data: scales },
  });
  const { file, model, provenance } = about;
  const description = {
    format: 'llmos-character-head/1',
    model,
    ...weights,
    bin: weightsFileOf(file, bin),
    provenance,
  };
  return writeHeadFiles(path, { description, bin });
}
