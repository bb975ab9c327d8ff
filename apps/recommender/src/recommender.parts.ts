import type { Bus } from '@llmos/bus';
import { BUCKETS, OBJECT_STORES } from '@llmos/contracts';
import type { Embedder } from '@llmos/models';
import { Artifacts, Checkpoints, Registry, ServedVersions } from '@llmos/registry';
import type { Logger } from '@llmos/telemetry';
import { SealedBucket, type AtRest } from '@llmos/vault';
import { join } from 'node:path';
import { FolderSample } from './adapters/folder-sample.adapter.js';
import { openInteractions, openItems } from './adapters/kv-entry.store.adapter.js';
import { DataFeed } from './data/data-feed.js';
import { ImportService } from './intake/import.service.js';
import { InteractionsService } from './intake/interactions.service.js';
import { ItemVectors } from './intake/item-vectors.js';
import { ItemsService } from './intake/items.service.js';
import { PrivacyService } from './intake/privacy.service.js';
import { openModel } from './model/model-file.js';
import type { RecommenderConfig } from './recommender.config.js';
import { recommenderMetrics } from './recommender.metrics.js';
import { RecommenderService } from './recommender.service.js';
import { EvaluationService } from './runs/evaluation.service.js';
import { FairQueue } from './runs/fair-queue.js';
import { KEPT_MODELS, modelEntrySchema } from './runs/model-version.js';
import { ModelsService } from './runs/models.service.js';
import { TrainingService } from './runs/training.service.js';
import { SampleService } from './sample/sample.service.js';
import { Scorers } from './serving/scorers.js';
import type { ServedModels } from './serving/served-models.js';
import { Trainer } from './training/trainer.js';

export interface PartsOptions {
  readonly bus: Bus;
  /** Seals stored data with the tenants' keys; if absent, data is stored in the clear. */
  readonly atRest?: AtRest;
  readonly embeddings: Pick<Embedder, 'model' | 'embed'>;
  /** LLMOS_HOME. */
  readonly home: string;
  readonly sampleFolder: string;
  readonly config: Pick<RecommenderConfig, 'maxUsers' | 'maxItems' | 'maxHistory' | 'trainingThreads' | 'trainings'>;
  readonly log: Pick<Logger, 'warn' | 'error'>;
}

/** The injection token of {@link RecommenderParts}. */
export const PARTS = Symbol('RecommenderParts');
/** The parts of one replica of the service. Nothing is started yet. */
export type RecommenderParts = Awaited<ReturnType<typeof openParts>>;

/** A checkpoint lives longer than an accepted run. */
const CHECKPOINT_TTL_MS = 26 * 3_600_000;

/** Opens the stores and wires the parts of a replica: the only place that does so. */
export async function openParts({ bus, atRest, embeddings, home, sampleFolder, config, log }: PartsOptions) {
  const onUnreadable = (where: string, error: unknown): void =>
    log.error({ where, err: error }, 'a stored entry cannot be read and is skipped');
  const warn = (message: string) => (error: unknown) => log.warn({ err: error }, message);

  const interactionStore = await openInteractions(bus, onUnreadable, atRest);
  const itemStore = await openItems(bus, onUnreadable, atRest);
  const registry = await openRegistry({ bus, atRest, onUnreadable });
  const objects = bus.objects(OBJECT_STORES.recommenderCheckpoints, { ttlMs: CHECKPOINT_TTL_MS });
  const checkpoints = new Checkpoints({ objects, purpose: 'recommender-checkpoint', atRest });

  const feed = new DataFeed(interactionStore, itemStore);
  const interactions = new InteractionsService(interactionStore, feed, config);
  const items = new ItemsService(itemStore, feed, config.maxItems);
  const models: ServedModels = new ServedVersions({
    registry,
    folder: join(home, 'recommender'),
    extension: '.model',
    open: openModel,
    onLoaded: () => recommenderMetrics.modelLoads.inc({ outcome: 'loaded' }),
    onError: (tenant, error) => {
      recommenderMetrics.modelLoads.inc({ outcome: 'failed' });
      log.error({ tenant, err: error }, 'a model could not be loaded; it is tried again');
    },
  });
  const { trainingThreads: threads, trainings: concurrency } = config;
  const training = new TrainingService({
    feed,
    trainer: new Trainer({ threads }),
    registry,
    checkpoints,
    models,
    queue: new FairQueue({ concurrency, what: 'trainings' }),
    onCheckpointLost: warn('a checkpoint of a training was not stored'),
  });
  const scorers = new Scorers(feed, models, warn('new items could not be matched with known items'));
  return {
    feed,
    interactions,
    items,
    models,
    training,
    files: new ImportService(interactions, items),
    privacy: new PrivacyService(interactions, checkpoints),
    vectors: new ItemVectors({
      feed,
      store: itemStore,
      embeddings,
      onError: warn('the texts of items could not be embedded; it is tried again'),
    }),
    recommender: new RecommenderService(feed, models, scorers, embeddings),
    versions: new ModelsService(registry, models),
    evaluation: new EvaluationService({ threads, queue: new FairQueue({ concurrency, what: 'evaluations' }) }),
    sample: new SampleService({
      shop: new FolderSample(sampleFolder),
      feed,
      items,
      interactions,
      training,
      onProblem: warn('the sample shop was not loaded; the service runs without it'),
    }),
  };
}

async function openRegistry({ bus, atRest, onUnreadable }: Pick<PartsOptions, 'bus' | 'atRest'> & OnUnreadable) {
  const name = BUCKETS.recommenderModels;
  const records = await SealedBucket.open(bus, name, { kv: { storage: 'file' }, purpose: name, atRest });
  const objects = bus.objects(OBJECT_STORES.recommenderModels);
  const files = new Artifacts({ objects, purpose: 'recommender-model-file', atRest });
  const onError = onUnreadable;
  return new Registry({ records, files, atRest, version: modelEntrySchema, keep: KEPT_MODELS, onError });
}

interface OnUnreadable {
  readonly onUnreadable: (where: string, error: unknown) => void;
}
