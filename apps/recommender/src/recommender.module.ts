import { join } from 'node:path';
import { Bus, CONFIG, LOGGER, reportBreaker, type ServiceConfig } from '@llmos/mesh';
import { AtRest } from '@llmos/vault';
import { CatalogEmbedder } from '@llmos/models';
import type { Logger } from '@llmos/telemetry';
import { Module, type Provider, type Type } from '@nestjs/common';
import { DataFeed } from './data/data-feed.js';
import { ImportService } from './intake/import.service.js';
import { InteractionsService } from './intake/interactions.service.js';
import { ItemVectors } from './intake/item-vectors.js';
import { ItemsService } from './intake/items.service.js';
import { PrivacyService } from './intake/privacy.service.js';
import type { RecommenderConfig } from './recommender.config.js';
import { RecommenderLoader } from './recommender.loader.js';
import { openParts, type RecommenderParts } from './recommender.parts.js';
import { RecommenderService } from './recommender.service.js';
import { RecommenderSteps } from './recommender.steps.js';
import { EvaluationService } from './runs/evaluation.service.js';
import { ModelsService } from './runs/models.service.js';
import { TrainingService } from './runs/training.service.js';
import { SampleService } from './sample/sample.service.js';
import { ServedModels } from './serving/served-models.js';

type Config = RecommenderConfig & ServiceConfig;

/** Of the embedding model of items. */
const BREAKER = { timeoutMs: 30_000, capacity: 4 };

const PARTS = Symbol('RecommenderParts');

function part<T>(provide: Type<T>, choose: (parts: RecommenderParts) => T): Provider {
  return { provide, inject: [PARTS], useFactory: choose };
}

@Module({
  controllers: [RecommenderSteps],
  providers: [
    RecommenderLoader,
    {
      provide: CatalogEmbedder,
      inject: [CONFIG, LOGGER],
      useFactory: ({ embeddings: model, device, home, catalogPath }: Config, log: Logger) => {
        const breaker = { ...BREAKER, onStateChange: reportBreaker(model, log) };
        return new CatalogEmbedder({ model, device, workers: 1, home, catalogPath, breaker });
      },
    },
    {
      provide: PARTS,
      inject: [Bus, AtRest, CONFIG, LOGGER, CatalogEmbedder],
      useFactory: (bus: Bus, atRest: AtRest, config: Config, log: Logger, embedder: CatalogEmbedder) =>
        openParts({
          bus,
          atRest,
          config,
          log,
          embeddings: embedder,
          home: config.home,
          sampleFolder: config.sampleFolder ?? join(config.samplesDir, 'shop'),
        }),
    },
    part(DataFeed, ({ feed }) => feed),
    part(InteractionsService, ({ interactions }) => interactions),
    part(ItemsService, ({ items }) => items),
    part(ImportService, ({ files }) => files),
    part(PrivacyService, ({ privacy }) => privacy),
    part(ItemVectors, ({ vectors }) => vectors),
    part(ServedModels, ({ models }) => models),
    part(RecommenderService, ({ recommender }) => recommender),
    part(TrainingService, ({ training }) => training),
    part(SampleService, ({ sample }) => sample),
    part(ModelsService, ({ versions }) => versions),
    part(EvaluationService, ({ evaluation }) => evaluation),
  ],
})
export class RecommenderModule {}
