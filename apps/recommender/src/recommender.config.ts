import { defineConfig, flag, setting, type ConfigOf } from '@llmos/config';
import { deviceSchema } from '@llmos/models';
import { z } from 'zod';

/** The settings of the recommender service. */
export const recommenderConfig = defineConfig({
  /** Users per tenant; rows of further users are rejected. */
  maxUsers: setting('LLMOS_RECOMMENDER_MAX_USERS', z.coerce.number().int().min(1).max(50_000_000).default(1_000_000)),
  /** Items per tenant, with a description or only with interactions. */
  maxItems: setting('LLMOS_RECOMMENDER_MAX_ITEMS', z.coerce.number().int().min(1).max(10_000_000).default(200_000)),
  /** Interactions per user; the newest are kept. The message limit of the broker can reduce it. */
  maxHistory: setting('LLMOS_RECOMMENDER_MAX_HISTORY', z.coerce.number().int().min(1).max(5_000).default(5_000)),
  /** The embedding model for items without interactions; a name in the catalog. */
  embeddings: setting('LLMOS_RECOMMENDER_EMBEDDINGS', z.string().min(1).default('minilm')),
  /** Where the embedding model runs. */
  device: setting('LLMOS_RECOMMENDER_DEVICE', deviceSchema),
  /** Threads per training. */
  trainingThreads: setting('LLMOS_RECOMMENDER_TRAINING_THREADS', z.coerce.number().int().min(1).max(64).default(2)),
  /** Concurrent trainings of this process, and as many evaluations. A tenant runs one of each at a time. */
  trainings: setting('LLMOS_RECOMMENDER_TRAININGS', z.coerce.number().int().min(1).max(64).default(1)),
  /** Whether the sample shop is loaded into an empty store, as the data of the tenant `shared`. */
  sample: setting('LLMOS_RECOMMENDER_SAMPLE', flag().default(true)),
  /** The folder of that sample. Default: deploy/samples/shop. */
  sampleFolder: setting('LLMOS_RECOMMENDER_SAMPLE_FOLDER', z.string().min(1).optional()),
});
export type RecommenderConfig = ConfigOf<typeof recommenderConfig>;
