import { createHash } from 'node:crypto';
import { LlmosError } from '@llmos/contracts';
import { attackRules } from '@llmos/guardrails';
import { readHeadFiles, writeHeadFiles } from '@llmos/models';
import { dequantiseRows, quantiseRows } from '@llmos/learning';
import { z } from 'zod';
import type { HeadWeights, SideWeights } from './screening-head.js';

/** The rules whose counts a head weighs, in order. */
export const RULE_IDS: readonly string[] = attackRules.map(({ id }) => id);

const side = z.object({
  bias: z.number(),
  slope: z.number(),
  shift: z.number(),
  suspicious: z.number(),
  rules: z.array(z.number()),
});
const headSchema = z.object({
  format: z.literal('llmos-injection-head/1'),
  model: z.string(),
  dimensions: z.number().int().positive(),
  grams: z.number().int().nonnegative(),
  scales: z.object({ embedding: z.number(), lexical: z.number(), rules: z.number() }),
  /** The rules that the head weighs, in order; a head fits the rules it was trained with only. */
  ruleIds: z.array(z.string()),
  input: side,
  passage: side,
  bin: z.object({ file: z.string().regex(/^[\w.-]+$/), sizeBytes: z.number().int(), sha256: z.string().length(64) }),
  /** Data, settings and scores of the training. */
  provenance: z.record(z.string(), z.unknown()),
});
export type HeadDescription = z.output<typeof headSchema>;

/** The two committed files: a readable description, and the quantised numbers with the vocabulary. */
export interface HeadFiles {
  readonly description: HeadDescription;
  readonly bin: Buffer;
}

type About = Pick<HeadDescription, 'model' | 'ruleIds' | 'provenance'> & { readonly binFile: string };

/** Packs int16 embedding weights, int8 n-gram weights and idf, each with a float32 scale, then the vocabulary. */
export function encodeHead(weights: HeadWeights, { binFile, ...about }: About): HeadFiles {
  const vectors = [weights.input.embedding, weights.passage.embedding].map((row) => packed(row, 16));
  const words = [weights.input.lexical, weights.passage.lexical, weights.idf].map((row) => packed(row, 8));
  const bin = Buffer.concat([...vectors, ...words, Buffer.from(weights.vocabulary.join('\n'), 'utf8')]);
  const { dimensions, scales } = weights;
  return {
    bin,
    description: {
      format: 'llmos-injection-head/1',
      ...about,
      dimensions,
      grams: weights.vocabulary.length,
      scales,
      input: describeSide(weights.input),
      passage: describeSide(weights.passage),
      bin: { file: binFile, sizeBytes: bin.length, sha256: sha256(bin) },
    },
  };
}

/** The reverse of {@link encodeHead}; throws `UNAVAILABLE` when bytes or rules are not those described. */
export function decodeHead({ description, bin }: HeadFiles, ruleIds = RULE_IDS): HeadWeights {
  const { dimensions, grams } = description;
  if (sha256(bin) !== description.bin.sha256 || description.ruleIds.join() !== ruleIds.join()) {
    throw new LlmosError(
      'UNAVAILABLE',
      `The screening head ${description.bin.file} does not fit its description or the rules. Restore it or train again.`,
    );
  }
  let offset = 0;
  const next = (length: number, bits: 8 | 16): Float32Array => {
    const size = 4 + (length * bits) / 8;
    const row = unpacked(bin.subarray(offset, offset + size), bits);
    offset += size;
    return row;
  };
  const [inputEmbedding, passageEmbedding] = [next(dimensions, 16), next(dimensions, 16)];
  const [inputLexical, passageLexical, idf] = [next(grams, 8), next(grams, 8), next(grams, 8)];
  const { scales, input, passage } = description;
  return {
    dimensions,
    scales,
    idf,
    vocabulary: grams === 0 ? [] : bin.subarray(offset).toString('utf8').split('\n'),
    input: { ...input, rules: Float32Array.from(input.rules), embedding: inputEmbedding, lexical: inputLexical },
    passage: {
      ...passage,
      rules: Float32Array.from(passage.rules),
      embedding: passageEmbedding,
      lexical: passageLexical,
    },
  };
}

/** Reads a head from disk. Rejects with `UNAVAILABLE` when a file is missing or malformed. */
export function readHead(path: string): Promise<HeadFiles> {
  return readHeadFiles(path, (value) => headSchema.parse(value), 'screening head');
}

/** Writes both files. */
export function writeHead(path: string, files: HeadFiles): Promise<void> {
  return writeHeadFiles(path, files);
}

function describeSide({ bias, slope, shift, suspicious, rules }: SideWeights): z.output<typeof side> {
  return { bias, slope, shift, suspicious, rules: [...rules] };
}

function packed(row: Float32Array, bits: 8 | 16): Buffer {
  const { codes, scales } = quantiseRows(row, Math.max(1, row.length), bits);
  const scale = Buffer.alloc(4);
  scale.writeFloatLE(scales[0] ?? 1);
  return Buffer.concat([scale, new Uint8Array(codes.buffer, codes.byteOffset, codes.byteLength)]);
}

function unpacked(bytes: Buffer, bits: 8 | 16): Float32Array {
  const scales = Float32Array.of(bytes.readFloatLE(0));
  const codes = new Uint8Array(bytes.subarray(4)).buffer;
  return dequantiseRows({ codes: bits === 8 ? new Int8Array(codes) : new Int16Array(codes), scales });
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
