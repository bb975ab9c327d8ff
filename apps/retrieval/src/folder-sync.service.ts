import { ignoreConflict } from './conflict.js';
import { hashContent, type DocumentEmbedder } from './document-embedder.js';
import type { DocumentFeed } from './document-feed.js';
import type { Article, ArticleFolder } from './ports/article-folder.port.js';
import type { DocumentStore } from './ports/document-store.port.js';
import { SHARED_TENANT } from './retrieval.service.js';

/** Articles embedded at once: enough to keep several workers busy. */
const AT_ONCE = 8;

export interface FolderSyncParts {
  readonly folder: ArticleFolder;
  readonly store: DocumentStore;
  readonly feed: DocumentFeed;
  readonly embedder: DocumentEmbedder;
  /** Receives files that were skipped and rounds that failed, without any article's text. */
  readonly onProblem: (problem: { file?: string; reason: string; error?: unknown }) => void;
}

/** The result of one round. */
export interface SyncReport {
  readonly written: number;
  readonly deleted: number;
  readonly unchanged: number;
}

/**
 * Keeps the shared documents in step with a folder. Only changed files are embedded, and only documents from the
 * folder are deleted. Two replicas that do this at once write the same content; the store refuses the second write by
 * its revision, which is ignored.
 */
export class FolderSyncService {
  private round: Promise<unknown> = Promise.resolve();
  private watching?: { stop(): void };
  private readonly stopped = new AbortController();

  constructor(private readonly parts: FolderSyncParts) {}

  /** One round now, then one after each change of the folder. */
  async start(onProgress: (share: number) => void = () => undefined): Promise<void> {
    this.watching = this.parts.folder.watch(() => void this.tryRound());
    await this.tryRound(onProgress);
  }

  stop(): void {
    this.watching?.stop();
    this.stopped.abort();
  }

  /** Rounds run one after the other. */
  sync(onProgress: (share: number) => void = () => undefined): Promise<SyncReport> {
    const next = this.round.catch(() => undefined).then(() => this.runRound(onProgress));
    this.round = next;
    return next;
  }

  /** If the folder cannot be read, the service still answers from the stored documents. */
  private async tryRound(onProgress?: (share: number) => void): Promise<void> {
    await this.sync(onProgress).catch((error: unknown) => {
      if (this.stopped.signal.aborted) return;
      this.parts.onProblem({
        reason: 'The folder of documents could not be read in; the next change of the folder starts another attempt.',
        error,
      });
    });
  }

  private async runRound(onProgress: (share: number) => void): Promise<SyncReport> {
    const { articles, faults, ignored = [] } = await this.parts.folder.read();
    for (const problem of [...faults, ...ignored]) this.parts.onProblem(problem);
    let written = 0;
    for (let from = 0; from < articles.length; from += AT_ONCE) {
      this.stopped.signal.throwIfAborted();
      const taken = await Promise.all(articles.slice(from, from + AT_ONCE).map((article) => this.take(article)));
      written += taken.filter(Boolean).length;
      onProgress(Math.min(1, (from + AT_ONCE) / articles.length));
    }
    // A file that cannot be read has no id: its document must not be taken for a deleted one.
    const deleted = faults.length > 0 ? 0 : await this.deleteOthers(new Set(articles.map(({ id }) => id)));
    return { written, deleted, unchanged: articles.length - written };
  }

  private async take(article: Article): Promise<boolean> {
    const { feed, store, embedder } = this.parts;
    const ref = { tenant: SHARED_TENANT, id: article.id };
    const known = feed.get(ref);
    if (known?.source === 'caller' || known?.hash === hashContent(article)) return false;
    const document = await embedder.embed(article, 'folder', this.stopped.signal);
    const revision = await store.put(ref, document, known?.revision ?? 0).catch(ignoreConflict);
    if (revision === undefined) return false;
    await feed.reached(ref, revision, this.stopped.signal);
    return true;
  }

  private async deleteOthers(ids: ReadonlySet<string>): Promise<number> {
    const gone = this.parts.feed
      .list(SHARED_TENANT)
      .filter(({ ref, source }) => source === 'folder' && !ids.has(ref.id));
    for (const { ref, revision } of gone) {
      await this.parts.feed.deleted(ref, revision, () => this.parts.store.delete(ref), this.stopped.signal);
    }
    return gone.length;
  }
}
