import { type QdrantClient } from '@qdrant/js-client-rest';
import type { DocumentRef } from '../ports/document-store.port.js';
import { keyOf, ofDocuments, ofTenant, payloadOf, pointId, pointOf, type PointPayload } from './qdrant-points.js';

/** Vectors in one request. */
const BATCH = 256;
const PAGE = 1_000;
/** Documents nearest to the question whose vectors are all compared. */
const NEAREST_DOCUMENTS = 64;

/** A document of the collection. */
export interface KeptDocument {
  readonly ref: DocumentRef;
  readonly parts: number;
  readonly version: string;
}

/** A collection of vectors of one length. Every request names the tenant. */
export class QdrantCollection {
  constructor(
    private readonly client: QdrantClient,
    private readonly name: string,
  ) {}

  /** Makes the collection unless it exists, and reads which documents it has: those of which the title is there. */
  async open(dimensions: number): Promise<Map<string, KeptDocument>> {
    const { exists } = await this.client.collectionExists(this.name);
    if (!exists) await this.create(dimensions);
    const kept = new Map<string, KeptDocument>();
    let offset: string | number | Record<string, unknown> | undefined;
    do {
      const page = await this.client.scroll(this.name, {
        filter: { must: [{ key: 'part', match: { value: 0 } }] },
        limit: PAGE,
        with_payload: true,
        ...(offset === undefined ? {} : { offset }),
      });
      for (const point of page.points) keep(kept, payloadOf(point));
      offset = page.next_page_offset ?? undefined;
    } while (offset !== undefined);
    return kept;
  }

  /** Writes the title last: a document that was written in part has an old version, and is written again. */
  async write(ref: DocumentRef, vectors: readonly Float32Array[], version: string): Promise<void> {
    const points = vectors.map((_, part) => pointOf(ref, part, vectors, version)).reverse();
    for (let at = 0; at < points.length; at += BATCH)
      await this.client.upsert(this.name, { wait: true, points: points.slice(at, at + BATCH) });
  }

  /** Deletes the vectors of a document from this part on. */
  async cut(ref: DocumentRef, from: number, parts: number): Promise<void> {
    const points = Array.from({ length: parts - from }, (_, n) => pointId(ref, from + n));
    if (points.length > 0) await this.client.delete(this.name, { wait: true, points });
  }

  async remove({ tenant, id }: DocumentRef): Promise<void> {
    await this.client.delete(this.name, { wait: true, filter: ofTenant(tenant, ofDocuments([id])) });
  }

  /** The ids of the tenant's documents with the vectors nearest to the question. */
  async nearest(question: readonly number[], tenant: string): Promise<string[]> {
    const { groups } = await this.client.queryGroups(this.name, {
      query: [...question],
      filter: ofTenant(tenant),
      group_by: 'document',
      group_size: 1,
      limit: NEAREST_DOCUMENTS,
      with_payload: false,
    });
    return groups.map(({ id }) => String(id));
  }

  /** The similarity of every vector of the documents, compared exactly. */
  async similarities(
    question: readonly number[],
    tenant: string,
    documents: readonly KeptDocument[],
  ): Promise<{ payload: PointPayload; score: number }[]> {
    const { points } = await this.client.query(this.name, {
      query: [...question],
      filter: ofTenant(tenant, ofDocuments(documents.map(({ ref }) => ref.id))),
      limit: documents.reduce((sum, { parts }) => sum + parts, 0),
      with_payload: true,
      params: { exact: true },
    });
    return points.flatMap((point) => {
      const payload = payloadOf(point);
      return payload ? [{ payload, score: point.score }] : [];
    });
  }

  /** Qdrant keeps the points of a tenant together and filters by these fields before it compares. */
  private async create(dimensions: number): Promise<void> {
    await this.client.createCollection(this.name, { vectors: { size: dimensions, distance: 'Dot' } });
    const index = (
      field_name: string,
      field_schema: Parameters<QdrantClient['createPayloadIndex']>[1]['field_schema'],
    ) => this.client.createPayloadIndex(this.name, { field_name, field_schema, wait: true });
    await index('tenant', { type: 'keyword', is_tenant: true });
    await index('document', 'keyword');
    await index('part', 'integer');
  }
}

function keep(kept: Map<string, KeptDocument>, payload: PointPayload | undefined): void {
  if (!payload) return;
  const ref = { tenant: payload.tenant, id: payload.document };
  kept.set(keyOf(ref), { ref, parts: payload.parts, version: payload.version });
}
