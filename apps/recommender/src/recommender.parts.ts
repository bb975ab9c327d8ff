import type { Bus } from '@llmos/bus';
import type { AtRest } from '@llmos/vault';
import type { Embedder } from '@llmos/models';
import type { Logger } from '@llmos/telemetry';
import { FolderSample } from './adapters/folder-sample.adapter.js';
import { openInteractions, openItems } from './adapters/kv-entry.store.adapter.js';
import { KvModelPointers } from './adapters/kv-model-pointers.adapter.js';
import { ObjectCheckpoints, ObjectModelShelf } from './adapters/object-model.shelf.adapter.js';
import { DataFeed } from './data/data-feed.js';
import { ImportService } from './intake/import.service.js';
import { InteractionsService } from './intake/interactions.service.js';
import { ItemVectors } from './intake/item-vectors.js';
import { ItemsService } from './intake/items.service.js';
import { PrivacyService } from './intake/privacy.service.js';
import type { RecommenderConfig } from './recommender.config.js';
import { RecommenderService } from './recommender.service.js';
import { EvaluationService } from './runs/evaluation.service.js';
import { FairTurns } from './runs/fair-turns.js';
import { ModelVersions } from './runs/model-versions.js';
import { ModelsService } from './runs/models.service.js';
import { TrainingService } from './runs/training.service.js';
import { SampleService } from './sample/sample.service.js';
import { Scorers } from './serving/scorers.js';
import { ServedModels } from './serving/served-models.js';
import { Trainer } from './training/trainer.js';

export interface PartsOptions {
  readonly bus: Bus;
  /** Seals what is stored with its tenant's key; without it everything is stored as it is. */
  readonly atRest?: AtRest;
  readonly embeddings: Pick<Embedder, 'model' | 'embed'>;
  /** LLMOS_HOME. */
  readonly home: string;
  readonly sampleFolder: string;
  readonly config: Pick<RecommenderConfig, 'maxUsers' | 'maxItems' | 'maxHistory' | 'trainingThreads' | 'trainings'>;
  readonly log: Pick<Logger, 'warn' | 'error'>;
}

/** One replica of the service, put together; nothing is started yet. */
export type RecommenderParts = Awaited<ReturnType<typeof openParts>>;

/** Opens the stores and puts the parts of a replica together. */
export async function openParts({ bus, atRest, embeddings, home, sampleFolder, config, log }: PartsOptions) {
  const onUnreadable = (where: string, error: unknown): void =>
    log.error({ where, err: error }, 'a stored entry cannot be read and is passed over');
  const interactionStore = await openInteractions(bus, onUnreadable, atRest);
  const itemStore = await openItems(bus, onUnreadable, atRest);
  const pointers = await KvModelPointers.open(bus, onUnreadable, atRest);
  const shelf = new ObjectModelShelf(bus, atRest);
  const checkpoints = new ObjectCheckpoints(bus, atRest);

  const feed = new DataFeed(interactionStore, itemStore);
  const interactions = new InteractionsService(interactionStore, feed, config);
  const items = new ItemsService(itemStore, feed, config.maxItems);
  const files = new ImportService(interactions, items);
  const privacy = new PrivacyService(interactions, checkpoints);
  const vectors = new ItemVectors({
    feed,
    store: itemStore,
    embeddings,
    onError: (error) => log.warn({ err: error }, 'texts of items could not be embedded; it is tried again'),
  });

  const models = new ServedModels({
    pointers,
    shelf,
    home,
    onError: (tenant, error) => log.error({ tenant, err: error }, 'a model could not be taken into service yet'),
  });
  const scorers = new Scorers(feed, models, (error) =>
    log.warn({ err: error }, 'items nobody has touched could not be placed'),
  );
  const recommender = new RecommenderService(feed, models, scorers);
  const versions = new ModelVersions(pointers, shelf);
  const training = new TrainingService({
    feed,
    trainer: new Trainer({ threads: config.trainingThreads }),
    versions,
    shelf,
    checkpoints,
    models,
    turns: new FairTurns({ atOnce: config.trainings, what: 'trainings' }),
    onCheckpointLost: (error) => log.warn({ err: error }, 'a checkpoint of a training was not kept'),
  });
  const sample = new SampleService({
    shop: new FolderSample(sampleFolder),
    feed,
    items,
    interactions,
    training,
    onProblem: (error) =>
      log.warn({ err: error }, 'the sample shop was not taken over; the service answers without it'),
  });
  return {
    feed,
    interactions,
    items,
    files,
    privacy,
    vectors,
    models,
    recommender,
    training,
    sample,
    versions: new ModelsService(versions, models),
    evaluation: new EvaluationService({
      threads: config.trainingThreads,
      turns: new FairTurns({ atOnce: config.trainings, what: 'evaluations' }),
    }),
  };
}
