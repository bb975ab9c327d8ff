import type { CatalogModel } from '../store/model-catalog.schema.js';

/** What the generation service does unless it is told otherwise; also the basis of the memory that is shown. */
export const LANGUAGE_MODEL_DEFAULTS = { model: 'smollm2-135m', sequences: 4, contextTokens: 1_536 } as const;

/** The memory that a language model needs, in bytes. */
export interface MemoryNeed {
  /** The file, mapped or copied into the layout of the processor's matrix units. */
  readonly weights: number;
  /** Keys and values of the tokens that are kept, for each sequence. */
  readonly context: number;
  /** The results of one step of the computation. */
  readonly work: number;
  readonly process: number;
  readonly total: number;
}

export interface MemorySettings {
  readonly sizeBytes: number;
  readonly shape: NonNullable<CatalogModel['shape']>;
  /** Tokens of prompt and answer in one sequence. */
  readonly contextTokens: number;
  readonly sequences: number;
}

/** f16, the type of llama.cpp's cache. */
const CACHE_BYTES = 2;
/** Tokens that llama.cpp computes in one step (`n_ubatch`); it keeps room for a float for each word after each. */
const STEP_TOKENS = 512;
const FLOAT_BYTES = 4;
/** A service with llama.cpp loaded and no model. */
const PROCESS_BYTES = 150_000_000;

/**
 * The memory of a language model in llama.cpp, on the CPU: weights + context + work + process, where context is
 * `2 (keys, values) x layers x kvHeads x headSize x 2 bytes x contextTokens x sequences`, as llama.cpp's
 * `llama_kv_cache` allocates it, and work is `512 x vocabulary x 4 bytes`, its compute buffer for a step whose every
 * token has its result. Measured with SmolLM2-135M: 96, 140 (1,536 tokens x 4) and 98 MB for 94, 142 and 101.
 * While the model loads, pages of the file are in memory beside their copy; the system takes them back when it must.
 */
export function memoryNeed({ sizeBytes, shape, contextTokens, sequences }: MemorySettings): MemoryNeed {
  const { layers, kvHeads, headSize, vocabulary } = shape;
  const context = 2 * layers * kvHeads * headSize * CACHE_BYTES * contextTokens * sequences;
  const work = STEP_TOKENS * vocabulary * FLOAT_BYTES;
  const total = sizeBytes + context + work + PROCESS_BYTES;
  return { weights: sizeBytes, context, work, process: PROCESS_BYTES, total };
}
