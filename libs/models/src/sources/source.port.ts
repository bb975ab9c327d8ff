import type { FileDigest } from '../hashed-file.js';

/** What a source needs to know to bring one file. */
export interface FetchRequest {
  /** Where the bytes go. The same for every attempt at the same file, so a source may resume what is there. */
  readonly partialPath: string;
  /** More bytes than this are an error. */
  readonly maxBytes: number;
  /** The exact size, where the catalog knows it. */
  readonly sizeBytes?: number;
  readonly signal?: AbortSignal;
  readonly onBytes?: (receivedBytes: number, totalBytes?: number) => void;
}

/**
 * One place a model file may come from.
 *
 * `fetch` writes the file and returns its digest; whether that is the right one is for the store to judge. What it
 * throws says why in words for people; on abort it rejects with the signal's reason.
 */
export interface Source {
  /** Names the place in messages, such as `pip silero-vad==6.2.3`. */
  readonly label: string;
  fetch(request: FetchRequest): Promise<FileDigest>;
}
