import type { DocumentRef } from './document-store.port.js';

/** The similarities of one document to a question. */
export interface VectorMatch {
  readonly ref: DocumentRef;
  /** Cosine similarity of the title, then of each passage in order. */
  readonly similarities: Float32Array;
}

/**
 * Finds documents by meaning. A document's first vector is that of its title, the others are those of its passages.
 * The adapter in this process is exact; a vector database replaces it if the documents do not fit into memory.
 */
export interface VectorIndex {
  set(ref: DocumentRef, vectors: readonly Float32Array[]): void;
  delete(ref: DocumentRef): void;
  /** Compares the question (L2-normalised) with every document of one tenant. */
  compare(question: Float32Array, tenant: string): VectorMatch[];
}
