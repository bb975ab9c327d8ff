import type { DocumentRef } from '../ports/document-store.port.js';
import type { VectorIndex, VectorMatch } from '../ports/vector-index.port.js';

/**
 * Exact search in memory: one dot product per passage, about 0.4 µs at 384 dimensions. The vectors of a document lie
 * end to end in one Float32Array; documents are kept by tenant, so that a search cannot reach those of another.
 */
export class ExactVectorIndex implements VectorIndex {
  private readonly tenants = new Map<string, Map<string, { ref: DocumentRef; rows: Float32Array }>>();

  set(ref: DocumentRef, vectors: readonly Float32Array[]): void {
    const dimensions = vectors[0]?.length ?? 0;
    const rows = new Float32Array(vectors.length * dimensions);
    vectors.forEach((vector, row) => rows.set(vector, row * dimensions));
    const documents = this.tenants.get(ref.tenant) ?? new Map<string, { ref: DocumentRef; rows: Float32Array }>();
    this.tenants.set(ref.tenant, documents.set(ref.id, { ref, rows }));
  }

  delete(ref: DocumentRef): void {
    const documents = this.tenants.get(ref.tenant);
    documents?.delete(ref.id);
    if (documents?.size === 0) this.tenants.delete(ref.tenant);
  }

  compare(question: Float32Array, tenant: string): VectorMatch[] {
    const documents = this.tenants.get(tenant);
    if (!documents) return [];
    return Array.from(documents.values(), ({ ref, rows }) => ({ ref, similarities: multiply(rows, question) }));
  }
}

/** The dot product of each row with the question. */
function multiply(rows: Float32Array, question: Float32Array): Float32Array {
  const dimensions = question.length;
  const products = new Float32Array(rows.length / dimensions);
  for (let row = 0; row < products.length; row++) {
    const start = row * dimensions;
    let sum = 0;
    for (let i = 0; i < dimensions; i++) sum += rows[start + i]! * question[i]!;
    products[row] = sum;
  }
  return products;
}
