import { readFile } from 'node:fs/promises';
import { LlmosError } from '@llmos/contracts';
import type { Device } from '../inference/device.js';
import { hashFile } from '../store/hashed-file.js';
import { openSession, type InferenceSession } from '../inference/session.js';
import { withLowRankUpdate } from './low-rank-update.js';
import { filledGraph } from './onnx-initializers.js';
import { findOptimisedModel, optimisedModel, removeOptimisedModel } from './optimised-model.js';

export interface MappedSource {
  /** Path of the ONNX model. */
  readonly model: string;
  readonly device: Device;
  /** Threads one run computes on. Default 1. */
  readonly threads?: number | undefined;
  /** Path of a low-rank update to the model's weights; see {@link withLowRankUpdate}. */
  readonly update?: string | undefined;
  /**
   * Path of a graph without weights that computes the model in whole numbers, which the processor does twice as fast;
   * see {@link filledGraph}. Other devices compute the model as it is.
   */
  readonly graph?: string | undefined;
  /** Folder of optimised models; see {@link optimisedModel}. */
  readonly optimised?: string | undefined;
}

/** Opens the optimised model or, if there is none or it does not load, the model itself. */
export async function openMapped(source: MappedSource): Promise<InferenceSession> {
  const { device, optimised } = source;
  // Other devices keep the weights in memory of their own: there is nothing to share.
  const mapped = optimised === undefined || device !== 'cpu' ? undefined : await openFrom(source, optimised);
  return mapped ?? openSession({ model: await read(source), device, ...threadsOf(source) });
}

/** Undefined if it can be neither found nor made: the encoder then takes more memory and works all the same. */
async function openFrom(source: MappedSource, folder: string): Promise<InferenceSession | undefined> {
  const hashes = await hashesOf(source);
  const known = findOptimisedModel(folder, hashes);
  const found = known && (await tryMapped(known, source));
  if (found) return found;
  const model = await read(source);
  try {
    return await openSession({ model: await optimisedModel(folder, hashes, model), ...threadsOf(source) });
  } catch (cause) {
    process.emitWarning(
      `The optimised model cannot be kept in ${folder}, so this process takes more memory: ${String(cause)}`,
    );
    return undefined;
  }
}

/** Undefined if it does not load: then it is removed. */
async function tryMapped(path: string, source: MappedSource): Promise<InferenceSession | undefined> {
  try {
    return await openSession({ model: path, ...threadsOf(source) });
  } catch (cause) {
    process.emitWarning(`The optimised model ${path} does not load and is made again: ${String(cause)}`);
    await removeOptimisedModel(path).catch((error: unknown) =>
      process.emitWarning(`The optimised model ${path} cannot be removed: ${String(error)}`),
    );
    return undefined;
  }
}

function threadsOf({ threads }: MappedSource): { threads?: number } {
  return threads === undefined ? {} : { threads };
}

async function hashesOf({ model, update, graph }: MappedSource): Promise<string[]> {
  try {
    const files = [model, update, graph].filter((path) => path !== undefined);
    return (await Promise.all(files.map((path) => hashFile(path)))).map(({ sha256 }) => sha256);
  } catch (cause) {
    const message = `The model could not be loaded from ${model}. Is the file present and complete?`;
    throw new LlmosError('UNAVAILABLE', message, { cause });
  }
}

/** The model's path, or its bytes if an update or a graph is to be applied. */
async function read(source: MappedSource): Promise<string | Uint8Array> {
  const { model, update } = source;
  const graph = source.device === 'cpu' ? source.graph : undefined;
  if (update === undefined && graph === undefined) return model;
  const weights = update === undefined ? await readFile(model) : await updated(model, update);
  if (graph === undefined) return weights;
  try {
    return filledGraph(await readFile(graph), weights);
  } catch (cause) {
    const message = `The graph ${graph} could not be filled from ${model}. Was it built for this model? Is it complete?`;
    throw new LlmosError('UNAVAILABLE', message, { cause });
  }
}

async function updated(model: string, update: string): Promise<Uint8Array> {
  try {
    return withLowRankUpdate(await readFile(model), await readFile(update));
  } catch (cause) {
    throw new LlmosError(
      'UNAVAILABLE',
      `The weight update ${update} could not be applied to ${model}. Was it trained for this model? Is it complete?`,
      { cause },
    );
  }
}
