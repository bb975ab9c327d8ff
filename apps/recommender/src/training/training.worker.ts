import { setImmediate } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { isLlmosError } from '@llmos/contracts';
import { runEvaluation } from '../evaluation/run-evaluation.js';
import { trainModel } from './train-model.js';
import type { TrainingControl } from './training-control.js';
import { CANCEL, type WorkerData, type WorkerMessage } from './worker-job.js';

/** Thrown at a pause, after the last product has come back: a thread must not be ended within one. */
class Cancelled extends Error {}

const port = parentPort;
if (!port) throw new Error('training.worker was started outside a worker thread; call runInWorker().');
const { job, threads } = workerData as WorkerData;

let cancelled = false;
port.on('message', (message) => (cancelled ||= message === CANCEL));

const control: TrainingControl = {
  async pause(progress) {
    say({ type: 'progress', progress });
    await setImmediate();
    if (cancelled) throw new Cancelled();
  },
  checkpoint: (bytes) => say({ type: 'checkpoint', bytes }, bytes),
};

try {
  const result =
    job.kind === 'train'
      ? await trainModel(job.set, job.settings, control, { threads, checkpoint: job.checkpoint })
      : await runEvaluation(job, control, threads);
  say({ type: 'done', result }, 'rows' in result ? result.rows.codes : undefined);
} catch (error) {
  say(error instanceof Cancelled ? { type: 'cancelled' } : failure(error));
} finally {
  // Nothing keeps the thread alive now: it runs dry and leaves by itself.
  port.close();
}

function say(message: WorkerMessage, handedOver?: ArrayBufferView): void {
  port!.postMessage(message, handedOver ? [handedOver.buffer as ArrayBuffer] : []);
}

function failure(error: unknown): WorkerMessage {
  if (isLlmosError(error)) return { type: 'failed', code: error.code, field: error.field, message: error.message };
  return { type: 'failed', message: error instanceof Error ? (error.stack ?? error.message) : String(error) };
}
