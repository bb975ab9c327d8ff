import { on } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { Found, SourceFile } from './read/source-file.js';

/** The time for one document: enough for the largest PDF. */
const DOCUMENT_MS = 60_000;
const MAX_HEAP_MB = 768;
/** Unpacked bytes lie outside the heap, and nothing else limits them. */
const MAX_EXTERNAL_BYTES = 768_000_000;
const LOOK_EVERY_MS = 100;

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
  readonly documentMs?: number;
  /** The module of the thread; it takes tasks and posts messages. */
  readonly module?: URL;
}

/** The file of an archive that a thread reads. */
interface Place {
  name: string;
  next: number;
}

/**
 * Reads files, one at a time, in a thread of its own, because files of strangers may be made to take forever or all
 * memory. A file on which the thread hangs or dies is named as a fault; a new thread reads the rest of its archive.
 */
export class ReaderThread {
  private worker?: Worker | undefined;

  constructor(private readonly options: ReaderOptions = {}) {}

  async *read(file: SourceFile, signal: AbortSignal): AsyncGenerator<Found> {
    const place: Place = { name: file.name, next: 0 };
    for (let from = -1; from !== place.next;) {
      from = place.next;
      const fault = yield* this.readFrom({ file, from }, place, signal);
      if (fault === undefined) return;
      yield { source: place.name, reason: fault };
    }
  }

  async close(): Promise<void> {
    const { worker } = this;
    this.worker = undefined;
    await worker?.terminate();
  }

  /** Returns why the thread ended early; undefined if it read everything. */
  private async *readFrom(
    task: ReaderTask,
    place: Place,
    signal: AbortSignal,
  ): AsyncGenerator<Found, string | undefined> {
    const { documentMs = DOCUMENT_MS } = this.options;
    const limit = new AbortController();
    const worker = (this.worker ??= this.start());
    const fail = (): void => limit.abort('it cannot be read within the memory for one file');
    const late = (): void => limit.abort('it takes too long to read');
    const look = async (): Promise<void> => {
      const { external_memory: bytes } = await worker.getHeapStatistics();
      if (bytes > MAX_EXTERNAL_BYTES) fail();
    };
    // A thread that has ended has no figures: its end is told by itself.
    const looking = setInterval(() => void look().catch(() => undefined), LOOK_EVERY_MS);
    worker.once('error', fail).once('exit', fail);
    worker.postMessage(task);
    let timer = setTimeout(late, documentMs);
    let isDone = false;
    try {
      for await (const [message] of on(worker, 'message', { signal: AbortSignal.any([signal, limit.signal]) })) {
        clearTimeout(timer);
        const read = message as ReaderMessage;
        if (read.type === 'end') {
          isDone = true;
          return undefined;
        }
        if (read.type === 'member') Object.assign(place, { name: read.name, next: read.index + 1 });
        if (read.type === 'found') {
          yield read.found;
          worker.postMessage('taken');
        }
        timer = setTimeout(late, documentMs);
      }
      return undefined;
    } catch (error) {
      signal.throwIfAborted();
      if (!limit.signal.aborted) throw error;
      return String(limit.signal.reason);
    } finally {
      clearTimeout(timer);
      clearInterval(looking);
      worker.off('error', fail).off('exit', fail);
      // A thread that was left in the middle of a file would post the rest of it to the next.
      if (!isDone) await this.close();
    }
  }

  private start(): Worker {
    const worker = new Worker(this.options.module ?? new URL('./reader.worker.js', import.meta.url), {
      name: 'document-reader',
      resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MB },
    });
    worker.on('error', () => undefined);
    worker.unref();
    return worker;
  }
}
