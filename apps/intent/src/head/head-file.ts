import { dequantiseColumns, dequantiseRows, quantiseColumns, quantiseRows } from '@llmos/learning';
import { createHash } from 'node:crypto';
import { LlmosError } from '@llmos/contracts';
import { readHeadFiles, writeHeadFiles } from '@llmos/models';
import { z } from 'zod';
import type { HeadWeights } from './head-weights.js';

const section = z.object({
  type: z.enum(['float32', 'int16', 'int8', 'utf8']),
  offset: z.number().int(),
  length: z.number().int(),
});
const SECTIONS = [
  'radialScales',
  'lexicalBias',
  'lexicalScales',
  'idf',
  'centroidScales',
  'radialWeights',
  'lexicalWeights',
  'centroids',
  'vocabulary',
] as const;
type SectionName = (typeof SECTIONS)[number];

const headSchema = z.object({
  format: z.literal('llmos-intent-head/1'),
  model: z.string(),
  labels: z.array(z.string()).min(2),
  radial: z.object({
    dimensions: z.number().int().positive(),
    sharpness: z.number().positive(),
    temperature: z.number().positive(),
  }),
  mix: z.number(),
  temperature: z.number().positive(),
  scope: z.object({ threshold: z.number(), scale: z.number().positive() }),
  bin: z.object({ file: z.string().regex(/^[\w.-]+$/), sizeBytes: z.number().int(), sha256: z.string().length(64) }),
  sections: z.record(z.enum(SECTIONS), section),
  /** Where the head comes from: data, embedding model, settings, scores, and figures that a retraining must reproduce. */
  provenance: z.record(z.string(), z.unknown()),
});
export type HeadDescription = z.output<typeof headSchema>;

/** The two committed files of a head: a readable description, and the quantised numbers it points into. */
export interface HeadFiles {
  readonly description: HeadDescription;
  readonly bin: Buffer;
}

/** Packs weights into int8 and int16 with one float32 scale per class (or centroid), little-endian. */
export function encodeHead(
  weights: HeadWeights,
  about: Pick<HeadDescription, 'model' | 'provenance'> & { binFile: string },
): HeadFiles {
  const classes = weights.labels.length;
  const radial = quantiseColumns(weights.radial.weights, classes, 16);
  const lexical = quantiseColumns(weights.lexical.weights, classes, 8);
  const centroids = quantiseRows(weights.radial.centroids, weights.radial.dimensions, 8);
  const contents: Record<SectionName, Float32Array | Int16Array | Int8Array | Buffer> = {
    radialScales: radial.scales,
    lexicalBias: weights.lexical.bias,
    lexicalScales: lexical.scales,
    idf: weights.lexical.idf,
    centroidScales: centroids.scales,
    radialWeights: radial.codes,
    lexicalWeights: lexical.codes,
    centroids: centroids.codes,
    vocabulary: Buffer.from(weights.lexical.vocabulary.join('\n'), 'utf8'),
  };
  const { bin, sections } = pack(contents);
  const { labels, mix, temperature, scope } = weights;
  const { dimensions, sharpness } = weights.radial;
  const { binFile, model, provenance } = about;
  const stamp = { file: binFile, sizeBytes: bin.length, sha256: sha256(bin) };
  return {
    bin,
    description: {
      format: 'llmos-intent-head/1',
      model,
      labels: [...labels],
      radial: { dimensions, sharpness, temperature: weights.radial.temperature },
      mix,
      temperature,
      scope,
      bin: stamp,
      sections,
      provenance,
    },
  };
}

/** The reverse of {@link encodeHead}; throws `UNAVAILABLE` when the bytes are not those described. */
export function decodeHead({ description, bin }: HeadFiles): HeadWeights {
  const found = sha256(bin);
  if (found !== description.bin.sha256) {
    throw new LlmosError(
      'UNAVAILABLE',
      `The intent head ${description.bin.file} has sha256 ${found}, expected ${description.bin.sha256}. Restore it or train again.`,
    );
  }
  const floats = (name: SectionName) => floatsAt(bytesOf(name, description, bin));
  const codes = (name: SectionName) => codesAt(bytesOf(name, description, bin));
  const wideCodes = (name: SectionName) => wideCodesAt(bytesOf(name, description, bin));
  const { labels, mix, temperature, scope } = description;
  return {
    labels,
    mix,
    temperature,
    scope,
    radial: {
      ...description.radial,
      centroids: dequantiseRows({ codes: codes('centroids'), scales: floats('centroidScales') }),
      weights: dequantiseColumns({ codes: wideCodes('radialWeights'), scales: floats('radialScales') }),
    },
    lexical: {
      weights: dequantiseColumns({ codes: codes('lexicalWeights'), scales: floats('lexicalScales') }),
      bias: floats('lexicalBias'),
      idf: floats('idf'),
      vocabulary: bytesOf('vocabulary', description, bin).toString('utf8').split('\n'),
    },
  };
}

/** Reads a head from disk. Rejects with `UNAVAILABLE` when a file is missing, malformed or has another hash. */
export function readHead(path: string): Promise<HeadFiles> {
  return readHeadFiles(path, (value) => headSchema.parse(value), 'intent head');
}

/** Writes both files. */
export function writeHead(path: string, files: HeadFiles): Promise<void> {
  return writeHeadFiles(path, files);
}

export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function pack(contents: Record<SectionName, Float32Array | Int16Array | Int8Array | Buffer>): {
  bin: Buffer;
  sections: HeadDescription['sections'];
} {
  const parts: Buffer[] = [];
  const sections = {} as HeadDescription['sections'];
  let offset = 0;
  for (const name of SECTIONS) {
    const content = contents[name];
    const bytes = Buffer.from(content.buffer, content.byteOffset, content.byteLength);
    sections[name] = { type: typeOf(content), offset, length: bytes.length };
    parts.push(bytes);
    offset += bytes.length;
  }
  return { bin: Buffer.concat(parts), sections };
}

function typeOf(content: Float32Array | Int16Array | Int8Array | Buffer): 'float32' | 'int16' | 'int8' | 'utf8' {
  if (content instanceof Float32Array) return 'float32';
  if (content instanceof Int16Array) return 'int16';
  return content instanceof Int8Array ? 'int8' : 'utf8';
}

function bytesOf(name: SectionName, { sections }: HeadDescription, bin: Buffer): Buffer {
  const { offset, length } = sections[name];
  return bin.subarray(offset, offset + length);
}

function floatsAt(bytes: Buffer): Float32Array {
  return Float32Array.from({ length: bytes.length / 4 }, (_, at) => bytes.readFloatLE(at * 4));
}

function codesAt(bytes: Buffer): Int8Array {
  return new Int8Array(bytes.buffer, bytes.byteOffset, bytes.length);
}

function wideCodesAt(bytes: Buffer): Int16Array {
  return Int16Array.from({ length: bytes.length / 2 }, (_, at) => bytes.readInt16LE(at * 2));
}
