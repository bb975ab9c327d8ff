import type { DocumentRef } from './document-store.port.js';

/**
 * The similarities of documents to a question, end to end: an object for each of ten thousand documents would take longer
 * than their dot products.
 */
export interface VectorMatches {
  readonly refs: readonly DocumentRef[];
  /** Where the similarities of each document begin, and the end of the last. */
  readonly starts: ArrayLike<number>;
  /** Of each document the cosine similarity of the title, then of each passage in order, to about 0.001. */
  readonly similarities: Float32Array;
}

/** The matches of several comparisons as one. */
export function joined(all: readonly VectorMatches[]): VectorMatches {
  const similarities = new Float32Array(all.reduce((sum, each) => sum + each.similarities.length, 0));
  const starts = new Uint32Array(all.reduce((sum, { refs }) => sum + refs.length, 1));
  let [from, place] = [0, 0];
  for (const each of all) {
    similarities.set(each.similarities, from);
    for (let n = 0; n < each.refs.length; n++) starts[place++] = from + each.starts[n]!;
    from += each.similarities.length;
  }
  starts[place] = from;
  const none: DocumentRef[] = [];
  return { refs: none.concat(...all.map(({ refs }) => refs)), starts, similarities };
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
   * the nearest and of those in `also`. They come with the very `ref` with which their document was set.
   */
  compare(question: Float32Array, tenant: string, also?: readonly DocumentRef[]): Promise<VectorMatches>;

  /** Gives up writes in progress. */
  close(): void;
}

/** The token under which Nest injects the port. */
export const VECTOR_INDEX = Symbol('VectorIndex');
