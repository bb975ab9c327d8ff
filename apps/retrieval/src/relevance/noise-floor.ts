import type { DocumentRef } from '../ports/document-store.port.js';

/** The evidence for a document of each stranger's question. */
type Evidences = Float32Array;

/** Of the strangers' questions, this share is above the floor. */
const ABOVE = 0.05;

/**
 * How much evidence a company's documents show for questions that none of them answers. Some companies' documents look
 * relevant to everything, others to little: what counts as an answer is measured from this floor. Speaker recognition
 * normalises scores by a cohort of impostors in this way (Auckenthaler, Carey & Lloyd-Thomas 2000).
 */
export class NoiseFloor {
  private readonly tenants = new Map<string, Map<string, Evidences>>();
  private readonly highest = new Map<string, Evidences>();

  /** @param evidencesOf of one document for each stranger's question, from the vectors of the document. */
  constructor(private readonly evidencesOf: (vectors: readonly Float32Array[]) => Evidences) {}

  set({ tenant, id }: DocumentRef, vectors: readonly Float32Array[]): void {
    const documents = this.tenants.get(tenant) ?? new Map<string, Evidences>();
    documents.set(id, this.evidencesOf(vectors));
    this.tenants.set(tenant, documents);
    this.highest.delete(tenant);
  }

  delete({ tenant, id }: DocumentRef): void {
    const documents = this.tenants.get(tenant);
    documents?.delete(id);
    if (documents?.size === 0) this.tenants.delete(tenant);
    this.highest.delete(tenant);
  }

  /** Of the documents of these tenants together; 0 without documents. */
  of(tenants: readonly string[]): number {
    const own = [...new Set(tenants)].map((tenant) => this.highestOf(tenant)).filter(({ length }) => length > 0);
    const [first] = own;
    if (!first) return 0;
    const all = first.map((_, n) => Math.max(...own.map((each) => each[n]!))).sort();
    return all[Math.floor(all.length * (1 - ABOVE))]!;
  }

  /** The most evidence of any document, for each stranger's question. */
  private highestOf(tenant: string): Evidences {
    const known = this.highest.get(tenant);
    if (known) return known;
    const documents = [...(this.tenants.get(tenant)?.values() ?? [])];
    const highest = Float32Array.from(documents[0] ?? []);
    for (const evidences of documents)
      for (let n = 0; n < highest.length; n++) if (evidences[n]! > highest[n]!) highest[n] = evidences[n]!;
    this.highest.set(tenant, highest);
    return highest;
  }
}
