import { Bus, CONFIG, LOGGER, reportBreaker, type ServiceConfig } from '@llmos/mesh';
import { AtRest } from '@llmos/vault';
import { CatalogEmbedder } from '@llmos/models';
import type { Logger } from '@llmos/telemetry';
import { Module } from '@nestjs/common';
import { CatalogTunableBody, type CatalogTunableBodyOptions } from './adapters/catalog-tunable-body.adapter.js';
import { KvClassifierStore } from './adapters/kv-classifier.store.adapter.js';
import { WorkerFewShotTeacher } from './adapters/worker-few-shot-teacher.adapter.js';
import { loadHeads } from './analysis-heads.js';
import type { AnalysisConfig } from './analysis.config.js';
import { AnalysisLoader } from './analysis.loader.js';
import { AnalysisService } from './analysis.service.js';
import { AnalysisSteps } from './analysis.steps.js';
import { ClassifierLearner } from './classifiers/classifier-learner.js';
import { ClassifierShelf } from './classifiers/classifier-shelf.js';
import { ClassifierTrainer } from './classifiers/classifier-trainer.js';
import { Feelings } from './feelings.js';
import { SentimentHead, sentimentBodyPath } from './sentiment/sentiment-head.js';
import { Topics } from './topics.js';
import { FineTuner } from './tuning/fine-tuner.js';
import { readTuningFiles } from './tuning/tuning-files.js';

type Config = AnalysisConfig & ServiceConfig;

/** A window of a text. */
const MAX_TOKENS = 256;
/** A backward pass keeps every layer of a whole batch in memory: what is said in a text's first lines has to do. */
const TUNING_MAX_TOKENS = 128;

/** @param name what operators know the encoder by. */
function encoderOf(
  { home, catalogPath, workers, device }: Config,
  log: Logger,
  name: string,
  update?: string,
): CatalogEmbedder {
  const breaker = { onStateChange: reportBreaker(name, log) };
  return new CatalogEmbedder({ model: 'minilm', home, catalogPath, workers, device, update, breaker });
}

function tunableBodyOf(
  { home, catalogPath }: Config,
  purpose: Pick<CatalogTunableBodyOptions, 'learns' | 'maxTokens'>,
): CatalogTunableBody {
  return new CatalogTunableBody({
    model: 'minilm',
    home,
    catalogPath,
    ...purpose,
  });
}

@Module({
  controllers: [AnalysisSteps],
  providers: [
    AnalysisLoader,
    {
      provide: CatalogEmbedder,
      inject: [CONFIG, LOGGER],
      useFactory: (config: Config, log: Logger) => encoderOf(config, log, 'encoder'),
    },
    {
      provide: ClassifierShelf,
      inject: [Bus, AtRest, LOGGER],
      useFactory: async (bus: Bus, atRest: AtRest, log: Logger) => {
        const onUnreadable = (key: string, error: unknown): void =>
          log.error({ key, err: error }, 'a stored classifier cannot be read and is passed over');
        return new ClassifierShelf(await KvClassifierStore.open(bus, onUnreadable, atRest));
      },
    },
    {
      provide: ClassifierTrainer,
      inject: [CONFIG, CatalogEmbedder, ClassifierShelf, AtRest, LOGGER],
      useFactory: (config: Config, encoder: CatalogEmbedder, shelf: ClassifierShelf, atRest: AtRest, log: Logger) => {
        const teacher = new WorkerFewShotTeacher();
        const body = tunableBodyOf(config, { learns: true, maxTokens: TUNING_MAX_TOKENS });
        const learner = new ClassifierLearner({
          encoder,
          teacher,
          tuner: new FineTuner(body, teacher, async () => (await readTuningFiles()).layout),
          onNotFineTuned: (error) => log.warn({ err: error }, 'a classifier is trained without fine-tuning'),
        });
        return new ClassifierTrainer(learner, shelf, (tenant, ms) => atRest.shreddedSince(tenant, ms));
      },
    },
    {
      provide: Feelings,
      inject: [CONFIG, LOGGER],
      useFactory: (config: Config, log: Logger) =>
        new Feelings(encoderOf(config, log, 'sentiment-encoder', sentimentBodyPath), () => SentimentHead.load()),
    },
    {
      provide: AnalysisService,
      inject: [CONFIG, CatalogEmbedder, Feelings, ClassifierShelf, LOGGER],
      useFactory: (
        config: Config,
        encoder: CatalogEmbedder,
        feelings: Feelings,
        shelf: ClassifierShelf,
        log: Logger,
      ) => {
        const { entityHeadPath, relationsPath } = config;
        return new AnalysisService({
          encoder,
          feelings,
          topics: new Topics(encoder, shelf, tunableBodyOf(config, { learns: false, maxTokens: MAX_TOKENS })),
          loadHeads: () => loadHeads(entityHeadPath, relationsPath),
          onDegraded: (error) => log.warn({ err: error }, 'a text is analysed without its sentiment'),
        });
      },
    },
  ],
})
export class AnalysisModule {}
