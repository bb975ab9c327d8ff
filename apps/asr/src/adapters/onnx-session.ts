import { InferenceSession } from 'onnxruntime-node';

/** Of each session. */
export const THREADS = 1;

/**
 * Opens a model for one worker of many: one thread each beats one session with many, and a thread that waits must
 * not spin, or an idle service burns its core.
 */
export function openSession(path: string): Promise<InferenceSession> {
  return InferenceSession.create(path, {
    intraOpNumThreads: THREADS,
    interOpNumThreads: 1,
    extra: { session: { intra_op: { allow_spinning: '0' }, inter_op: { allow_spinning: '0' } } },
  });
}
