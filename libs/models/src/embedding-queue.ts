/** One caller's texts on their way through the embedder. */
export interface EmbeddingJob {
  readonly texts: readonly string[];
  /** Indexes into `texts` still to be sent, longest last. */
  readonly waiting: number[];
  readonly vectors: Float32Array[];
  missing: number;
  readonly resolve: (vectors: Float32Array[]) => void;
  readonly reject: (error: unknown) => void;
}

export interface QueuedText {
  readonly job: EmbeddingJob;
  readonly index: number;
}

export interface BatchLimits {
  readonly maxTexts: number;
  readonly maxTokensPerText: number;
  /** Bounds a batch's padded size, so that a short text never waits long behind long ones. */
  readonly maxTokens: number;
}

const CHARS_PER_TOKEN = 4;
const SPECIAL_TOKENS = 2;

/** Near enough to cut batches by; the worker counts exactly. */
export function estimateTokens(text: string, maxTokens: number): number {
  return Math.min(Math.ceil(text.length / CHARS_PER_TOKEN) + SPECIAL_TOKENS, maxTokens);
}

/** Makes a job whose texts leave in order of length, so that texts of one batch need little padding. */
export function createJob(texts: readonly string[], settle: Pick<EmbeddingJob, 'resolve' | 'reject'>): EmbeddingJob {
  const lengthAt = (index: number): number => texts[index]?.length ?? 0;
  const waiting = [...texts.keys()].sort((a, b) => lengthAt(a) - lengthAt(b));
  return { texts, waiting, vectors: [], missing: texts.length, ...settle };
}

/**
 * Takes the next batch: one text from each waiting caller in turn, so a caller with one question shares the
 * next batch with a caller who brings ten thousand documents. Always takes at least one text when there is one.
 */
export function takeBatch(jobs: readonly EmbeddingJob[], limits: BatchLimits): QueuedText[] {
  const batch: QueuedText[] = [];
  let width = 0;
  for (;;) {
    const before = batch.length;
    for (const job of jobs) {
      const index = job.waiting[0];
      if (index === undefined) continue;
      const tokens = estimateTokens(job.texts[index] ?? '', limits.maxTokensPerText);
      const padded = Math.max(width, tokens) * (batch.length + 1);
      if (batch.length === limits.maxTexts || (batch.length > 0 && padded > limits.maxTokens)) continue;
      job.waiting.shift();
      width = Math.max(width, tokens);
      batch.push({ job, index });
    }
    if (batch.length === before) return batch;
  }
}
