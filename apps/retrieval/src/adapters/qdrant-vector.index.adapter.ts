import { setTimeout as pause } from 'node:timers/promises';
import { isLlmosError, LlmosError } from '@llmos/contracts';
import { Breaker, BreakerOpenError, outcomeOf, type BreakerOptions } from '@llmos/resilience';
import { QdrantClient } from '@qdrant/js-client-rest';
import type { DocumentRef } from '../ports/document-store.port.js';
import type { VectorIndex, VectorMatches } from '../ports/vector-index.port.js';
import { QdrantCollection, type KeptDocument } from './qdrant-collection.js';
import { keyOf } from './qdrant-points.js';

export interface QdrantOptions {
  readonly url: string;
  readonly apiKey?: string | undefined;
  /** Collections are named after it and the length of their vectors: `<collection>-384`. */
  readonly collection: string;
  /** Time limit of one request, in milliseconds. */
  readonly timeoutMs: number;
  /** The rules of the breaker, and who shares it; by default nobody. */
  readonly breaker?: BreakerOptions;
  /** Pause before a write that failed is tried again, in milliseconds. */
  readonly retryMs: number;
  /** Receives the error of each attempt to write that failed; it is tried again until it succeeds. */
  readonly onTrouble: (error: unknown) => void;
}

/** How long the one that tries may take: each of its requests has a time limit. */
const PROBE_LEASE_MS = 30_000;

const NO_MATCHES: VectorMatches = { refs: [], starts: [0], similarities: new Float32Array() };

interface Entry extends KeptDocument {
  readonly dimensions: number;
}

interface Opened {
  readonly collection: QdrantCollection;
  /** What the collection had when this process began, and no longer claims. */
  readonly left: Map<string, KeptDocument>;
}

/**
 * Vectors in Qdrant, for more than fit into this process. Two requests a search: which documents are nearest, then the
 * similarity of each of their vectors, exactly. What this process has set decides what a search may return; the points
 * of others are ignored.
 *
 * A write is repeated until it succeeds, so the index follows the store past outages. Meanwhile searches are refused.
 */
export class QdrantVectorIndex implements VectorIndex {
  readonly isExact = false;
  private readonly client: QdrantClient;
  private readonly entries = new Map<string, Entry>();
  /** Documents of each tenant: no request is sent for a tenant without any. */
  private readonly counts = new Map<string, number>();
  /** By the length of the vectors. */
  private readonly collections = new Map<number, Promise<Opened>>();
  private readonly closing = new AbortController();
  private readonly breaker: Breaker;

  constructor(private readonly options: QdrantOptions) {
    const { url, apiKey, timeoutMs, breaker = { name: 'qdrant' } } = options;
    this.breaker = new Breaker(breaker);
    // The key is given as a header, and versions are not compared: for both the client would write to the console.
    const headers = apiKey ? { 'api-key': apiKey } : {};
    this.client = new QdrantClient({ url, headers, timeout: timeoutMs, checkCompatibility: false });
  }

  async open(): Promise<void> {
    await this.reach(() => this.client.getCollections());
  }

  /** Ends the repetition of writes. */
  close(): void {
    this.closing.abort();
  }

  async set(ref: DocumentRef, vectors: readonly Float32Array[], version: string): Promise<void> {
    const dimensions = vectors[0]?.length ?? 0;
    await this.untilDone(async () => {
      const previous = this.entries.get(keyOf(ref));
      if (previous && previous.dimensions !== dimensions) await this.erase(previous);
      const { collection, left } = await this.collection(dimensions);
      const kept = previous?.dimensions === dimensions ? previous : left.get(keyOf(ref));
      if (kept?.version !== version || kept.parts !== vectors.length) {
        await collection.write(ref, vectors, version);
        if (kept) await collection.cut(ref, vectors.length, Math.max(kept.parts, vectors.length));
      }
      left.delete(keyOf(ref));
    });
    this.note(ref, { ref, parts: vectors.length, version, dimensions });
  }

  async delete(ref: DocumentRef): Promise<void> {
    const entry = this.entries.get(keyOf(ref));
    if (!entry) return;
    this.note(ref, undefined);
    await this.untilDone(() => this.erase(entry));
  }

  async settle(): Promise<void> {
    for (const [dimensions, opened] of this.collections) {
      const { left } = await opened;
      for (const [key, kept] of [...left]) {
        await this.untilDone(() => this.erase({ ...kept, dimensions }));
        left.delete(key);
      }
    }
  }

  async compare(question: Float32Array, tenant: string, also: readonly DocumentRef[] = []): Promise<VectorMatches> {
    if (!this.counts.get(tenant)) return NO_MATCHES;
    const asked = [...question];
    return this.reach(async () => {
      const { collection } = await this.collection(question.length);
      const near = await collection.nearest(asked, tenant);
      const wanted = new Set([...near, ...also.filter((ref) => ref.tenant === tenant).map(({ id }) => id)]);
      const documents = [...wanted]
        .map((id) => this.entries.get(keyOf({ tenant, id })))
        .filter((entry) => entry?.dimensions === question.length)
        .filter((entry) => entry !== undefined);
      if (documents.length === 0) return NO_MATCHES;
      return matchesOf(documents, await collection.similarities(asked, tenant, documents));
    });
  }

  private note(ref: DocumentRef, entry: Entry | undefined): void {
    const key = keyOf(ref);
    const change = Number(entry !== undefined) - Number(this.entries.has(key));
    if (entry) this.entries.set(key, entry);
    else this.entries.delete(key);
    this.counts.set(ref.tenant, (this.counts.get(ref.tenant) ?? 0) + change);
  }

  private async erase({ ref, dimensions }: Entry): Promise<void> {
    const { collection } = await this.collection(dimensions);
    await collection.remove(ref);
  }

  private collection(dimensions: number): Promise<Opened> {
    const known = this.collections.get(dimensions);
    if (known) return known;
    const collection = new QdrantCollection(this.client, `${this.options.collection}-${dimensions}`);
    const opening = collection.open(dimensions).then((left) => ({ collection, left }));
    this.collections.set(dimensions, opening);
    // Whoever asked has the error; the next one tries again.
    opening.catch(() => this.collections.delete(dimensions));
    return opening;
  }

  private async untilDone(write: () => Promise<unknown>): Promise<void> {
    for (;;) {
      try {
        await this.reach(write);
        return;
      } catch (error) {
        this.closing.signal.throwIfAborted();
        this.options.onTrouble(error);
        await pause(this.options.retryMs, undefined, { signal: this.closing.signal });
      }
    }
  }

  private async reach<T>(work: () => Promise<T>): Promise<T> {
    const admission = await this.breaker.admit(PROBE_LEASE_MS);
    if (admission.type === 'refused') throw new BreakerOpenError('Qdrant', admission.retryAfterMs);
    try {
      const output = await work();
      this.breaker.settle(admission, 'ok');
      return output;
    } catch (cause) {
      this.breaker.settle(admission, outcomeOf(cause));
      if (isLlmosError(cause)) throw cause;
      const reason = (cause as Error | undefined)?.message ?? 'no reason was given';
      throw new LlmosError(
        'UNAVAILABLE',
        `The vectors in Qdrant cannot be reached (${reason}). Check that it runs, and LLMOS_RETRIEVAL_QDRANT_URL.`,
        { cause },
      );
    }
  }
}

/** A document whose vectors are not all there is being written, and is found when it is complete. */
function matchesOf(
  documents: readonly KeptDocument[],
  found: Awaited<ReturnType<QdrantCollection['similarities']>>,
): VectorMatches {
  const byDocument = Map.groupBy(found, ({ payload }) => payload.document);
  const [refs, starts, similarities]: [DocumentRef[], number[], number[]] = [[], [0], []];
  for (const { ref, parts } of documents) {
    const scores: number[] = [];
    for (const { payload, score } of byDocument.get(ref.id) ?? [])
      if (payload.part < parts) scores[payload.part] = score;
    if (Object.keys(scores).length < parts) continue;
    refs.push(ref);
    similarities.push(...scores);
    starts.push(similarities.length);
  }
  return { refs, starts, similarities: Float32Array.from(similarities) };
}
