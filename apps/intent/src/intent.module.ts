import { Breakers, CONFIG, type ServiceConfig } from '@llmos/mesh';
import { CatalogEmbedder } from '@llmos/models';
import { Module } from '@nestjs/common';
import type { IntentConfig } from './intent.config.js';
import { IntentLoader } from './intent.loader.js';
import { IntentService } from './intent.service.js';
import { IntentSteps } from './intent.steps.js';

@Module({
  controllers: [IntentSteps],
  providers: [
    IntentLoader,
    {
      provide: IntentService,
      inject: [CONFIG, Breakers],
      useFactory: (
        { home, catalogPath, device, workers, headPath }: IntentConfig & ServiceConfig,
        breakers: Breakers,
      ) => {
        const breaker = breakers.own('minilm');
        const embedder = new CatalogEmbedder({ model: 'minilm', home, catalogPath, workers, device, breaker });
        return new IntentService(embedder, headPath);
      },
    },
  ],
})
export class IntentModule {}
