import { createHash } from 'node:crypto';
import { hasCode } from '@llmos/contracts';
import type { Embedder } from '@llmos/models';
import type { DataFeed } from '../data/data-feed.js';
import { keyOf, type EntryRef } from '../data/entry-ref.js';
import type { ItemStore, StoredItem } from '../ports/item-store.port.js';
import { recommenderMetrics } from '../recommender.metrics.js';
import { embeddedText } from './embedded-text.js';

interface Waiting {
  readonly ref: EntryRef;
  readonly item: StoredItem;
  readonly revision: number;
}

const RETRY_MS = 5_000;

/**
 * Embeds the texts of items, so that items without interactions can be recommended: in the background, one text at a
 * time. The vectors are stored for all replicas. While the embedding model is away, items wait here and nothing else
 * is affected.
 */
export class ItemVectors {
  private readonly waiting = new Map<string, Waiting>();
  private readonly stopped = new AbortController();
  private working = false;
  /** The pause after a failure; items that are written meanwhile wait for its end. */
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly parts: {
      readonly feed: DataFeed;
      readonly store: ItemStore;
      readonly embeddings: Pick<Embedder, 'model' | 'embed'>;
      readonly onError: (error: unknown) => void;
    },
  ) {}

  /** Embeds the stored items and all that are written later. Call it before the feed starts. */
  start(): void {
    this.parts.feed.onItem((ref, item, revision) => this.take(ref, item, revision));
    this.parts.feed.onForget((tenant) => {
      for (const [key, { ref }] of this.waiting) if (ref.tenant === tenant) this.waiting.delete(key);
    });
  }

  stop(): void {
    this.stopped.abort();
    clearTimeout(this.timer);
  }

  /** The number of items without a vector of their present text. */
  get pending(): number {
    return this.waiting.size;
  }

  private take(ref: EntryRef, item: StoredItem, revision: number): void {
    const key = keyOf(ref);
    if (item.embedding === this.embeddingOf(item)) this.waiting.delete(key);
    else this.waiting.set(key, { ref, item, revision });
    recommenderMetrics.withoutVector.set(this.waiting.size);
    void this.work();
  }

  private async work(): Promise<void> {
    if (this.working || this.timer || this.stopped.signal.aborted) return;
    this.working = true;
    try {
      for (let next = this.first(); next; next = this.first()) await this.embed(...next);
    } catch (error) {
      if (!this.stopped.signal.aborted) this.pauseAfter(error);
    } finally {
      this.working = false;
    }
  }

  private first(): [string, Waiting] | undefined {
    return this.stopped.signal.aborted ? undefined : this.waiting.entries().next().value;
  }

  private async embed(key: string, { ref, item, revision }: Waiting): Promise<void> {
    const { embeddings, store } = this.parts;
    const [vector] = await embeddings.embed([embeddedText(item)], this.stopped.signal);
    if (this.waiting.get(key)?.revision !== revision) return;
    await store.put(ref, { ...item, vector, embedding: this.embeddingOf(item) }, revision).catch(ignoreConflict);
    if (this.waiting.get(key)?.revision === revision) this.waiting.delete(key);
    recommenderMetrics.withoutVector.set(this.waiting.size);
  }

  private pauseAfter(error: unknown): void {
    if (!hasCode(error, 'MODEL_LOADING')) this.parts.onError(error);
    this.timer = setTimeout(() => {
      this.timer = undefined;
      void this.work();
    }, RETRY_MS).unref();
  }

  /** Identifies the model and the text of a vector: a vector with another value is stale. */
  private embeddingOf(item: StoredItem): string {
    return `${this.parts.embeddings.model}/${createHash('sha256').update(embeddedText(item)).digest('base64url').slice(0, 16)}`;
  }
}

/** Another replica, or a newer text, was first. */
function ignoreConflict(error: unknown): undefined {
  if (hasCode(error, 'CONFLICT')) return undefined;
  throw error;
}
