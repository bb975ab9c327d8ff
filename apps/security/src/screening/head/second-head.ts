import { hash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { LlmosError } from '@llmos/contracts';
import {
  decodeWeights,
  encodeSafetensors,
  readHeadFiles,
  weightsFileOf,
  weightsFileSchema,
  writeHeadFiles,
} from '@llmos/models';
import { z } from 'zod';
import type { Side } from './first-head.js';

/** The low-rank update of the shared encoder; it lies beside the head's description. */
export const UPDATE_FILE = 'screening-encoder-update.safetensors';

const side = z
  .object({
    bias: z.number(),
    /** Windows with a lower logit of the first stage are harmless; the second stage does not judge them. */
    doubtful: z.number(),
    /** The factor of the first stage's logit. */
    firstShare: z.number(),
    /** Score = 1 / (1 + exp(-(slope · logit + shift))), with the threshold at 0.5. */
    slope: z.number(),
    shift: z.number(),
  })
  .transform(({ doubtful: harmlessBelow, ...rest }) => ({ ...rest, harmlessBelow }));

const headSchema = z.object({
  format: z.literal('llmos-tuned-injection-head/2'),
  model: z.string(),
  bin: weightsFileSchema,
  /** SHA-256 of the low-rank update whose vectors the head reads. */
  update: z.string().length(64),
  /** SHA-256 of the first head's weights: this head was fitted to its logits. */
  firstHead: z.string().length(64),
  input: side,
  passage: side,
  /** Data, settings and scores of the training. */
  provenance: z.record(z.string(), z.unknown()),
});

export interface SecondSideWeights extends z.output<typeof side> {
  readonly embedding: Float32Array;
}

export type SecondHeadWeights = Readonly<Record<Side, SecondSideWeights>>;

const WHAT = 'second screening head';

/** The head of the second stage: a linear model on the fine-tuned encoder's vector and the first stage's logit. */
export class SecondHead {
  /**
   * Reads a head, and checks that its update and the first head are those of its training.
   *
   * @param firstHead SHA-256 of the first head's weights.
   * @throws LlmosError UNAVAILABLE if a file is missing, malformed or another one.
   */
  static async read(path: string, firstHead: string): Promise<SecondHead> {
    const files = await readHeadFiles(path, (value) => headSchema.parse(value), WHAT);
    const { model, update, input, passage, ...description } = files.description;
    if (description.firstHead !== firstHead) {
      throw unusable(`${path} was fitted to another first head than the one in use (LLMOS_SECURITY_HEAD)`);
    }
    const found = await readFile(updatePathOf(path)).catch(() => undefined);
    if (!found || hash('sha256', found) !== update) {
      throw unusable(`${UPDATE_FILE} is not the update that ${path} was trained with`);
    }
    const weights = decodeWeights(files, WHAT, (tensors) => ({
      input: { ...input, embedding: tensors.get('input', Float32Array) },
      passage: { ...passage, embedding: tensors.get('passage', Float32Array) },
    }));
    return new SecondHead(model, weights);
  }

  constructor(
    readonly model: string,
    private readonly weights: SecondHeadWeights,
  ) {}

  /** Whether the first stage's logit makes the second stage unnecessary. */
  isHarmless(side: Side, firstLogit: number): boolean {
    return firstLogit < this.weights[side].harmlessBelow;
  }

  /** Before calibration. @param vector of the fine-tuned encoder. */
  logit(side: Side, vector: Float32Array, firstLogit: number): number {
    return secondLogit(this.weights[side], vector, firstLogit);
  }

  /** 0 to 1 from a {@link logit}; 0.5 is the threshold. */
  score(side: Side, logit: number): number {
    const { slope, shift } = this.weights[side];
    return 1 / (1 + Math.exp(-(slope * logit + shift)));
  }
}

/** The second stage's logit, also of weights that are not calibrated yet. */
export function secondLogit(
  { embedding, bias, firstShare }: Pick<SecondSideWeights, 'embedding' | 'bias' | 'firstShare'>,
  vector: Float32Array,
  firstLogit: number,
): number {
  return embedding.reduce((sum, weight, at) => sum + weight * (vector[at] ?? 0), bias + firstShare * firstLogit);
}

/** Path of the update beside a head's description. */
export function updatePathOf(headPath: string): string {
  return join(dirname(headPath), UPDATE_FILE);
}

/** Writes the description and the weights; the update lies beside them already. */
export function writeSecondHead(
  path: string,
  weights: SecondHeadWeights,
  about: Pick<z.output<typeof headSchema>, 'model' | 'update' | 'firstHead' | 'provenance'> & { readonly file: string },
): Promise<void> {
  const { file, model, update, firstHead, provenance } = about;
  const { input, passage } = weights;
  const bin = encodeSafetensors({
    input: { shape: [input.embedding.length], data: input.embedding },
    passage: { shape: [passage.embedding.length], data: passage.embedding },
  });
  const parts = { input: describe(input), passage: describe(passage), bin: weightsFileOf(file, bin) };
  const description = { format: 'llmos-tuned-injection-head/2', model, update, firstHead, ...parts, provenance };
  return writeHeadFiles(path, { description, bin });
}

function describe({ bias, harmlessBelow, firstShare, slope, shift }: SecondSideWeights): z.input<typeof side> {
  return { bias, doubtful: harmlessBelow, firstShare, slope, shift };
}

function unusable(reason: string): LlmosError {
  return new LlmosError('UNAVAILABLE', `${reason}. Restore the files or train both heads again.`);
}
