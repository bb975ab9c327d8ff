import { Worker } from 'node:worker_threads';
import { LlmosError } from '@llmos/contracts';
import type { TrainingProgress } from './training-control.js';
import { CANCEL, type WorkerData, type WorkerJob, type WorkerMessage } from './worker-job.js';

export interface WorkerOptions {
  /** Threads for matrix products. Default: 2. */
  readonly threads?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: TrainingProgress) => void;
  readonly onCheckpoint?: (bytes: Uint8Array) => void;
}

const DEFAULT_THREADS = 2;

/**
 * Runs a job in a thread of its own. On abort the thread stops at its next pause, and the call rejects with the
 * signal's reason when it has exited. The thread is never terminated, because that can crash the process.
 *
 * @throws LlmosError the error of the job; `INTERNAL` for an unexpected error; `UNAVAILABLE` if the thread died.
 */
export async function runInWorker<Result>(job: WorkerJob, options: WorkerOptions = {}): Promise<Result> {
  options.signal?.throwIfAborted();
  const workerData: WorkerData = { job, threads: options.threads ?? DEFAULT_THREADS };
  const worker = new Worker(workerModule(), { name: `recommender-${job.kind}`, workerData });
  const cancel = () => worker.postMessage(CANCEL);
  options.signal?.addEventListener('abort', cancel, { once: true });
  try {
    return (await outcomeOf(worker, options)) as Result;
  } finally {
    options.signal?.removeEventListener('abort', cancel);
  }
}

/** A thread cannot run TypeScript modules: tests, which run from source, start the built module. */
function workerModule(): URL {
  const fromSource = import.meta.url.endsWith('.ts');
  return new URL(fromSource ? '../../dist/training/training.worker.js' : './training.worker.js', import.meta.url);
}

/** Settles only when the thread has exited. */
function outcomeOf(worker: Worker, options: WorkerOptions): Promise<unknown> {
  return new Promise((resolve, reject) => {
    let settle = () => reject(new LlmosError('UNAVAILABLE', 'The training thread ended without a result. Try again.'));
    worker.on('message', (message: WorkerMessage) => {
      if (message.type === 'progress') options.onProgress?.(message.progress);
      else if (message.type === 'checkpoint') options.onCheckpoint?.(message.bytes);
      else if (message.type === 'done') settle = () => resolve(message.result);
      else if (message.type === 'cancelled') settle = () => reject(options.signal?.reason as Error);
      else settle = () => reject(errorOf(message));
    });
    worker.on('error', (cause) => {
      settle = () => reject(new LlmosError('UNAVAILABLE', 'The training thread died. Try again.', { cause }));
    });
    worker.on('exit', () => settle());
  });
}

function errorOf({ code, field, message }: Extract<WorkerMessage, { type: 'failed' }>): LlmosError {
  if (code) return new LlmosError(code, message, { field });
  return new LlmosError('INTERNAL', 'The training failed.', { cause: new Error(message) });
}
