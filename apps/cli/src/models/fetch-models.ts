import type { FetchProgress, ModelStore } from '@llmos/models';

/** Receives the progress of downloads; see `terminal/transfer-report.ts`. */
export interface FetchReport {
  begin(model: string): void;
  progress(model: string, progress: FetchProgress): void;
  end(model: string): void;
}

/** Downloads a model unless it is present, and reports the download. @returns its files by name. */
export async function fetchModel(
  store: ModelStore,
  name: string,
  report: FetchReport,
  signal?: AbortSignal,
): Promise<Record<string, string>> {
  const present = await store.find(name);
  if (present) return present;
  report.begin(name);
  try {
    return await store.ensure(name, {
      signal,
      onProgress: (progress) => report.progress(name, progress),
    });
  } finally {
    report.end(name);
  }
}

/** Downloads models one after the other. @returns how many were missing. */
export async function fetchModels(
  store: ModelStore,
  names: readonly string[],
  report: FetchReport,
  signal?: AbortSignal,
): Promise<number> {
  let missing = 0;
  for (const name of names) {
    signal?.throwIfAborted();
    if (!(await store.find(name))) missing++;
    await fetchModel(store, name, report, signal);
  }
  return missing;
}
