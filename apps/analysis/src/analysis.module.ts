import { Breakers, Bus, CONFIG, LOGGER, type ServiceConfig } from '@llmos/mesh';
import { AtRest } from '@llmos/vault';
import { CatalogEmbedder } from '@llmos/models';
import type { Logger } from '@llmos/telemetry';
import { Module } from '@nestjs/common';
import { CatalogTunableEncoder } from './adapters/catalog-tunable-encoder.adapter.js';
import { WorkerFewShotTrainer } from './adapters/worker-few-shot-trainer.adapter.js';
import { loadHeads } from './analysis-heads.js';
import type { AnalysisConfig } from './analysis.config.js';
import { AnalysisLoader } from './analysis.loader.js';
import { AnalysisService } from './analysis.service.js';
import { AnalysisSteps } from './analysis.steps.js';
import { ClassifierLearner } from './classifiers/classifier-learner.js';
import { ClassifierRegistry } from './classifiers/classifier-registry.js';
import { ClassifierTrainer } from './classifiers/classifier-trainer.js';
import { SentimentAnalyzer } from './sentiment/sentiment-analyzer.js';
import { sentimentEncoderPath } from './sentiment/sentiment-head-file.js';
import { SentimentHead } from './sentiment/sentiment-head.js';
import { TopicClassifiers } from './classifiers/topic-classifiers.js';
import { FineTuner } from './tuning/fine-tuner.js';
import { readTuningFiles } from './tuning/tuning-files.js';

type Config = AnalysisConfig & ServiceConfig;

/** Length of a window. */
const MAX_TOKENS = 256;
/** Shorter, because a backward pass keeps every layer of a whole batch in memory. Longer texts are cut. */
const TUNING_MAX_TOKENS = 128;

/** @param name labels the encoder's breaker in logs and metrics. */
function encoderOf(
  { home, catalogPath, workers, device }: Config,
  breakers: Breakers,
  name: string,
  update?: string,
): CatalogEmbedder {
  const breaker = breakers.own(name);
  return new CatalogEmbedder({ model: 'minilm', home, catalogPath, workers, device, update, breaker });
}

function tunableEncoderOf({ home, catalogPath }: Config, trains: boolean): CatalogTunableEncoder {
  const maxTokens = trains ? TUNING_MAX_TOKENS : MAX_TOKENS;
  return new CatalogTunableEncoder({ model: 'minilm', home, catalogPath, trains, maxTokens });
}

@Module({
  controllers: [AnalysisSteps],
  providers: [
    AnalysisLoader,
    {
      provide: CatalogEmbedder,
      inject: [CONFIG, Breakers],
      useFactory: (config: Config, breakers: Breakers) => encoderOf(config, breakers, 'encoder'),
    },
    {
      provide: ClassifierRegistry,
      inject: [Bus, AtRest, LOGGER],
      useFactory: (bus: Bus, atRest: AtRest, log: Logger) =>
        ClassifierRegistry.open(bus, atRest, (key, err) =>
          log.error({ key, err }, 'a stored classifier cannot be read and is skipped'),
        ),
    },
    {
      provide: ClassifierTrainer,
      inject: [CONFIG, CatalogEmbedder, ClassifierRegistry, LOGGER],
      useFactory: (config: Config, encoder: CatalogEmbedder, classifiers: ClassifierRegistry, log: Logger) => {
        const trainer = new WorkerFewShotTrainer();
        const tunable = tunableEncoderOf(config, true);
        const learner = new ClassifierLearner({
          encoder,
          trainer,
          tuner: new FineTuner(tunable, trainer, async () => (await readTuningFiles()).layout),
          onNotFineTuned: (error) => log.warn({ err: error }, 'a classifier is trained without fine-tuning'),
        });
        return new ClassifierTrainer(learner, classifiers);
      },
    },
    {
      provide: SentimentAnalyzer,
      inject: [CONFIG, Breakers],
      useFactory: (config: Config, breakers: Breakers) =>
        new SentimentAnalyzer(encoderOf(config, breakers, 'sentiment-encoder', sentimentEncoderPath), () =>
          SentimentHead.load(),
        ),
    },
    {
      provide: AnalysisService,
      inject: [CONFIG, CatalogEmbedder, SentimentAnalyzer, ClassifierRegistry, LOGGER],
      useFactory: (
        config: Config,
        encoder: CatalogEmbedder,
        sentiment: SentimentAnalyzer,
        classifiers: ClassifierRegistry,
        log: Logger,
      ) => {
        const { entityHeadPath, relationsPath } = config;
        return new AnalysisService({
          encoder,
          sentiment,
          topics: new TopicClassifiers(encoder, classifiers, tunableEncoderOf(config, false)),
          loadHeads: () => loadHeads(entityHeadPath, relationsPath),
          onDegraded: (error) => log.warn({ err: error }, 'a text is analysed without its sentiment'),
        });
      },
    },
  ],
})
export class AnalysisModule {}
