import { LOGGER, Readiness } from '@llmos/mesh';
import type { Logger } from '@llmos/telemetry';
import { Inject, Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { CatalogEmbedder } from '@llmos/models';
import { DocumentFeed } from './document-feed.js';
import { FolderSyncService } from './folder-sync.service.js';
import { HybridIndex } from './hybrid-index.js';
import { VECTOR_INDEX, type VectorIndex } from './ports/vector-index.port.js';

const RETRY_MS = 5_000;

/** Loads the embedding model, then the index, then the folder, while the process already answers health checks. */
@Injectable()
export class RetrievalLoader implements OnModuleInit, OnModuleDestroy {
  private readonly stopping = new AbortController();

  constructor(
    @Inject(LOGGER) private readonly log: Logger,
    private readonly readiness: Readiness,
    private readonly embeddings: CatalogEmbedder,
    private readonly index: HybridIndex,
    private readonly feed: DocumentFeed,
    private readonly folder: FolderSyncService,
    @Inject(VECTOR_INDEX) private readonly vectors: VectorIndex,
  ) {}

  onModuleInit(): void {
    void this.load();
  }

  /**
   * Does not wait for a start in progress, which may be waiting for the broker, whose connection is closed already.
   */
  async onModuleDestroy(): Promise<void> {
    this.stopping.abort();
    this.folder.stop();
    this.feed.stop();
    this.vectors.close();
    await this.embeddings.close();
  }

  private async startModel(report: Parameters<CatalogEmbedder['start']>[0]): Promise<void> {
    await this.embeddings.start(report, this.stopping.signal);
    this.index.learnCommonWords(await this.embeddings.readWords());
  }

  private async load(): Promise<void> {
    const { signal } = this.stopping;
    const options = { signal, log: this.log, retryMs: RETRY_MS };
    const [model, index, folder] = [`model ${this.embeddings.model}`, 'document index', 'document folder'];
    for (const name of [model, index, folder]) this.readiness.set({ name, state: 'loading' });
    await this.readiness.bring(model, (report) => this.startModel(report), options);
    await this.readiness.bring(index, () => this.feed.start(), options);
    await this.readiness.bring(folder, (report) => this.folder.start((progress) => report({ progress })), options);
  }
}
