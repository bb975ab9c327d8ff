import { join } from 'node:path';
import { CONFIG, type ServiceConfig } from '@llmos/mesh';
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
      inject: [CONFIG],
      useFactory: ({ home, root, workers, headPath }: IntentConfig & ServiceConfig) => {
        const catalogPath = join(root, 'deploy', 'models.yaml');
        return new IntentService(new CatalogEmbedder({ model: 'minilm', home, catalogPath, workers }), headPath);
      },
    },
  ],
})
export class IntentModule {}
