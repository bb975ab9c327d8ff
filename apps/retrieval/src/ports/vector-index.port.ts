import type { DocumentRef } from './document-store.port.js';

/** The similarities of one document to a question. */
export interface VectorMatch {
  readonly ref: DocumentRef;
  /** Cosine similarity of the title, then of each passage in order, to about 0.001. */
  readonly similarities: Float32Array;
}

/**
 * Finds documents by meaning. A document's first vector is that of its title, the others are those of its passages. It
 * keeps vectors only: words, names and the judgement of relevance are those of the caller. The adapter in this process
 * is exact; a vector database replaces it if the vectors do not fit into memory.
 *
 * Every method rejects with UNAVAILABLE while the index cannot be reached. Callers write one document at a time.
 */
export interface VectorIndex {
  /** Whether `compare` returns every document of a tenant. Otherwise it returns the nearest ones. */
  readonly isExact: boolean;

  /** Resolves when the index can be reached. Called before everything else. */
  open(): Promise<void>;

  /**
   * Adds or replaces a document. Resolves when `compare` finds it.
   *
   * @param version names the content of the vectors: an index that outlives this process skips what it has.
   */
  set(ref: DocumentRef, vectors: readonly Float32Array[], version: string): Promise<void>;

  /** Resolves when `compare` finds nothing of the document. */
  delete(ref: DocumentRef): Promise<void>;

  /** Every stored document was set since `open`: what else the index has is deleted. */
  settle(): Promise<void>;

  /**
   * The dot products of the question (L2-normalised) with the vectors of one tenant's documents: of all of them, or of
   * the nearest and of those in `also`. A match has the very `ref` with which its document was set.
   */
  compare(question: Float32Array, tenant: string, also?: readonly DocumentRef[]): Promise<VectorMatch[]>;

  /** Gives up writes in progress. */
  close(): void;
}

/** The token under which Nest injects the port. */
export const VECTOR_INDEX = Symbol('VectorIndex');
