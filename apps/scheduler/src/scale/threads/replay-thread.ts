import { Worker } from 'node:worker_threads';
import type { ReplayInput, ReplayOutput } from '../replay.js';

/**
 * Replays in a thread of its own, because the bound takes seconds of a core. An abort ends the thread.
 *
 * @throws Error what the thread threw, or that it died; the reason of `signal` when it aborts.
 */
export async function inReplayThread(input: ReplayInput, signal: AbortSignal): Promise<ReplayOutput> {
  signal.throwIfAborted();
  // As a text: it is copied to a thread much faster than objects.
  const worker = new Worker(workerModule(), { workerData: JSON.stringify(input), name: 'replay' });
  const { promise, resolve, reject } = Promise.withResolvers<ReplayOutput>();
  worker.on('message', resolve);
  worker.on('error', reject);
  worker.on('exit', () => reject(new Error('the thread of a replay ended without a result')));
  const end = () => {
    void worker.terminate();
    reject(signal.reason as Error);
  };
  signal.addEventListener('abort', end, { once: true });
  try {
    return await promise;
  } finally {
    signal.removeEventListener('abort', end);
  }
}

/** A thread cannot run TypeScript modules: tests, which run from source, start the built module. */
function workerModule(): URL {
  const fromSource = import.meta.url.endsWith('.ts');
  return new URL(fromSource ? '../../../dist/scale/threads/replay.worker.js' : './replay.worker.js', import.meta.url);
}
