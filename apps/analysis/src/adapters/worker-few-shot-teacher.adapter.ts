import { WorkerPool } from '@llmos/models';
import { FewShotClassifier, type LabelledVector } from '../classification/few-shot-classifier.js';
import type { FewShotTeacher } from '../ports/few-shot-teacher.port.js';
import type { Learnt, Lesson, Trial } from './few-shot.worker.js';

/** Started from source (in tests) the worker is the built one: a thread cannot run TypeScript modules. */
const WORKER = new URL(
  import.meta.url.endsWith('.ts') ? '../../dist/adapters/few-shot.worker.js' : './few-shot.worker.js',
  import.meta.url,
);

/** A thread for each training: thousands of examples take seconds, in which requests are answered. */
export class WorkerFewShotTeacher implements FewShotTeacher {
  async teach(
    examples: readonly LabelledVector[],
    labelVectors: ReadonlyMap<string, Float32Array>,
    signal?: AbortSignal,
  ): Promise<{ classifier: FewShotClassifier; accuracy: number }> {
    const job: Lesson = { examples, labelVectors };
    const { classifier, accuracy } = await inThread<Learnt>('teach', job, signal);
    return { classifier: FewShotClassifier.parse(classifier), accuracy };
  }

  tryOut(
    examples: readonly LabelledVector[],
    unseen: readonly Float32Array[],
    signal?: AbortSignal,
  ): Promise<Float64Array[]> {
    const trial: Trial = { examples, unseen };
    return inThread('tryOut', trial, signal);
  }
}

async function inThread<Output>(method: string, input: unknown, signal?: AbortSignal): Promise<Output> {
  const pool = await WorkerPool.start({ module: WORKER, init: {}, size: 1, name: 'few-shot' });
  try {
    return await pool.call<Output>(method, input, { signal });
  } finally {
    // The thread ends when it has finished, also after an abort; nobody waits for it.
    void pool.close();
  }
}
