import { InferenceSession } from 'onnxruntime-node';

/**
 * Opens a model for one worker of many: one thread each beats one session with many, and a thread that waits must
 * not spin, or an idle service burns its core.
 */
export function openSession(path: string): Promise<InferenceSession> {
  return InferenceSession.create(path, {
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    extra: { session: { intra_op: { allow_spinning: '0' }, inter_op: { allow_spinning: '0' } } },
  });
}
