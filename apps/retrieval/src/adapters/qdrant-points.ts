import { createHash } from 'node:crypto';
import type { Schemas } from '@qdrant/js-client-rest';
import type { DocumentRef } from '../ports/document-store.port.js';

/** What Qdrant keeps beside each vector. The texts of documents stay in the store. */
export interface PointPayload {
  readonly tenant: string;
  readonly document: string;
  /** 0: the title; the passages follow. */
  readonly part: number;
  /** The number of the document's vectors. */
  readonly parts: number;
  readonly version: string;
}

/** Qdrant takes numbers and UUIDs as ids: this one is made of tenant, document and part. */
export function pointId({ tenant, id }: DocumentRef, part: number): string {
  const hex = createHash('sha256').update(`${tenant}\0${id}\0${part}`).digest('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join('-');
}

export function pointOf(ref: DocumentRef, part: number, vectors: readonly Float32Array[], version: string) {
  const payload = { tenant: ref.tenant, document: ref.id, part, parts: vectors.length, version } satisfies PointPayload;
  return { id: pointId(ref, part), vector: [...vectors[part]!], payload };
}

/** Every request for points is restricted to one tenant. */
export function ofTenant(tenant: string, ...more: Schemas['Condition'][]): Schemas['Filter'] {
  return { must: [{ key: 'tenant', match: { value: tenant } }, ...more] };
}

export const ofDocuments = (ids: readonly string[]): Schemas['Condition'] => ({
  key: 'document',
  match: { any: [...ids] },
});

/** The payload of a point; undefined for a point of somebody else. */
export function payloadOf(point: { payload?: Record<string, unknown> | null | undefined }): PointPayload | undefined {
  const { tenant, document, part, parts, version } = point.payload ?? {};
  if (typeof tenant !== 'string' || typeof document !== 'string' || typeof version !== 'string') return undefined;
  return typeof part === 'number' && typeof parts === 'number' ? { tenant, document, part, parts, version } : undefined;
}

/** A document in a map of all tenants. */
export function keyOf({ tenant, id }: DocumentRef): string {
  return `${tenant}\0${id}`;
}
