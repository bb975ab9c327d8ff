import { CONFIG, LOGGER, Readiness } from '@llmos/mesh';
import { CatalogEmbedder } from '@llmos/models';
import { retry } from '@llmos/resilience';
import type { Logger } from '@llmos/telemetry';
import { Inject, Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import type { RecommenderConfig } from './recommender.config.js';
import { PARTS, type RecommenderParts } from './recommender.parts.js';

const RETRY_MS = 5_000;
const EMBEDDINGS_RETRY = { baseMs: 1_000, capMs: 30_000 };

/**
 * Loads the data, then the served models, then the sample shop, after the process has started. The embedding model
 * loads at the same time and does not delay readiness: without it, only new items are not found by their text.
 */
@Injectable()
export class RecommenderLoader implements OnModuleInit, OnModuleDestroy {
  private readonly leaving = new AbortController();

  constructor(
    @Inject(LOGGER) private readonly log: Logger,
    @Inject(CONFIG) private readonly config: RecommenderConfig,
    @Inject(PARTS) private readonly parts: RecommenderParts,
    private readonly readiness: Readiness,
    private readonly embedder: CatalogEmbedder,
  ) {}

  onModuleInit(): void {
    this.parts.vectors.start();
    void this.load();
    void this.loadEmbeddings();
  }

  /** Does not await a load in progress: it may be waiting for the broker, whose connection is already closed. */
  async onModuleDestroy(): Promise<void> {
    this.leaving.abort();
    const { feed, vectors, models } = this.parts;
    for (const part of [feed, vectors, models]) part.stop();
    await this.embedder.close();
  }

  private async load(): Promise<void> {
    const { signal } = this.leaving;
    const { feed, models, sample } = this.parts;
    const options = { signal, log: this.log, retryMs: RETRY_MS };
    const steps = [
      ['interactions and items', () => feed.start()],
      ['recommender models', () => models.start()],
      ['sample shop', async () => void (this.config.sample && (await sample.fill(signal)))],
    ] as const;
    for (const [name] of steps) this.readiness.set({ name, state: 'loading' });
    for (const [name, start] of steps) await this.readiness.bring(name, start, options);
  }

  private async loadEmbeddings(): Promise<void> {
    const { signal } = this.leaving;
    const onFailure = (err: unknown) =>
      this.log.warn({ err }, 'the embedding model did not start: new items are not recommended');
    const start = () => this.embedder.start(() => undefined, signal);
    // It rejects only when the process stops.
    await retry(start, { ...EMBEDDINGS_RETRY, signal, onFailure }).catch(() => undefined);
  }
}
