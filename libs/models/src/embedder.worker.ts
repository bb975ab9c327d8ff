import { readFile } from 'node:fs/promises';
import { LlmosError } from '@llmos/contracts';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import type { Encoded } from './encoded.js';
import { withLowRankUpdate } from './low-rank-update.js';
import { hashFile } from './hashed-file.js';
import { findOptimisedModel, optimisedModel, removeOptimisedModel } from './optimised-model.js';
import { TextTokenizer } from './text-tokenizer.js';
import { tokenSpans } from './token-spans.js';
import { serveWorker } from './worker-serve.js';

/** What the embedder gives each worker. */
export interface EmbedderInit {
  readonly model: string;
  readonly tokenizer: string;
  readonly threads: number;
  readonly maxTokens: number;
  readonly pooling: 'mean' | 'cls';
  /** Path of a low-rank update to the model's weights; see {@link withLowRankUpdate}. */
  readonly update?: string;
  /** Folder of optimised models; see {@link optimisedModel}. */
  readonly optimised?: string;
}

serveWorker(async (init: EmbedderInit) => {
  const tokenizer = await TextTokenizer.load(init.tokenizer, init.maxTokens);
  const session = await loadSession(init);
  const forward = async (ids: readonly number[]): Promise<Tensor> => {
    const output = await session.run(feeds(session, ids));
    const hidden = output[session.outputNames[0] ?? ''];
    if (!hidden) throw new LlmosError('INTERNAL', `The embedding model ${init.model} gave no output.`);
    return hidden;
  };
  const embed = async ({ text }: { text: string }): Promise<Float32Array> =>
    pool(await forward(tokenizer.tokenise(text).ids), init.pooling);
  const encode = async ({ text }: { text: string }): Promise<Encoded> => {
    const { ids, tokens } = tokenizer.tokenise(text);
    const hidden = await forward(ids);
    return {
      vector: pool(hidden, init.pooling),
      tokens: { states: hidden.data as Float32Array, ids, spans: tokenSpans(text, tokens) },
    };
  };
  return { embed, encode, close: () => session.release() };
});

/** From the optimised model; where there is none, or it does not load, from the model itself. */
async function loadSession(init: EmbedderInit): Promise<InferenceSession> {
  const hashes = init.optimised === undefined ? [] : await hashesOf(init);
  const known = init.optimised === undefined ? undefined : findOptimisedModel(init.optimised, hashes);
  const mapped = known && (await loadMapped(known, init.threads));
  if (mapped) return mapped;
  const model = init.update === undefined ? init.model : await updatedModel(init.model, init.update);
  const made = init.optimised === undefined ? undefined : await makeMapped(init.optimised, hashes, model);
  try {
    return await createSession(made ?? model, init.threads);
  } catch (cause) {
    throw cannotLoad(init.model, cause);
  }
}

async function hashesOf({ model, update }: EmbedderInit): Promise<string[]> {
  try {
    const digests = [await hashFile(model), ...(update === undefined ? [] : [await hashFile(update)])];
    return digests.map(({ sha256 }) => sha256);
  } catch (cause) {
    throw cannotLoad(model, cause);
  }
}

/** Nothing where it does not load: then it is taken away and made anew, if that can be done. */
async function loadMapped(path: string, threads: number): Promise<InferenceSession | undefined> {
  try {
    return await createSession(path, threads);
  } catch (cause) {
    process.emitWarning(`The optimised model ${path} does not load and is made anew: ${String(cause)}`);
    await removeOptimisedModel(path).catch((error: unknown) =>
      process.emitWarning(`The optimised model ${path} cannot be removed: ${String(error)}`),
    );
    return undefined;
  }
}

/** Nothing where it cannot be kept: a full or read-only disk costs memory, and stops nobody. */
async function makeMapped(
  folder: string,
  hashes: readonly string[],
  model: string | Uint8Array,
): Promise<string | undefined> {
  try {
    return await optimisedModel(folder, hashes, model);
  } catch (cause) {
    process.emitWarning(
      `The optimised model cannot be kept in ${folder}, so this process takes some 100 MB more: ${String(cause)}`,
    );
    return undefined;
  }
}

function cannotLoad(model: string, cause: unknown): LlmosError {
  const message = `The embedding model could not be loaded from ${model}. Is the file there and whole?`;
  return new LlmosError('UNAVAILABLE', message, { cause });
}

function createSession(model: string | Uint8Array, threads: number): Promise<InferenceSession> {
  // The engine takes a path or bytes, each by its own signature.
  return InferenceSession.create(model as string, {
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    // An arena would keep the largest text's memory for ever; the small tensors of a question gain nothing from it.
    enableCpuMemArena: false,
    // Spinning threads burn a core while idle.
    extra: { session: { intra_op: { allow_spinning: '0' } } },
  });
}

async function updatedModel(model: string, update: string): Promise<Uint8Array> {
  try {
    return withLowRankUpdate(await readFile(model), await readFile(update));
  } catch (cause) {
    throw new LlmosError(
      'UNAVAILABLE',
      `The weight update ${update} could not be applied to ${model}. Was it trained for this model, and is it whole?`,
      { cause },
    );
  }
}

function feeds(session: InferenceSession, ids: readonly number[]): Record<string, Tensor> {
  const shape = [1, ids.length];
  const inputs: Record<string, Tensor> = {
    input_ids: new Tensor('int64', BigInt64Array.from(ids, BigInt), shape),
    attention_mask: new Tensor('int64', new BigInt64Array(ids.length).fill(1n), shape),
  };
  if (session.inputNames.includes('token_type_ids')) {
    inputs.token_type_ids = new Tensor('int64', new BigInt64Array(ids.length), shape);
  }
  return inputs;
}

/** The L2-normalised mean over the tokens (Sentence-BERT, Reimers & Gurevych 2019), or the first token. */
function pool(hidden: Tensor, pooling: 'mean' | 'cls'): Float32Array {
  const states = hidden.data as Float32Array;
  const vector = new Float32Array(hidden.dims[2] ?? 0);
  const end = pooling === 'mean' ? states.length : vector.length;
  for (let from = 0; from < end; from += vector.length) addTo(vector, states, from);
  normalise(vector);
  return vector;
}

function addTo(vector: Float32Array, states: Float32Array, from: number): void {
  for (let d = 0; d < vector.length; d++) vector[d] = (vector[d] ?? 0) + (states[from + d] ?? 0);
}

/** The mean's divisor cancels out here. */
function normalise(vector: Float32Array): void {
  const norm = Math.hypot(...vector) || 1;
  for (let d = 0; d < vector.length; d++) vector[d] = (vector[d] ?? 0) / norm;
}
