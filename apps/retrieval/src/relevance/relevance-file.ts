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
import { identityAdapter } from './question-adapter.js';
import type { LateModel, RelevanceModel } from './relevance.js';

const descriptionSchema = z.object({
  format: z.literal('llmos-relevance/2'),
  /** The embedding model whose vectors it judges, by its name in the catalog. */
  embeddingModel: z.string(),
  dimensions: z.number().int().positive(),
  rank: z.number().int().nonnegative(),
  weights: z.object({ title: z.number(), passage: z.number(), words: z.number() }),
  threshold: z.number(),
  scale: z.number().positive(),
  /** The second look, whose projection is among the weights. */
  late: z.object({
    size: z.number().int().positive(),
    weights: z.object({ evidence: z.number(), document: z.number(), passage: z.number() }),
    sharpness: z.number().positive(),
    length: z.number(),
    strangers: z.array(z.string()).min(1).readonly(),
    threshold: z.number(),
    scale: z.number().positive(),
  }),
  bin: weightsFileSchema,
  /** Where the model comes from: data, settings, scores. */
  provenance: z.record(z.string(), z.unknown()),
});
export type RelevanceDescription = z.output<typeof descriptionSchema>;

/** The two committed files of the model: a readable description, and the weights of the adapter. */
export type RelevanceFiles = HeadFilePair<RelevanceDescription>;

const WHAT = 'relevance model';

export function encodeRelevance(
  { adapter, weights, threshold, scale, late }: RelevanceModel & { readonly late: LateModel },
  about: Pick<RelevanceDescription, 'embeddingModel' | 'provenance'> & { readonly file: string },
): RelevanceFiles {
  const { dimensions, rank, down, up } = adapter;
  const rows = (data: Float32Array) => ({ shape: [rank, dimensions], data });
  const { projection, ...second } = late;
  const { size } = projection;
  const bin = encodeSafetensors({
    down: rows(down),
    up: rows(up),
    projection: { shape: [size, dimensions], data: projection.rows },
  });
  const { file, ...rest } = about;
  return {
    bin,
    description: {
      format: 'llmos-relevance/2',
      dimensions,
      rank,
      weights,
      threshold,
      scale,
      late: { size, ...second },
      bin: weightsFileOf(file, bin),
      ...rest,
    },
  };
}

/** The reverse of {@link encodeRelevance}. @throws LlmosError UNAVAILABLE if the weights are not those described. */
export function decodeRelevance(files: RelevanceFiles): RelevanceModel & { readonly late: LateModel } {
  const { dimensions, rank, weights, threshold, scale, late } = files.description;
  const { size, ...second } = late;
  return decodeWeights(files, WHAT, (tensors) => {
    const [down, up] = [tensors.get('down', Float32Array), tensors.get('up', Float32Array)];
    if (down.length !== rank * dimensions || up.length !== rank * dimensions)
      throw new RangeError(`its tensors are not ${rank} x ${dimensions}`);
    const rows = tensors.get('projection', Float32Array);
    if (rows.length !== size * dimensions) throw new RangeError(`its projection is not ${size} x ${dimensions}`);
    const projection = { dimensions, size, rows };
    return { adapter: { dimensions, rank, down, up }, weights, threshold, scale, late: { ...second, projection } };
  });
}

/** Reads the model from disk. @throws LlmosError UNAVAILABLE if a file is missing or malformed. */
export function readRelevance(path: string): Promise<RelevanceFiles> {
  return readHeadFiles(path, (value) => descriptionSchema.parse(value), WHAT);
}

/**
 * The relevance model for an embedding model. For another than it was trained for, the adapter changes nothing and
 * there is no second look; the weights remain, so that documents are ordered well, but relevance is not calibrated.
 */
export async function loadRelevance(
  path: string,
  embeddingModel: string,
): Promise<{ readonly model: RelevanceModel; readonly isCalibrated: boolean }> {
  const files = await readRelevance(path);
  const model = decodeRelevance(files);
  const isCalibrated = files.description.embeddingModel === embeddingModel;
  if (isCalibrated) return { model, isCalibrated };
  const adapter = identityAdapter(model.adapter.dimensions);
  return { model: { ...model, adapter, late: undefined }, isCalibrated };
}

/** Writes both files. */
export function writeRelevance(path: string, files: RelevanceFiles): Promise<void> {
  return writeHeadFiles(path, files);
}
