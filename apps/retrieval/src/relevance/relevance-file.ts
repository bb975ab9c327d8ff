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
  type HeadFilePair,
} from '@llmos/models';
import { z } from 'zod';
import { withoutTokens, type RelevanceModel } from './relevance.js';
import type { TokenHead } from './token-head.js';

const descriptionSchema = z.object({
  format: z.literal('llmos-relevance/3'),
  /** The embedding model, by its name in the catalog, and the low-rank update that fits it to searches. */
  embeddingModel: z.string(),
  update: weightsFileSchema.pick({ file: true, sha256: true }),
  dimensions: z.number().int().positive(),
  /** Numbers in the short vector of a token. */
  size: z.number().int().positive(),
  weights: z.object({
    title: z.number(),
    passage: z.number(),
    words: z.number(),
    tokens: z.object({ document: z.number(), passage: z.number() }),
  }),
  threshold: z.number(),
  scale: z.number().positive(),
  bin: weightsFileSchema,
  /** Where the model comes from: data, settings, scores. */
  provenance: z.record(z.string(), z.unknown()),
});
export type RelevanceDescription = z.output<typeof descriptionSchema>;

/** The two committed files of the model: a readable description, and the weights of its token head. */
export type RelevanceFiles = HeadFilePair<RelevanceDescription>;

/** A low-rank update of the embedding model. */
export interface EncoderUpdate {
  readonly path: string;
  /** Tells the vectors of the updated model from others: the beginning of the update's SHA-256. */
  readonly variant: string;
}

/** The model as trained, with its second look. */
export type TrainedRelevance = RelevanceModel & { readonly head: TokenHead };

const WHAT = 'relevance model';
const VARIANT_LENGTH = 8;

export function encodeRelevance(
  { weights, threshold, scale, head }: TrainedRelevance,
  about: Pick<RelevanceDescription, 'embeddingModel' | 'update' | 'provenance'> & { readonly file: string },
): RelevanceFiles {
  const { dimensions, size } = head;
  const bin = encodeSafetensors({
    projection: { shape: [size, dimensions], data: head.projection },
    importance: { shape: [dimensions], data: head.importance },
    bias: { shape: [1], data: Float32Array.of(head.bias) },
  });
  const { file, ...rest } = about;
  const signs = { weights, threshold, scale };
  const description = { ...rest, dimensions, size, ...signs, bin: weightsFileOf(file, bin) };
  return { bin, description: { ...description, format: 'llmos-relevance/3' } };
}

/** The reverse of {@link encodeRelevance}. @throws LlmosError UNAVAILABLE if the weights are not those described. */
export function decodeRelevance(files: RelevanceFiles): TrainedRelevance {
  const { weights, threshold, scale } = files.description;
  return { weights, threshold, scale, head: decodeHead(files) };
}

function decodeHead(files: RelevanceFiles): TokenHead {
  const { dimensions, size } = files.description;
  return decodeWeights(files, WHAT, (tensors) => {
    const [projection, importance] = [tensors.get('projection', Float32Array), tensors.get('importance', Float32Array)];
    if (projection.length !== size * dimensions || importance.length !== dimensions)
      throw new RangeError(`its tensors are not of ${size} x ${dimensions} numbers`);
    return { dimensions, size, projection, importance, bias: tensors.get('bias', Float32Array)[0] ?? 0 };
  });
}

/** Reads the model from disk. @throws LlmosError UNAVAILABLE if a file is missing or malformed. */
export function readRelevance(path: string): Promise<RelevanceFiles> {
  return readHeadFiles(path, (value) => descriptionSchema.parse(value), WHAT);
}

/**
 * The relevance model for an embedding model, and the update that the embedding model needs for it. For another than it
 * was trained for there is no second look; the weights remain, so that documents are ordered well, but relevance is not
 * calibrated.
 *
 * @throws LlmosError UNAVAILABLE if a file is missing or malformed.
 */
export async function loadRelevance(
  path: string,
  embeddingModel: string,
): Promise<{ readonly model: RelevanceModel; readonly update?: EncoderUpdate }> {
  const files = await readRelevance(path);
  const model = decodeRelevance(files);
  if (files.description.embeddingModel !== embeddingModel) return { model: withoutTokens(model) };
  return { model, update: await findUpdate(path, files.description) };
}

async function findUpdate(path: string, { update: { file, sha256 } }: RelevanceDescription): Promise<EncoderUpdate> {
  const updatePath = join(dirname(path), file);
  const found = await readFile(updatePath).catch(() => undefined);
  if (found && hash('sha256', found) === sha256) return { path: updatePath, variant: sha256.slice(0, VARIANT_LENGTH) };
  const what = found ? 'is not the update that the relevance model was trained with' : 'is missing';
  throw new LlmosError('UNAVAILABLE', `${updatePath} ${what}. Restore it or train again.`);
}

/** Writes both files. */
export function writeRelevance(path: string, files: RelevanceFiles): Promise<void> {
  return writeHeadFiles(path, files);
}
