import { readFile } from 'node:fs/promises';
import { LlmosError } from '@llmos/contracts';
import { InferenceSession } from 'onnxruntime-node';
import { hashFile } from './hashed-file.js';
import { withLowRankUpdate } from './low-rank-update.js';
import { findOptimisedModel, optimisedModel, removeOptimisedModel } from './optimised-model.js';

export interface EncoderFiles {
  /** Path of the ONNX model. */
  readonly model: string;
  /** Path of a low-rank update to the model's weights; see {@link withLowRankUpdate}. */
  readonly update?: string;
  /** Folder of optimised models; see {@link optimisedModel}. */
  readonly optimised?: string;
}

/** From the optimised model; where there is none, or it does not load, from the model itself. */
export async function openEncoder(files: EncoderFiles, threads: number): Promise<InferenceSession> {
  const mapped = files.optimised === undefined ? undefined : await openMapped(files, files.optimised, threads);
  if (mapped) return mapped;
  const model = await read(files);
  try {
    return await createSession(model, threads);
  } catch (cause) {
    throw cannotLoad(files.model, cause);
  }
}

/** Nothing where it can neither be found nor be made: that costs memory, and stops nobody. */
async function openMapped(files: EncoderFiles, folder: string, threads: number): Promise<InferenceSession | undefined> {
  const hashes = await hashesOf(files);
  const known = findOptimisedModel(folder, hashes);
  const found = known && (await tryMapped(known, threads));
  if (found) return found;
  const model = await read(files);
  try {
    return await createSession(await optimisedModel(folder, hashes, model), threads);
  } catch (cause) {
    process.emitWarning(
      `The optimised model cannot be kept in ${folder}, so this process takes some 100 MB more: ${String(cause)}`,
    );
    return undefined;
  }
}

/** Nothing where it does not load: then it is taken away. */
async function tryMapped(path: string, threads: number): Promise<InferenceSession | undefined> {
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

async function hashesOf({ model, update }: EncoderFiles): Promise<string[]> {
  try {
    const digests = [await hashFile(model), ...(update === undefined ? [] : [await hashFile(update)])];
    return digests.map(({ sha256 }) => sha256);
  } catch (cause) {
    throw cannotLoad(model, cause);
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

/** The model's path, or its bytes where there is an update to apply. */
async function read({ model, update }: EncoderFiles): Promise<string | Uint8Array> {
  if (update === undefined) return model;
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
