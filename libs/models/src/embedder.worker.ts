import { readFile } from 'node:fs/promises';
import { LlmosError } from '@llmos/contracts';
import { Tokenizer } from '@huggingface/tokenizers';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { serveWorker } from './worker-serve.js';

/** What the embedder gives each worker. */
export interface EmbedderInit {
  readonly model: string;
  readonly tokenizer: string;
  readonly threads: number;
  readonly maxTokens: number;
  readonly pooling: 'mean' | 'cls';
}

/** One batch's vectors end to end: `vectors[i * dimensions + j]`. */
export interface EmbeddedBatch {
  readonly vectors: Float32Array;
  readonly dimensions: number;
}

/** Nothing past this many characters a token can matter after truncation; keeps a huge text from being tokenised whole. */
const MAX_CHARS_PER_TOKEN = 32;

serveWorker(async (init: EmbedderInit) => {
  const tokenizer = await loadTokenizer(init.tokenizer);
  const session = await loadSession(init);
  const embedBatch = async ({ texts }: { texts: readonly string[] }): Promise<EmbeddedBatch> => {
    const batch = padBatch(texts.map((text) => encode(tokenizer, text, init.maxTokens)));
    const output = await session.run(feeds(session, batch));
    const hidden = output[session.outputNames[0] ?? ''];
    if (!hidden) throw new LlmosError('INTERNAL', `The embedding model ${init.model} gave no output.`);
    return pool(hidden, batch, init.pooling);
  };
  const { dimensions } = await embedBatch({ texts: ['warm up'] });
  return { embedBatch, describe: () => ({ dimensions }), close: () => session.release() };
});

async function loadTokenizer(path: string): Promise<Tokenizer> {
  try {
    return new Tokenizer(JSON.parse(await readFile(path, 'utf8')) as object, {});
  } catch (cause) {
    throw new LlmosError('UNAVAILABLE', `The tokenizer could not be read from ${path}. Is it a tokenizer.json?`, {
      cause,
    });
  }
}

async function loadSession({ model, threads }: EmbedderInit): Promise<InferenceSession> {
  try {
    return await InferenceSession.create(model, {
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      executionMode: 'sequential',
      // Spinning threads burn a core while idle.
      extra: { session: { intra_op: { allow_spinning: '0' } } },
    });
  } catch (cause) {
    throw new LlmosError(
      'UNAVAILABLE',
      `The embedding model could not be loaded from ${model}. Is the file there and whole?`,
      { cause },
    );
  }
}

/** Token ids, at most `maxTokens`, always with the closing special token. */
function encode(tokenizer: Tokenizer, text: string, maxTokens: number): number[] {
  const { ids } = tokenizer.encode(text.slice(0, maxTokens * MAX_CHARS_PER_TOKEN));
  return ids.length <= maxTokens ? ids : [...ids.slice(0, maxTokens - 1), ...ids.slice(-1)];
}

interface PaddedBatch {
  readonly lengths: readonly number[];
  readonly width: number;
  readonly ids: BigInt64Array;
  readonly mask: BigInt64Array;
}

function padBatch(encoded: readonly number[][]): PaddedBatch {
  const lengths = encoded.map((ids) => ids.length);
  const width = Math.max(...lengths);
  const ids = new BigInt64Array(encoded.length * width);
  const mask = new BigInt64Array(encoded.length * width);
  encoded.forEach((row, r) => row.forEach((id, t) => (ids[r * width + t] = BigInt(id))));
  lengths.forEach((length, r) => mask.fill(1n, r * width, r * width + length));
  return { lengths, width, ids, mask };
}

function feeds(session: InferenceSession, { lengths, width, ids, mask }: PaddedBatch): Record<string, Tensor> {
  const shape = [lengths.length, width];
  const inputs: Record<string, Tensor> = {
    input_ids: new Tensor('int64', ids, shape),
    attention_mask: new Tensor('int64', mask, shape),
  };
  if (session.inputNames.includes('token_type_ids')) {
    inputs.token_type_ids = new Tensor('int64', new BigInt64Array(ids.length), shape);
  }
  return inputs;
}

/** One L2-normalised vector a text: the mean over its real tokens (Sentence-BERT, Reimers & Gurevych 2019), or its first token. */
function pool(hidden: Tensor, { lengths, width }: PaddedBatch, pooling: 'mean' | 'cls'): EmbeddedBatch {
  const states = hidden.data as Float32Array;
  const dimensions = hidden.dims[2] ?? 0;
  const vectors = new Float32Array(lengths.length * dimensions);
  lengths.forEach((length, row) => {
    const vector = vectors.subarray(row * dimensions, (row + 1) * dimensions);
    const tokens = pooling === 'mean' ? length : 1;
    for (let token = 0; token < tokens; token++) addTo(vector, states, (row * width + token) * dimensions);
    normalise(vector);
  });
  return { vectors, dimensions };
}

function addTo(vector: Float32Array, states: Float32Array, from: number): void {
  for (let d = 0; d < vector.length; d++) vector[d] = (vector[d] ?? 0) + (states[from + d] ?? 0);
}

/** The mean's divisor cancels out here. */
function normalise(vector: Float32Array): void {
  const norm = Math.hypot(...vector) || 1;
  for (let d = 0; d < vector.length; d++) vector[d] = (vector[d] ?? 0) / norm;
}
