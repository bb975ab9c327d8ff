import type { FileDigest } from '../hashed-file.js';

/** A request for one file. */
export interface FetchRequest {
  /** The file to write. It is the same for every attempt at the same file, so that a source can resume it. */
  readonly partialPath: string;
  /** More bytes than this are an error. */
  readonly maxBytes: number;
  /** The exact size, if the catalog knows it. */
  readonly sizeBytes?: number;
  readonly signal?: AbortSignal;
  readonly onBytes?: (receivedBytes: number, totalBytes?: number) => void;
}

/**
 * One source of a model file.
 *
 * `fetch` writes the file and returns its digest, which the store compares. Its errors give the reason in words for
 * people; on abort it rejects with the signal's reason.
 */
export interface Source {
  /** The name of the source in messages, such as `pip silero-vad==6.2.3`. */
  readonly label: string;
  fetch(request: FetchRequest): Promise<FileDigest>;
}
