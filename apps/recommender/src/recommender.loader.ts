import { setTimeout as pause } from 'node:timers/promises';
import { CONFIG, LOGGER, Readiness } from '@llmos/mesh';
import { CatalogEmbedder } from '@llmos/models';
import type { Logger } from '@llmos/telemetry';
import { Inject, Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { DataFeed } from './data/data-feed.js';
import { ItemVectors } from './intake/item-vectors.js';
import type { RecommenderConfig } from './recommender.config.js';
import { SampleService } from './sample/sample.service.js';
import { ServedModels } from './serving/served-models.js';

const RETRY_MS = 5_000;
const EMBEDDINGS_RETRY_MS = 30_000;

/**
 * Brings up the data, then the served models, then the sample, while the process is already up. The embedding model
 * comes beside all that and holds up nothing: without it only items that nobody has touched are not found by their text.
 */
@Injectable()
export class RecommenderLoader implements OnModuleInit, OnModuleDestroy {
  private readonly leaving = new AbortController();

  constructor(
    @Inject(LOGGER) private readonly log: Logger,
    @Inject(CONFIG) private readonly config: RecommenderConfig,
    private readonly readiness: Readiness,
    private readonly feed: DataFeed,
    private readonly models: ServedModels,
    private readonly sample: SampleService,
    private readonly vectors: ItemVectors,
    private readonly embedder: CatalogEmbedder,
  ) {}

  onModuleInit(): void {
    this.vectors.start();
    void this.load();
    void this.loadEmbeddings();
  }

  /** Does not wait for a start under way: it may itself be waiting for the broker, whose connection is closed by now. */
  async onModuleDestroy(): Promise<void> {
    this.leaving.abort();
    this.feed.stop();
    this.vectors.stop();
    this.models.stop();
    await this.embedder.close();
  }

  private async load(): Promise<void> {
    const { signal } = this.leaving;
    const options = { signal, log: this.log, retryMs: RETRY_MS };
    const [data, models, sample] = ['interactions and items', 'recommender models', 'sample shop'];
    for (const name of [data, models, sample]) this.readiness.set({ name, state: 'loading' });
    await this.readiness.bring(data, () => this.feed.start(), options);
    await this.readiness.bring(models, () => this.models.start(), options);
    await this.readiness.bring(sample, () => this.fillSample(signal), options);
  }

  private async fillSample(signal: AbortSignal): Promise<void> {
    if (this.config.sample) await this.sample.fill(signal);
  }

  private async loadEmbeddings(): Promise<void> {
    const { signal } = this.leaving;
    while (!signal.aborted) {
      try {
        return await this.embedder.start(() => undefined, signal);
      } catch (error) {
        if (signal.aborted) return;
        this.log.warn(
          { err: error },
          'the embedding model did not start: items nobody has touched are not recommended',
        );
        await pause(EMBEDDINGS_RETRY_MS, undefined, { signal, ref: false }).catch(() => undefined);
      }
    }
  }
}
