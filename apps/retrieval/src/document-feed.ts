import { ignoreConflict } from './conflict.js';
import type { DocumentEmbedder } from './document-embedder.js';
import type { HybridIndex } from './hybrid-index.js';
import type {
  DocumentOrigin,
  DocumentRef,
  DocumentStore,
  StoredDocument,
  StoreEntry,
} from './ports/document-store.port.js';

/** What the feed knows about a document without a request to the store. */
export interface KnownDocument {
  readonly ref: DocumentRef;
  readonly revision: number;
  readonly hash: string;
  readonly source: StoredDocument['source'];
  readonly title: string;
  readonly origin: DocumentOrigin | undefined;
}

/** A caller that waits until the index has a change. */
interface Waiter {
  readonly key: string;
  readonly isMet: (revision: number) => boolean;
  readonly resolve: () => void;
}

export interface FeedOptions {
  readonly store: DocumentStore;
  readonly index: HybridIndex;
  readonly embedder: DocumentEmbedder;
  /** Receives the error of a document that could not be embedded again; until it is, searches do not find it. */
  readonly onError: (error: unknown) => void;
}

/**
 * Keeps this replica's index in step with the store. A write waits here until the index has it: the store delivers
 * changes in order, so an older one cannot follow.
 */
export class DocumentFeed {
  private readonly known = new Map<string, KnownDocument>();
  private readonly waiters = new Set<Waiter>();
  private readonly writtenBack = new Set<string>();
  private taken: Promise<void> = Promise.resolve();
  private renewal: Promise<void> = Promise.resolve();
  private watching?: { stop(): void };

  constructor(private readonly options: FeedOptions) {}

  /** Resolves when the index has every document of the store. */
  async start(): Promise<void> {
    await this.options.index.open();
    this.watching = await this.options.store.watch({ onEntry: (entry) => this.take(entry) });
    await this.taken;
    await this.renewal;
    await this.options.index.settle();
  }

  stop(): void {
    this.watching?.stop();
  }

  get(ref: DocumentRef): KnownDocument | undefined {
    return this.known.get(keyOf(ref));
  }

  /** Every document of one tenant, as of the last change received. */
  list(tenant: string): KnownDocument[] {
    return [...this.known.values()].filter(({ ref }) => ref.tenant === tenant);
  }

  /** Resolves when the index has this revision of the document, or a later one. Rejects when the signal aborts. */
  async reached(ref: DocumentRef, revision: number, signal?: AbortSignal): Promise<void> {
    if ((this.get(ref)?.revision ?? 0) >= revision) return;
    await this.wait(keyOf(ref), (current) => current >= revision, signal);
  }

  /**
   * Runs `remove` and resolves when the index no longer has the document as it was at `revision`.
   * It starts to wait before the removal, so that it does not miss a change that is delivered at once.
   */
  async deleted(ref: DocumentRef, revision: number, remove: () => Promise<void>, signal?: AbortSignal): Promise<void> {
    const stopped = new AbortController();
    const signals = signal ? [signal, stopped.signal] : [stopped.signal];
    const gone = this.wait(keyOf(ref), (current) => current > revision, AbortSignal.any(signals));
    gone.catch(() => undefined);
    try {
      await remove();
    } catch (error) {
      stopped.abort();
      throw error;
    }
    await gone;
  }

  private async wait(key: string, isMet: Waiter['isMet'], signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    const { promise, resolve, reject } = Promise.withResolvers<undefined>();
    const waiter: Waiter = { key, isMet, resolve: () => resolve(undefined) };
    const abort = (): void => reject(signal?.reason);
    this.waiters.add(waiter);
    signal?.addEventListener('abort', abort, { once: true });
    try {
      await promise;
    } finally {
      this.waiters.delete(waiter);
      signal?.removeEventListener('abort', abort);
    }
  }

  /** Changes are applied one after the other, in the store's order. */
  private take(entry: StoreEntry): void {
    this.inOrder(() => this.apply(entry)).catch((error: unknown) => this.options.onError(error));
  }

  private inOrder(work: () => Promise<void>): Promise<void> {
    const done = this.taken.then(work);
    this.taken = done.catch(() => undefined);
    return done;
  }

  private async apply({ ref, document, revision }: StoreEntry): Promise<void> {
    const key = keyOf(ref);
    if (!document) {
      this.known.delete(key);
      await this.options.index.delete(ref);
      return this.notify(key, revision);
    }
    const { hash, source, title, origin } = document;
    const isFresh = document.embedding === this.options.embedder.embedding;
    if (isFresh) await this.options.index.set(ref, document);
    this.known.set(key, { ref, revision, hash, source, title, origin });
    if (isFresh) return this.notify(key, revision);
    this.renewal = this.renewal
      .then(() => this.renew(ref, document, revision))
      .catch((error: unknown) => this.options.onError(error));
  }

  /**
   * Embeds a document again whose vectors are of another model, and writes them back once, so that two replicas with
   * different models do not overwrite each other forever.
   */
  private async renew(ref: DocumentRef, stale: StoredDocument, revision: number): Promise<void> {
    const key = keyOf(ref);
    const isCurrent = (): boolean => this.known.get(key)?.revision === revision;
    if (!isCurrent()) return;
    const embedded = await this.options.embedder.embed(stale, stale.source);
    const renewed = stale.origin ? { ...embedded, origin: stale.origin } : embedded;
    await this.inOrder(async () => {
      if (!isCurrent()) return;
      await this.options.index.set(ref, renewed);
      this.notify(key, revision);
    });
    if (!isCurrent()) return;
    if (this.writtenBack.has(key)) return;
    this.writtenBack.add(key);
    await this.options.store.put(ref, renewed, revision).catch(ignoreConflict);
  }

  private notify(key: string, revision: number): void {
    for (const waiter of this.waiters) if (waiter.key === key && waiter.isMet(revision)) waiter.resolve();
  }
}

function keyOf({ tenant, id }: DocumentRef): string {
  return `${tenant}.${id}`;
}
