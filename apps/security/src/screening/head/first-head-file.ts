import { LlmosError } from '@llmos/contracts';
import { attackRules } from '@llmos/guardrails';
import { dequantiseRows, quantiseRows } from '@llmos/learning';
import {
  decodeWeights,
  encodeSafetensors,
  readHeadFiles,
  weightsFileOf,
  weightsFileSchema,
  type HeadFilePair,
  type Safetensors,
} from '@llmos/models';
import { z } from 'zod';
import type { FirstHeadWeights, SideWeights } from './first-head.js';

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
  format: z.literal('llmos-injection-head/2'),
  model: z.string(),
  scales: z.object({ embedding: z.number(), lexical: z.number(), rules: z.number() }),
  /** A head fits only the rules that it was trained with. */
  ruleIds: z.array(z.string()),
  input: side,
  passage: side,
  bin: weightsFileSchema,
  /** Data, settings and scores of the training. */
  provenance: z.record(z.string(), z.unknown()),
});
export type FirstHeadDescription = z.output<typeof headSchema>;

/** The two committed files: a readable description, and the quantised weights with the vocabulary. */
export type FirstHeadFiles = HeadFilePair<FirstHeadDescription>;

const WHAT = 'screening head';

/** Packs weights into int16 (embedding) and int8 (words, idf), with one float32 scale per row; row 0 is the input's. */
export function encodeFirstHead(
  { input, passage, idf, vocabulary, scales }: FirstHeadWeights,
  about: Pick<FirstHeadDescription, 'model' | 'provenance'> & { readonly file: string },
): FirstHeadFiles {
  const bin = encodeSafetensors({
    ...packed('embedding', [input.embedding, passage.embedding], 16),
    ...packed('lexical', [input.lexical, passage.lexical], 8),
    ...packed('idf', [idf], 8),
    vocabulary: tensor(Buffer.from(vocabulary.join('\n'), 'utf8')),
  });
  const { file, model, provenance } = about;
  return {
    bin,
    description: {
      format: 'llmos-injection-head/2',
      model,
      ruleIds: [...RULE_IDS],
      scales,
      input: describe(input),
      passage: describe(passage),
      bin: weightsFileOf(file, bin),
      provenance,
    },
  };
}

/**
 * The reverse of {@link encodeFirstHead}.
 *
 * @throws LlmosError UNAVAILABLE if the weights are not those described, or the rules not those of the training.
 */
export function decodeFirstHead(files: FirstHeadFiles, ruleIds = RULE_IDS): FirstHeadWeights {
  const { input, passage, scales, ...description } = files.description;
  if (description.ruleIds.join() !== ruleIds.join()) {
    const message = `The ${WHAT} ${description.bin.file} was trained with other rules. Restore it or train again.`;
    throw new LlmosError('UNAVAILABLE', message);
  }
  return decodeWeights(files, WHAT, (tensors) => {
    const embedding = unpacked(tensors, 'embedding', tensors.get('embedding', Int16Array));
    const lexical = unpacked(tensors, 'lexical', tensors.get('lexical', Int8Array));
    const text = Buffer.from(tensors.get('vocabulary', Uint8Array)).toString('utf8');
    const sideOf = (part: typeof input, row: number): SideWeights => ({
      ...part,
      rules: Float32Array.from(part.rules),
      embedding: rowOf(embedding, row),
      lexical: rowOf(lexical, row),
    });
    return {
      dimensions: embedding.length / 2,
      scales,
      idf: unpacked(tensors, 'idf', tensors.get('idf', Int8Array)),
      vocabulary: text === '' ? [] : text.split('\n'),
      input: sideOf(input, 0),
      passage: sideOf(passage, 1),
    };
  });
}

/** Reads a head from disk. @throws LlmosError UNAVAILABLE if a file is missing or malformed. */
export function readFirstHead(path: string): Promise<FirstHeadFiles> {
  return readHeadFiles(path, (value) => headSchema.parse(value), WHAT);
}

function describe({ bias, slope, shift, suspicious, rules }: SideWeights): z.output<typeof side> {
  return { bias, slope, shift, suspicious, rules: [...rules] };
}

function packed(name: string, rows: readonly Float32Array[], bits: 8 | 16) {
  const width = rows[0]?.length ?? 0;
  const { codes, scales } = quantiseRows(Float32Array.from(rows.flatMap((row) => [...row])), Math.max(1, width), bits);
  return { [name]: { shape: [rows.length, width], data: codes }, [`${name}Scales`]: tensor(scales) };
}

function unpacked(tensors: Safetensors, name: string, codes: Int8Array | Int16Array): Float32Array {
  return dequantiseRows({ codes, scales: tensors.get(`${name}Scales`, Float32Array) });
}

function rowOf(rows: Float32Array, row: number): Float32Array {
  return rows.slice((row * rows.length) / 2, ((row + 1) * rows.length) / 2);
}

function tensor<Data extends Float32Array | Uint8Array>(data: Data) {
  return { shape: [data.length], data };
}
