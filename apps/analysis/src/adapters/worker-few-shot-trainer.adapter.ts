import { WorkerPool } from '@llmos/models';
import { FewShotClassifier, type LabelledVector } from '../classifiers/few-shot-classifier.js';
import type { FewShotTrainer } from '../ports/few-shot-trainer.port.js';
import type { ScoringJob, TrainingJob, TrainingResult } from './few-shot.worker.js';

/** A thread cannot run TypeScript modules: tests, which run from source, start the built worker. */
const WORKER = new URL(
  import.meta.url.endsWith('.ts') ? '../../dist/adapters/few-shot.worker.js' : './few-shot.worker.js',
  import.meta.url,
);

/** Trains in a thread of its own: thousands of examples take seconds, and the process answers requests meanwhile. */
export class WorkerFewShotTrainer implements FewShotTrainer {
  async train(
    examples: readonly LabelledVector[],
    labelVectors: ReadonlyMap<string, Float32Array>,
    signal?: AbortSignal,
  ): Promise<{ classifier: FewShotClassifier; accuracy: number }> {
    const job: TrainingJob = { examples, labelVectors };
    const { classifier, accuracy } = await inThread<TrainingResult>('train', job, signal);
    return { classifier: FewShotClassifier.parse(classifier), accuracy };
  }

  scoreUnseen(
    examples: readonly LabelledVector[],
    unseen: readonly Float32Array[],
    signal?: AbortSignal,
  ): Promise<Float64Array[]> {
    const job: ScoringJob = { examples, unseen };
    return inThread('scoreUnseen', job, signal);
  }
}

async function inThread<Output>(method: string, input: unknown, signal?: AbortSignal): Promise<Output> {
  const pool = await WorkerPool.start({ module: WORKER, init: {}, size: 1, name: 'few-shot' });
  try {
    return await pool.call<Output>(method, input, { signal });
  } finally {
    // Not awaited: after an abort the thread ends only when its job is done.
    void pool.close();
  }
}
