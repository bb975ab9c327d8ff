export interface EvaluationOptions {
  /** Requests at a time. */
  readonly concurrency: number;
  /** Called after each row. */
  onDone?(): void;
}

/** Texts in one request. */
const BATCH_SIZE = 16;

/** Maps items with at most `limit` in progress. The results have the order of the items; the first failure ends it. */
export async function mapConcurrently<T, R>(
  items: readonly T[],
  limit: number,
  work: (item: T, index: number) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  let next = 0;
  let failed = false;
  const worker = async () => {
    while (next < items.length && !failed) {
      const index = next++;
      try {
        results[index] = await work(items[index]!, index);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker));
  return results;
}

/** Maps rows in batches, for pipelines that take several texts in one request. */
export async function mapBatches<T, R>(
  rows: readonly T[],
  { concurrency, onDone }: EvaluationOptions,
  work: (batch: readonly T[]) => Promise<readonly R[]>,
): Promise<R[]> {
  const batches = Array.from({ length: Math.ceil(rows.length / BATCH_SIZE) }, (_, at) =>
    rows.slice(at * BATCH_SIZE, (at + 1) * BATCH_SIZE),
  );
  const results = await mapConcurrently(batches, concurrency, async (batch) => {
    const mapped = await work(batch);
    batch.forEach(() => onDone?.());
    return mapped;
  });
  return results.flat();
}
