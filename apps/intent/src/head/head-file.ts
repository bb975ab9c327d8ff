import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { LlmosError } from '@llmos/contracts';
import { z } from 'zod';
import type { HeadWeights } from './head-weights.js';
import { dequantiseColumns, dequantiseRows, quantiseColumns, quantiseRows } from './quantise.js';

const section = z.object({ type: z.enum(['float32', 'int8', 'utf8']), offset: z.number().int(), length: z.number().int() });
const SECTIONS = [
  'embeddingBias', 'embeddingScales', 'lexicalBias', 'lexicalScales', 'idf', 'centroidScales',
  'embeddingWeights', 'lexicalWeights', 'centroids', 'vocabulary',
] as const; // prettier-ignore
type SectionName = (typeof SECTIONS)[number];

const headSchema = z.object({
  format: z.literal('llmos-intent-head/1'),
  model: z.string(),
  labels: z.array(z.string()).min(2),
  dimensions: z.number().int().positive(),
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

/** Packs weights into int8 with one float32 scale per class (or centroid), little-endian, float32 sections first. */
export function encodeHead(weights: HeadWeights, about: Pick<HeadDescription, 'model' | 'provenance'> & { binFile: string }): HeadFiles {
  const classes = weights.labels.length;
  const embedding = quantiseColumns(weights.embedding.weights, classes);
  const lexical = quantiseColumns(weights.lexical.weights, classes);
  const centroids = quantiseRows(weights.centroids, weights.dimensions);
  const contents: Record<SectionName, Float32Array | Int8Array | Buffer> = {
    embeddingBias: weights.embedding.bias,
    embeddingScales: embedding.scales,
    lexicalBias: weights.lexical.bias,
    lexicalScales: lexical.scales,
    idf: weights.lexical.idf,
    centroidScales: centroids.scales,
    embeddingWeights: embedding.codes,
    lexicalWeights: lexical.codes,
    centroids: centroids.codes,
    vocabulary: Buffer.from(weights.lexical.vocabulary.join('\n'), 'utf8'),
  };
  const { bin, sections } = pack(contents);
  const { labels, dimensions, mix, temperature, scope } = weights;
  const { binFile, model, provenance } = about;
  const stamp = { file: binFile, sizeBytes: bin.length, sha256: sha256(bin) };
  return {
    bin,
    description: {
      format: 'llmos-intent-head/1', model, labels: [...labels], dimensions, mix, temperature, scope, bin: stamp, sections, provenance,
    }, // prettier-ignore
  };
}

/** The reverse of {@link encodeHead}; throws `UNAVAILABLE` when the bytes are not those described. */
export function decodeHead({ description, bin }: HeadFiles): HeadWeights {
  const found = sha256(bin);
  if (found !== description.bin.sha256) {
    throw new LlmosError('UNAVAILABLE', `The intent head ${description.bin.file} has sha256 ${found}, expected ${description.bin.sha256}. Restore it or train again.`);
  }
  const floats = (name: SectionName) => floatsAt(bytesOf(name, description, bin));
  const codes = (name: SectionName) => codesAt(bytesOf(name, description, bin));
  const { labels, dimensions, mix, temperature, scope } = description;
  return {
    labels, dimensions, mix, temperature, scope,
    embedding: { weights: dequantiseColumns({ codes: codes('embeddingWeights'), scales: floats('embeddingScales') }), bias: floats('embeddingBias') },
    lexical: {
      weights: dequantiseColumns({ codes: codes('lexicalWeights'), scales: floats('lexicalScales') }),
      bias: floats('lexicalBias'),
      idf: floats('idf'),
      vocabulary: bytesOf('vocabulary', description, bin).toString('utf8').split('\n'),
    },
    centroids: dequantiseRows({ codes: codes('centroids'), scales: floats('centroidScales') }),
  }; // prettier-ignore
}

/** Reads a head from disk. Rejects with `UNAVAILABLE` when a file is missing, malformed or has another hash. */
export async function readHead(descriptionPath: string): Promise<HeadFiles> {
  try {
    const description = headSchema.parse(JSON.parse(await readFile(descriptionPath, 'utf8')));
    return { description, bin: await readFile(join(dirname(descriptionPath), description.bin.file)) };
  } catch (cause) {
    throw new LlmosError('UNAVAILABLE', `The intent head could not be read from ${descriptionPath}. Restore its files or train again.`, { cause });
  }
}

/** Writes both files; the description last, so that a reader never finds one without the other. */
export async function writeHead(descriptionPath: string, { description, bin }: HeadFiles): Promise<void> {
  await writeFile(join(dirname(descriptionPath), description.bin.file), bin);
  await writeFile(descriptionPath, `${JSON.stringify(description, null, 2)}\n`);
}

export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function pack(contents: Record<SectionName, Float32Array | Int8Array | Buffer>): { bin: Buffer; sections: HeadDescription['sections'] } {
  const parts: Buffer[] = [];
  const sections = {} as HeadDescription['sections'];
  let offset = 0;
  for (const name of SECTIONS) {
    const content = contents[name];
    const bytes = Buffer.from(content.buffer, content.byteOffset, content.byteLength);
    const type = content instanceof Float32Array ? 'float32' : content instanceof Int8Array ? 'int8' : 'utf8';
    sections[name] = { type, offset, length: bytes.length };
    parts.push(bytes);
    offset += bytes.length;
  }
  return { bin: Buffer.concat(parts), sections };
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
