import { createHash } from 'node:crypto';
import { dirname, join } from 'node:path';
import { LlmosError } from '@llmos/contracts';
import { readHeadFiles, writeHeadFiles, type HeadFilePair } from '@llmos/models';
import { z } from 'zod';
import type { Side } from './screening-head.js';

/** The low-rank update lies beside the description under this name. */
export const UPDATE_FILE = 'screening-encoder.safetensors';

const side = z.object({
  embedding: z.array(z.number()).min(1).max(4_096),
  bias: z.number(),
  /** The first stage's logit below which a window is harmless without this one's word. */
  doubtful: z.number(),
  /** How much the first stage's logit counts beside this one's. */
  firstShare: z.number(),
  /** Score = 1 / (1 + exp(-(slope · logit + shift))), with the threshold at 0.5. */
  slope: z.number(),
  shift: z.number(),
});

const tunedHeadSchema = z.object({
  format: z.literal('llmos-tuned-injection-head/1'),
  model: z.string(),
  /** The low-rank update of the shared encoder whose vectors the head reads. */
  bin: z.object({ file: z.literal(UPDATE_FILE), sha256: z.string().length(64) }),
  /** SHA-256 of the numbers of the first head, whose logits this one was fitted to. */
  firstHead: z.string().length(64),
  input: side,
  passage: side,
  /** Data, settings and scores of the training. */
  provenance: z.record(z.string(), z.unknown()),
});
export type TunedHeadDescription = z.output<typeof tunedHeadSchema>;
export type TunedSide = z.output<typeof side>;

/** The second stage: judges by the vectors of the encoder fine-tuned for screening, and by what the first stage said. */
export class TunedHead {
  /**
   * Reads a head and checks its update, and that it belongs to the first head, by that one's hash.
   * @throws LlmosError UNAVAILABLE when a file is missing, malformed or another.
   */
  static async read(path: string, firstHead: string): Promise<TunedHead> {
    const what = 'fine-tuned screening head';
    const { description, bin } = await readHeadFiles(path, (value) => tunedHeadSchema.parse(value), what);
    if (createHash('sha256').update(bin).digest('hex') !== description.bin.sha256) {
      throw new LlmosError(
        'UNAVAILABLE',
        `${description.bin.file} is not the update that ${path} was trained with. Restore it or train again.`,
      );
    }
    if (description.firstHead !== firstHead) {
      throw new LlmosError(
        'UNAVAILABLE',
        `${path} was fitted to another first head than the one in use (LLMOS_SECURITY_HEAD). Train both together.`,
      );
    }
    return new TunedHead(description);
  }

  constructor(private readonly description: Pick<TunedHeadDescription, 'model' | 'input' | 'passage'>) {}

  get model(): string {
    return this.description.model;
  }

  /** Whether the first stage's logit leaves doubts. */
  isDoubtful(side: Side, firstLogit: number): boolean {
    return firstLogit >= this.description[side].doubtful;
  }

  /** Before calibration. @param vector of the fine-tuned encoder. @param firstLogit the first stage's. */
  logit(side: Side, vector: Float32Array, firstLogit: number): number {
    return tunedLogit(this.description[side], vector, firstLogit);
  }

  /** 0 to 1 from a {@link logit}; 0.5 is the threshold. */
  score(side: Side, logit: number): number {
    const { slope, shift } = this.description[side];
    return 1 / (1 + Math.exp(-(slope * logit + shift)));
  }
}

/** The second stage's logit, also of weights that are not calibrated yet. */
export function tunedLogit(
  { embedding, bias, firstShare }: Pick<TunedSide, 'embedding' | 'bias' | 'firstShare'>,
  vector: Float32Array,
  firstLogit: number,
): number {
  return embedding.reduce((sum, weight, at) => sum + weight * (vector[at] ?? 0), bias + firstShare * firstLogit);
}

/** Path of the update beside a head's description, for who starts the encoder. */
export function updatePathOf(headPath: string): string {
  return join(dirname(headPath), UPDATE_FILE);
}

/** Writes the description beside its update. */
export function writeTunedHead(path: string, files: HeadFilePair<TunedHeadDescription>): Promise<void> {
  return writeHeadFiles(path, files);
}
