import type { DocumentRef } from '../ports/document-store.port.js';
import type { VectorIndex, VectorMatches } from '../ports/vector-index.port.js';
import { VectorMemory, type VectorBlock } from './vector-memory.js';

interface Entry {
  readonly ref: DocumentRef;
  readonly memory: VectorMemory;
  readonly block: VectorBlock;
}

/** The documents of a tenant that have vectors of one length, as they are compared. */
interface Listing extends Pick<VectorMatches, 'refs' | 'starts'> {
  readonly memory: VectorMemory;
  readonly blocks: readonly VectorBlock[];
}

interface TenantDocuments {
  readonly entries: Map<string, Entry>;
  /** Kept from search to search until a document changes. */
  listing?: Listing | undefined;
}

/**
 * Search in memory that leaves out nothing: one dot product for each passage (see {@link VectorMemory}). Documents are kept by tenant, so
 * that a search cannot reach those of another.
 */
export class ExactVectorIndex implements VectorIndex {
  readonly isExact = true;
  private readonly tenants = new Map<string, TenantDocuments>();
  /** By the length of their vectors. */
  private readonly memories = new Map<number, VectorMemory>();

  open(): Promise<void> {
    return Promise.resolve();
  }

  set(ref: DocumentRef, vectors: readonly Float32Array[]): Promise<void> {
    this.remove(ref);
    const memory = this.memoryFor(vectors[0]?.length ?? 0);
    const documents = this.tenants.get(ref.tenant) ?? { entries: new Map<string, Entry>() };
    documents.entries.set(ref.id, { ref, memory, block: memory.store(vectors) });
    documents.listing = undefined;
    this.tenants.set(ref.tenant, documents);
    return Promise.resolve();
  }

  delete(ref: DocumentRef): Promise<void> {
    this.remove(ref);
    return Promise.resolve();
  }

  close(): void {
    // Nothing is in progress between two calls.
  }

  /** Nothing is left of an earlier process. */
  settle(): Promise<void> {
    return Promise.resolve();
  }

  compare(question: Float32Array, tenant: string): Promise<VectorMatches> {
    const memory = this.memoryFor(question.length);
    const { refs, starts, blocks } = this.listingOf(tenant, memory);
    return Promise.resolve({ refs, starts, similarities: memory.products(question, blocks) });
  }

  private listingOf(tenant: string, memory: VectorMemory): Listing {
    const documents = this.tenants.get(tenant);
    if (documents?.listing?.memory === memory) return documents.listing;
    const entries = [...(documents?.entries.values() ?? [])].filter(({ memory: own }) => own === memory);
    const starts = new Uint32Array(entries.length + 1);
    entries.forEach(({ block: { count } }, n) => (starts[n + 1] = starts[n]! + count));
    const listing = { memory, starts, refs: entries.map(({ ref }) => ref), blocks: entries.map(({ block }) => block) };
    if (documents) documents.listing = listing;
    return listing;
  }

  private remove(ref: DocumentRef): void {
    const documents = this.tenants.get(ref.tenant);
    const entry = documents?.entries.get(ref.id);
    if (!documents || !entry) return;
    entry.memory.release(entry.block);
    documents.entries.delete(ref.id);
    documents.listing = undefined;
    if (documents.entries.size === 0) this.tenants.delete(ref.tenant);
  }

  private memoryFor(dimensions: number): VectorMemory {
    const memory = this.memories.get(dimensions) ?? new VectorMemory(dimensions);
    this.memories.set(dimensions, memory);
    return memory;
  }
}
