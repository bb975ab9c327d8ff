import { LlmosError, isToken, type InputOf, type OutputOf } from '@llmos/contracts';
import type { remove, search, upsert } from '@llmos/contracts/capabilities/retrieval';
import { carriedVector, carryEmbedding, type Embedder } from '@llmos/models';
import type { DocumentEmbedder } from './document-embedder.js';
import type { DocumentFeed } from './document-feed.js';
import type { HybridIndex } from './hybrid-index.js';
import type { DocumentRef, DocumentStore } from './ports/document-store.port.js';

/** The tenant whose documents all tenants find. */
export const SHARED_TENANT = 'shared';

/** The tenant of a request, and the signal that cancels it. */
export interface RequestContext {
  readonly tenant: string;
  readonly signal?: AbortSignal;
}

export interface RetrievalParts {
  readonly store: DocumentStore;
  readonly embeddings: Pick<Embedder, 'model' | 'embed'>;
  readonly embedder: DocumentEmbedder;
  readonly index: HybridIndex;
  readonly feed: DocumentFeed;
}

/** Keeps documents and finds their passages. A tenant finds its own documents and the shared ones, no others. */
export class RetrievalService {
  constructor(private readonly parts: RetrievalParts) {}

  async search(input: InputOf<typeof search>, { tenant, signal }: RequestContext): Promise<OutputOf<typeof search>> {
    const text = plainText(input.query);
    const { embeddings } = this.parts;
    const vector =
      carriedVector(input.embedding, embeddings.model, text) ?? (await embeddings.embed([text], signal))[0];
    if (!vector) throw new LlmosError('INTERNAL', 'The embedding model gave no vector for the question.');
    signal?.throwIfAborted();
    const { limit, intent } = input;
    const found = this.parts.index.search({ text, vector, limit, intent, tenants: [tenant, SHARED_TENANT] });
    return { ...found, embedding: carryEmbedding(embeddings.model, text, vector) };
  }

  /** Resolves when the document is stored and this replica's searches find it; other replicas follow shortly. */
  async upsert(
    { document }: InputOf<typeof upsert>,
    { tenant, signal }: RequestContext,
  ): Promise<OutputOf<typeof upsert>> {
    const ref = refOf(tenant, document.id);
    const stored = await this.parts.embedder.embed(document, 'caller', signal);
    const previous = await this.parts.store.revision(ref);
    signal?.throwIfAborted();
    const revision = await this.parts.store.put(ref, stored);
    await this.parts.feed.reached(ref, revision, signal);
    return { id: document.id, passages: stored.vectors.length - 1, replaced: previous !== undefined };
  }

  /** Resolves when the document is removed from the store and from this replica's searches. */
  async delete({ id }: InputOf<typeof remove>, { tenant, signal }: RequestContext): Promise<OutputOf<typeof remove>> {
    const ref = refOf(tenant, id);
    const stored = await this.parts.store.revision(ref);
    const drop = async (): Promise<void> => (stored === undefined ? undefined : this.parts.store.delete(ref));
    const revision = stored ?? this.parts.feed.get(ref)?.revision;
    if (revision !== undefined) await this.parts.feed.deleted(ref, revision, drop, signal);
    return { id, deleted: stored !== undefined };
  }
}

const DOCUMENT_ID = /^[A-Za-z0-9][A-Za-z0-9_-]{0,127}$/;

/** Both become a key of the store: other characters could name the document of another tenant. */
function refOf(tenant: string, id: string): DocumentRef {
  if (!isToken(tenant))
    throw new LlmosError('INVALID_ARGUMENT', "A tenant has 1 to 64 letters, digits, '_' or '-'.", { field: 'tenant' });
  if (!DOCUMENT_ID.test(id)) {
    throw new LlmosError('INVALID_ARGUMENT', "A document's id has 1 to 128 letters, digits, '-' or '_'.", {
      field: 'id',
    });
  }
  return { tenant, id };
}

/** Unifies compatibility forms and removes control and format characters, which confuse tokenizers. */
function plainText(query: string): string {
  return query
    .normalize('NFKC')
    .replace(/[\p{Cc}\p{Cf}\p{Cs}]+/gu, ' ')
    .trim();
}
