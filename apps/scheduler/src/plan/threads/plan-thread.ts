import { Worker } from 'node:worker_threads';
import type { FromPlanThread, PlanJob } from './plan-job.js';

/**
 * Does a job in a thread of its own and resolves when it is done. An abort ends the thread and the wait: nothing in it is
 * native, so that terminating it is safe, and what it has reported by then stays.
 *
 * @throws Error what the job threw, or that the thread died; never because of the abort.
 */
export async function inPlanThread(
  job: PlanJob,
  onMessage: (message: FromPlanThread) => void,
  signal: AbortSignal,
): Promise<void> {
  if (signal.aborted) return;
  const worker = new Worker(workerModule(), {
    workerData: job,
    name: `plan-${job.kind === 'solve' ? job.solvers.join('-') : job.kind}`,
  });
  const { promise, resolve, reject } = Promise.withResolvers<undefined>();
  let done = false;
  worker.on('message', (message: FromPlanThread) => {
    if (signal.aborted) return;
    done ||= message.type === 'done' || message.type === 'finished';
    onMessage(message);
  });
  worker.on('error', reject);
  worker.on('exit', () => {
    if (done) resolve(undefined);
    else reject(new Error('the thread ended without a result'));
  });
  const end = () => {
    // A thread that is about to die is not waited for.
    void worker.terminate();
    resolve(undefined);
  };
  signal.addEventListener('abort', end, { once: true });
  try {
    await promise;
  } finally {
    signal.removeEventListener('abort', end);
  }
}

/** A thread cannot run TypeScript modules: tests, which run from source, start the built module. */
function workerModule(): URL {
  const fromSource = import.meta.url.endsWith('.ts');
  return new URL(fromSource ? '../../../dist/plan/threads/plan.worker.js' : './plan.worker.js', import.meta.url);
}
