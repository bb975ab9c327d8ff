import type { DocumentRef } from '../ports/document-store.port.js';
import type { VectorIndex, VectorMatch } from '../ports/vector-index.port.js';
import { VectorMemory, type VectorBlock } from './vector-memory.js';

interface Entry {
  readonly ref: DocumentRef;
  readonly memory: VectorMemory;
  readonly block: VectorBlock;
}

/**
 * Search in memory that leaves out nothing: one dot product for each passage (see {@link VectorMemory}). Documents are kept by tenant, so
 * that a search cannot reach those of another.
 */
export class ExactVectorIndex implements VectorIndex {
  readonly isExact = true;
  private readonly tenants = new Map<string, Map<string, Entry>>();
  /** By the length of their vectors. */
  private readonly memories = new Map<number, VectorMemory>();

  open(): Promise<void> {
    return Promise.resolve();
  }

  set(ref: DocumentRef, vectors: readonly Float32Array[]): Promise<void> {
    this.remove(ref);
    const memory = this.memoryFor(vectors[0]?.length ?? 0);
    const documents = this.tenants.get(ref.tenant) ?? new Map<string, Entry>();
    documents.set(ref.id, { ref, memory, block: memory.store(vectors) });
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

  compare(question: Float32Array, tenant: string): Promise<VectorMatch[]> {
    const memory = this.memoryFor(question.length);
    const entries = [...(this.tenants.get(tenant)?.values() ?? [])].filter(({ memory: own }) => own === memory);
    const blocks = entries.map(({ block }) => block);
    const products = memory.products(question, blocks);
    return Promise.resolve(entries.map(({ ref }, n) => ({ ref, similarities: products[n]! })));
  }

  private remove(ref: DocumentRef): void {
    const documents = this.tenants.get(ref.tenant);
    const entry = documents?.get(ref.id);
    if (!documents || !entry) return;
    entry.memory.release(entry.block);
    documents.delete(ref.id);
    if (documents.size === 0) this.tenants.delete(ref.tenant);
  }

  private memoryFor(dimensions: number): VectorMemory {
    const memory = this.memories.get(dimensions) ?? new VectorMemory(dimensions);
    this.memories.set(dimensions, memory);
    return memory;
  }
}
