import { isToken, LlmosError } from '@llmos/contracts';
import type { documentSchema } from '@llmos/contracts/capabilities/retrieval';
import type { z } from 'zod';
import { hashContent, type DocumentEmbedder } from './document-embedder.js';
import type { DocumentFeed } from './document-feed.js';
import type { DocumentOrigin, DocumentRef, DocumentStore } from './ports/document-store.port.js';

/** The tenant of a request, and the signal that cancels it. */
export interface WriteContext {
  readonly tenant: string;
  readonly signal?: AbortSignal;
  readonly origin?: DocumentOrigin;
  /** Embeds instead of the writer's own. */
  readonly embedder?: DocumentEmbedder | undefined;
}

export interface WriterParts {
  readonly store: DocumentStore;
  readonly embedder: DocumentEmbedder;
  readonly feed: DocumentFeed;
}

/** Writes and deletes documents of callers. */
export class DocumentWriter {
  constructor(private readonly parts: WriterParts) {}

  /** Stores a document unless it is stored like that already; resolves to whether it did. */
  async write(document: z.output<typeof documentSchema>, context: WriteContext): Promise<boolean> {
    const { feed, store } = this.parts;
    const { tenant, signal, origin, embedder = this.parts.embedder } = context;
    const ref = refOf(tenant, document.id);
    const known = feed.get(ref);
    const isSame =
      known?.hash === hashContent(document) &&
      known.origin?.source === origin?.source &&
      known.origin?.collection === origin?.collection;
    if (isSame) return false;
    const stored = await embedder.embed(document, 'caller', signal);
    signal?.throwIfAborted();
    const revision = await store.put(ref, origin ? { ...stored, origin } : stored);
    await feed.reached(ref, revision, signal);
    return true;
  }

  /** The file or page that a stored document is from; undefined if there is none, or it was sent by itself. */
  fileOf(ref: DocumentRef): string | undefined {
    const origin = this.parts.feed.get(ref)?.origin;
    return origin && fileOf(origin.source);
  }

  /** Deletes the documents of a collection whose source is not kept; resolves to their number. */
  async deleteOthers(collection: string, keep: ReadonlySet<string>, { tenant, signal }: WriteContext): Promise<number> {
    const { feed, store } = this.parts;
    const gone = feed
      .list(tenant)
      .filter(({ origin }) => origin?.collection === collection && !keep.has(fileOf(origin.source)));
    for (const { ref, revision } of gone) await feed.deleted(ref, revision, () => store.delete(ref), signal);
    return gone.length;
  }
}

/** `questions.csv#7` → `questions.csv`. */
export function fileOf(source: string): string {
  return source.replace(/(?:#(?:\d+|part-\d+))+$/u, '');
}

const DOCUMENT_ID = /^[A-Za-z0-9][A-Za-z0-9_-]{0,127}$/;

/** Both become a key of the store: other characters could name the document of another tenant. */
export function refOf(tenant: string, id: string): DocumentRef {
  if (!isToken(tenant))
    throw new LlmosError('INVALID_ARGUMENT', "A tenant has 1 to 64 letters, digits, '_' or '-'.", { field: 'tenant' });
  if (!DOCUMENT_ID.test(id)) {
    throw new LlmosError('INVALID_ARGUMENT', "A document's id has 1 to 128 letters, digits, '-' or '_'.", {
      field: 'id',
    });
  }
  return { tenant, id };
}
