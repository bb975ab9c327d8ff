import { setImmediate } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { isLlmosError } from '@llmos/contracts';
import { runEvaluation } from '../evaluation/run-evaluation.js';
import { trainModel } from './train-model.js';
import type { TrainingControl } from './training-control.js';
import { CANCEL, type WorkerData, type WorkerMessage } from './worker-job.js';

/** Thrown at a pause, when no matrix product is running. */
class Cancelled extends Error {}

const port = parentPort;
if (!port) throw new Error('training.worker must run in a worker thread; call runInWorker().');
const { job, threads } = workerData as WorkerData;

let cancelled = false;
port.on('message', (message) => (cancelled ||= message === CANCEL));

const control: TrainingControl = {
  async pause(progress) {
    send({ type: 'progress', progress });
    await setImmediate();
    if (cancelled) throw new Cancelled();
  },
  checkpoint: (bytes) => send({ type: 'checkpoint', bytes }, bytes),
};

try {
  const result =
    job.kind === 'train'
      ? await trainModel(job.set, job.settings, control, { threads, checkpoint: job.checkpoint })
      : await runEvaluation(job, control, threads);
  send({ type: 'done', result }, 'rows' in result ? result.rows.codes : undefined);
} catch (error) {
  send(error instanceof Cancelled ? { type: 'cancelled' } : failure(error));
} finally {
  // Nothing else keeps the thread alive, so it exits.
  port.close();
}

function send(message: WorkerMessage, transferred?: ArrayBufferView): void {
  port!.postMessage(message, transferred ? [transferred.buffer as ArrayBuffer] : []);
}

function failure(error: unknown): WorkerMessage {
  if (isLlmosError(error)) return { type: 'failed', code: error.code, field: error.field, message: error.message };
  return { type: 'failed', message: error instanceof Error ? (error.stack ?? error.message) : String(error) };
}
