import { join } from 'node:path';
import { Bus, CONFIG, type ServiceConfig } from '@llmos/mesh';
import { CatalogEmbedder } from '@llmos/models';
import { Module } from '@nestjs/common';
import { KvClassifierStore } from './adapters/kv-classifier.store.adapter.js';
import { WorkerFewShotTeacher } from './adapters/worker-few-shot-teacher.adapter.js';
import { loadHeads } from './analysis-heads.js';
import type { AnalysisConfig } from './analysis.config.js';
import { AnalysisLoader } from './analysis.loader.js';
import { AnalysisService } from './analysis.service.js';
import { AnalysisSteps } from './analysis.steps.js';
import { ClassifierShelf } from './classifiers/classifier-shelf.js';
import { ClassifierTrainer } from './classifiers/classifier-trainer.js';
import { Feelings } from './feelings.js';
import { SentimentHead, sentimentBodyPath } from './sentiment/sentiment-head.js';
import { Topics } from './topics.js';

type Config = AnalysisConfig & ServiceConfig;

function embedderOf({ home, root, workers }: Config, update?: string): CatalogEmbedder {
  return new CatalogEmbedder({
    model: 'minilm',
    home,
    catalogPath: join(root, 'deploy', 'models.yaml'),
    workers,
    update,
  });
}

@Module({
  controllers: [AnalysisSteps],
  providers: [
    AnalysisLoader,
    {
      provide: CatalogEmbedder,
      inject: [CONFIG],
      useFactory: (config: Config) => embedderOf(config),
    },
    {
      provide: ClassifierShelf,
      inject: [Bus],
      useFactory: async (bus: Bus) => new ClassifierShelf(await KvClassifierStore.open(bus)),
    },
    {
      provide: ClassifierTrainer,
      inject: [CatalogEmbedder, ClassifierShelf],
      useFactory: (encoder: CatalogEmbedder, shelf: ClassifierShelf) =>
        new ClassifierTrainer(encoder, shelf, new WorkerFewShotTeacher()),
    },
    {
      provide: Feelings,
      inject: [CONFIG],
      useFactory: (config: Config) => new Feelings(embedderOf(config, sentimentBodyPath), () => SentimentHead.load()),
    },
    {
      provide: AnalysisService,
      inject: [CONFIG, CatalogEmbedder, Feelings, ClassifierShelf],
      useFactory: (
        { root, entityHeadPath, relationsPath }: Config,
        encoder: CatalogEmbedder,
        feelings: Feelings,
        shelf: ClassifierShelf,
      ) =>
        new AnalysisService({
          encoder,
          feelings,
          topics: new Topics(encoder, shelf),
          loadHeads: () => loadHeads(entityHeadPath, relationsPath ?? join(root, 'deploy', 'relations.yaml')),
        }),
    },
  ],
})
export class AnalysisModule {}
