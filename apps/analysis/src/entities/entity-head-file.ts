import { dequantiseColumns, quantiseColumns } from '@llmos/learning';
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
import type { EntityWeights } from './entity-weights.js';
import { NAMED_TYPES, TAGS } from './tags.js';
import { BUCKETS } from './word-features.js';

const descriptionSchema = z.object({
  format: z.literal('llmos-entity-head/2'),
  /** The encoder whose token states the head reads. */
  model: z.string(),
  types: z.array(z.string()),
  dimensions: z.number().int().positive().max(4_096),
  buckets: z.literal(BUCKETS),
  bin: weightsFileSchema,
  /** Data, settings and scores of the training. */
  provenance: z.record(z.string(), z.unknown()),
});
export type EntityHeadDescription = z.output<typeof descriptionSchema>;

/** The two committed files of a head: a readable description, and its quantised weights. */
export type EntityHeadFiles = HeadFilePair<EntityHeadDescription>;

const WHAT = 'entity head';

/** Packs the state weights into int16 and the hashed weights into int8, with one float32 scale per tag. */
export function encodeEntityHead(
  weights: EntityWeights,
  about: Pick<EntityHeadDescription, 'model' | 'provenance'> & { readonly file: string },
): EntityHeadFiles {
  const { dimensions, start, transitions } = weights;
  const dense = quantiseColumns(weights.dense, TAGS, 16);
  const lexical = quantiseColumns(weights.lexical, TAGS, 8);
  const bin = encodeSafetensors({
    start: { shape: [TAGS], data: start },
    transitions: { shape: [TAGS, TAGS], data: transitions },
    denseWeights: { shape: [dimensions, TAGS], data: dense.codes },
    denseScales: { shape: [TAGS], data: dense.scales },
    lexicalWeights: { shape: [BUCKETS, TAGS], data: lexical.codes },
    lexicalScales: { shape: [TAGS], data: lexical.scales },
  });
  const { model, provenance, file } = about;
  const [types, stamp] = [[...NAMED_TYPES], weightsFileOf(file, bin)];
  return {
    bin,
    description: { format: 'llmos-entity-head/2', model, types, dimensions, buckets: BUCKETS, bin: stamp, provenance },
  };
}

/** The reverse of {@link encodeEntityHead}. @throws LlmosError UNAVAILABLE if the weights are not those described. */
export function decodeEntityHead(files: EntityHeadFiles): EntityWeights {
  return decodeWeights(files, WHAT, (weights) => {
    const floats = (name: string) => weights.get(name, Float32Array);
    return {
      dimensions: files.description.dimensions,
      start: floats('start'),
      transitions: floats('transitions'),
      dense: dequantiseColumns({ codes: weights.get('denseWeights', Int16Array), scales: floats('denseScales') }),
      lexical: dequantiseColumns({ codes: weights.get('lexicalWeights', Int8Array), scales: floats('lexicalScales') }),
    };
  });
}

/** Reads a head from disk. @throws LlmosError UNAVAILABLE if a file is missing or malformed. */
export function readEntityHead(path: string): Promise<EntityHeadFiles> {
  return readHeadFiles(path, (value) => descriptionSchema.parse(value), WHAT);
}

/** Writes both files. */
export function writeEntityHead(path: string, files: EntityHeadFiles): Promise<void> {
  return writeHeadFiles(path, files);
}
