import { createJob, takeBatch, type BatchLimits, type EmbeddingJob } from './embedding-queue.js';

const limits: BatchLimits = { maxTexts: 4, maxTokensPerText: 256, maxTokens: 1024 };
const ignore = { resolve: () => undefined, reject: () => undefined };
const jobOf = (...texts: string[]): EmbeddingJob => createJob(texts, ignore);
const textsOf = (jobs: EmbeddingJob[], custom = limits): (string | undefined)[] =>
  takeBatch(jobs, custom).map(({ job, index }) => job.texts[index]);

describe('takeBatch', () => {
  it('sends the texts of a caller in order of length', () => {
    const job = jobOf('ccc', 'a', 'bb');
    expect(textsOf([job])).toEqual(['a', 'bb', 'ccc']);
    expect(takeBatch([job], limits)).toEqual([]);
  });

  it('shares a batch among callers, and never exceeds its size', () => {
    const many = jobOf('1', '2', '3', '4', '5', '6');
    const one = jobOf('question');
    expect(textsOf([many, one])).toEqual(['1', 'question', '2', '3']);
    expect(textsOf([many, one])).toEqual(['4', '5', '6']);
  });

  it('keeps the padded size of a batch within its tokens, but always takes one text', () => {
    const long = 'x'.repeat(4_000);
    const job = jobOf(long, long, long);
    expect(textsOf([job], { ...limits, maxTokens: 512 })).toHaveLength(2);
    expect(textsOf([job], { ...limits, maxTokens: 10 })).toHaveLength(1);
  });
});
