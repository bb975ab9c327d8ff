import { createHash } from 'node:crypto';
import { LlmosError } from '@llmos/contracts';
import { readHeadFiles, writeHeadFiles } from '@llmos/models';
import { dequantiseColumns, quantiseColumns } from '@llmos/learning';
import { z } from 'zod';
import type { EntityWeights } from './entity-weights.js';
import { NAMED_TYPES, TAGS } from './tags.js';
import { BUCKETS } from './word-features.js';

const descriptionSchema = z.object({
  format: z.literal('llmos-entity-head/1'),
  /** The body whose states it reads. */
  model: z.string(),
  types: z.array(z.string()),
  dimensions: z.number().int().positive().max(4_096),
  buckets: z.literal(BUCKETS),
  bin: z.object({ file: z.string().regex(/^[\w.-]+$/), sizeBytes: z.number().int(), sha256: z.string().length(64) }),
  /** Data, settings and scores of the training. */
  provenance: z.record(z.string(), z.unknown()),
});
export type EntityHeadDescription = z.output<typeof descriptionSchema>;

/** A head on disk: a readable description, and the quantised weights beside it. */
export interface EntityHeadFiles {
  readonly description: EntityHeadDescription;
  readonly bin: Buffer;
}

/** Float32 scales, then dense weights, transitions and starts (int16), then lexical weights (int8); little-endian. */
export function encodeEntityHead(
  weights: EntityWeights,
  about: Pick<EntityHeadDescription, 'model' | 'provenance'> & { readonly binFile: string },
): EntityHeadFiles {
  const dense = quantiseColumns(weights.dense, TAGS, 16);
  const lexical = quantiseColumns(weights.lexical, TAGS, 8);
  const bin = Buffer.concat(
    [weights.start, weights.transitions, dense.scales, lexical.scales, dense.codes, lexical.codes].map(bytesOf),
  );
  const { model, provenance, binFile } = about;
  const stamp = { file: binFile, sizeBytes: bin.length, sha256: sha256(bin) };
  const { dimensions } = weights;
  const types = [...NAMED_TYPES];
  return {
    bin,
    description: { format: 'llmos-entity-head/1', model, types, dimensions, buckets: BUCKETS, bin: stamp, provenance },
  };
}

/** The reverse of {@link encodeEntityHead}; throws `UNAVAILABLE` when the bytes are not those described. */
export function decodeEntityHead({ description, bin }: EntityHeadFiles): EntityWeights {
  const found = sha256(bin);
  if (found !== description.bin.sha256) {
    const message = `The entity head ${description.bin.file} has sha256 ${found}, expected ${description.bin.sha256}. Restore it or train again.`;
    throw new LlmosError('UNAVAILABLE', message);
  }
  const { dimensions } = description;
  let offset = 0;
  const take = (sizeBytes: number): Buffer => Buffer.from(bin.subarray(offset, (offset += sizeBytes)));
  const floats = (count: number): Float32Array => new Float32Array(copyOf(take(count * 4)));
  const start = floats(TAGS);
  const transitions = floats(TAGS * TAGS);
  const [denseScales, lexicalScales] = [floats(TAGS), floats(TAGS)];
  const dense = dequantiseColumns({ codes: new Int16Array(copyOf(take(dimensions * TAGS * 2))), scales: denseScales });
  const lexical = dequantiseColumns({ codes: new Int8Array(copyOf(take(BUCKETS * TAGS))), scales: lexicalScales });
  return { dimensions, start, transitions, dense, lexical };
}

/** Reads a head from disk. Rejects with `UNAVAILABLE` when a file is missing or malformed. */
export function readEntityHead(path: string): Promise<EntityHeadFiles> {
  return readHeadFiles(path, (value) => descriptionSchema.parse(value), 'entity head');
}

/** Writes both files. */
export function writeEntityHead(path: string, files: EntityHeadFiles): Promise<void> {
  return writeHeadFiles(path, files);
}

function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Buffer {
  return Buffer.from(buffer as ArrayBuffer, byteOffset, byteLength);
}

/** Bytes in a buffer of their own: typed arrays want their start aligned. */
function copyOf(bytes: Buffer): ArrayBuffer {
  return Uint8Array.from(bytes).buffer;
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
