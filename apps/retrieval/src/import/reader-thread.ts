import { on } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { Found, SourceFile } from './read/source-file.js';

/** The time for one document: enough for the largest PDF. */
const DOCUMENT_MS = 60_000;
const MAX_HEAP_MB = 768;

export interface ReaderTask {
  readonly file: SourceFile;
  /** Files of an archive to leave out. */
  readonly from: number;
}

export type ReaderMessage =
  | { readonly type: 'member'; readonly name: string; readonly index: number }
  | { readonly type: 'found'; readonly found: Found }
  | { readonly type: 'end' };

export interface ReaderOptions {
  readonly signal: AbortSignal;
  readonly documentMs?: number;
}

/** The file of an archive that a thread reads. */
interface Place {
  name: string;
  next: number;
}

/**
 * Reads the documents of a file in a thread of its own, because files of strangers may be made to take forever or all
 * memory. A file on which the thread hangs or dies is named as a fault; a new thread reads the rest of its archive.
 */
export async function* readInThread(file: SourceFile, options: ReaderOptions): AsyncGenerator<Found> {
  const place: Place = { name: file.name, next: 0 };
  for (let from = -1; from !== place.next;) {
    from = place.next;
    const fault = yield* readFrom({ file, from }, place, options);
    if (fault === undefined) return;
    yield { source: place.name, reason: fault };
  }
}

/** Returns why the thread ended early; undefined if it read everything. */
async function* readFrom(
  task: ReaderTask,
  place: Place,
  options: ReaderOptions,
): AsyncGenerator<Found, string | undefined> {
  const { signal, documentMs = DOCUMENT_MS } = options;
  const limit = new AbortController();
  const worker = new Worker(new URL('./reader.worker.js', import.meta.url), {
    workerData: task,
    name: 'document-reader',
    resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MB },
  });
  const late = (): void => limit.abort('it takes too long to read');
  worker.on('error', () => limit.abort('it cannot be read within the memory for one file'));
  worker.on('exit', () => limit.abort('its reader ended'));
  let timer = setTimeout(late, documentMs);
  try {
    for await (const [message] of on(worker, 'message', { signal: AbortSignal.any([signal, limit.signal]) })) {
      clearTimeout(timer);
      const read = message as ReaderMessage;
      if (read.type === 'end') return undefined;
      if (read.type === 'member') Object.assign(place, { name: read.name, next: read.index + 1 });
      if (read.type === 'found') yield read.found;
      timer = setTimeout(late, documentMs);
      if (read.type === 'found') worker.postMessage('taken');
    }
    return undefined;
  } catch (error) {
    signal.throwIfAborted();
    if (!limit.signal.aborted) throw error;
    return String(limit.signal.reason);
  } finally {
    clearTimeout(timer);
    await worker.terminate();
  }
}
