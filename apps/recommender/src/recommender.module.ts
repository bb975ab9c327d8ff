import { join } from 'node:path';
import { Breakers, Bus, CONFIG, LOGGER, type ServiceConfig } from '@llmos/mesh';
import { CatalogEmbedder } from '@llmos/models';
import type { Logger } from '@llmos/telemetry';
import { AtRest } from '@llmos/vault';
import { Module } from '@nestjs/common';
import type { RecommenderConfig } from './recommender.config.js';
import { RecommenderLoader } from './recommender.loader.js';
import { openParts, PARTS } from './recommender.parts.js';
import { RecommenderSteps } from './recommender.steps.js';

type Config = RecommenderConfig & ServiceConfig;

/** Settings of the breaker around the embedding model. */
const BREAKER = { timeoutMs: 30_000, capacity: 4 };

@Module({
  controllers: [RecommenderSteps],
  providers: [
    RecommenderLoader,
    {
      provide: CatalogEmbedder,
      inject: [CONFIG, Breakers],
      useFactory: ({ embeddings: model, device, home, catalogPath }: Config, breakers: Breakers) => {
        const breaker = { ...BREAKER, ...breakers.own(model) };
        return new CatalogEmbedder({ model, device, workers: 1, home, catalogPath, breaker });
      },
    },
    {
      provide: PARTS,
      inject: [Bus, AtRest, CONFIG, LOGGER, CatalogEmbedder],
      useFactory: (bus: Bus, atRest: AtRest, config: Config, log: Logger, embeddings: CatalogEmbedder) => {
        const sampleFolder = config.sampleFolder ?? join(config.samplesDir, 'shop');
        return openParts({ bus, atRest, config, log, embeddings, home: config.home, sampleFolder });
      },
    },
  ],
})
export class RecommenderModule {}
