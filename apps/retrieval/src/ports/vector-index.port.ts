import type { DocumentRef } from './document-store.port.js';

/** How near one document is to a question. */
export interface VectorMatch {
  readonly ref: DocumentRef;
  /** Cosine similarity of the title, then of each passage in order. */
  readonly similarities: Float32Array;
}

/**
 * Finds documents by meaning. A document's first vector is its title's, the others are its passages'.
 * The one in this process is exact; a vector database takes its place where documents no longer fit in memory.
 */
export interface VectorIndex {
  set(ref: DocumentRef, vectors: readonly Float32Array[]): void;
  delete(ref: DocumentRef): void;
  /** Compares the question (L2-normalised) with every document of one tenant, and of no other. */
  compare(question: Float32Array, tenant: string): VectorMatch[];
}
