import './no-telemetry.js';
import { LlmosError } from '@llmos/contracts';
import { env, InferenceSession, listSupportedBackends, Tensor } from 'onnxruntime-node';
import type { Device } from './device.js';
import { threadsWithin } from './threads.js';

export { Tensor };
export type { InferenceSession };

/** Optimised models of one engine version are of no use to another. */
export const ENGINE_VERSION = env.versions.node ?? 'unknown';

export interface SessionOptions {
  /** Path or bytes of an ONNX model. */
  readonly model: string | Uint8Array;
  /** Default `cpu`. */
  readonly device?: Device;
  /** Threads one run computes on, at most one for each processor. Default 1: many sessions with one thread each beat one session with many. */
  readonly threads?: number;
}

/**
 * Opens a model. All sessions of all services are opened here, so that the execution provider and the engine's
 * settings are chosen in one place. Import this module in worker threads only: it loads the engine's native library.
 *
 * @throws LlmosError UNAVAILABLE if the device is not available here, or the file is missing or is no model.
 */
export function openSession({ model, device = 'cpu', threads = 1 }: SessionOptions): Promise<InferenceSession> {
  return create(model, device, {
    intraOpNumThreads: threadsWithin(threads),
    interOpNumThreads: 1,
    executionMode: 'sequential',
    // An arena never returns what the largest input took, and small tensors gain nothing from it.
    enableCpuMemArena: false,
    // Idle threads that spin burn a core.
    extra: { session: { intra_op: { allow_spinning: '0' } } },
  });
}

/**
 * Writes a model as the engine optimises it for the CPU: the graph to `graphPath`, its weights to a file beside it.
 */
export async function writeOptimised(
  model: string | Uint8Array,
  graphPath: string,
  weightsFile: string,
): Promise<void> {
  const session = await create(model, 'cpu', {
    // The next level up fits the graph to this machine's processor.
    graphOptimizationLevel: 'extended',
    optimizedModelFilePath: graphPath,
    extra: {
      session: {
        disable_prepacking: '1',
        optimized_model_external_initializers_file_name: weightsFile,
        optimized_model_external_initializers_min_size_in_bytes: '1024',
      },
    },
  });
  await session.release();
}

async function create(
  model: string | Uint8Array,
  device: Device,
  options: InferenceSession.SessionOptions,
): Promise<InferenceSession> {
  const supported = listSupportedBackends().map(({ name }) => name);
  if (!supported.includes(device)) {
    const message = `The device '${device}' is not supported on this system. Supported: ${supported.join(', ')}.`;
    throw new LlmosError('UNAVAILABLE', message);
  }
  try {
    // The engine has one signature for a path and one for bytes.
    return await InferenceSession.create(model as string, { ...options, executionProviders: [device] });
  } catch (cause) {
    const what = typeof model === 'string' ? `model ${model}` : `model of ${model.length} bytes`;
    const advice = device === 'cpu' ? 'Is the file present and complete?' : `Are the device and its libraries present?`;
    throw new LlmosError('UNAVAILABLE', `The ${what} could not be opened on device '${device}'. ${advice}`, { cause });
  }
}
