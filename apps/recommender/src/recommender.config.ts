import { defineConfig, flag, setting, type ConfigOf } from '@llmos/config';
import { deviceSchema } from '@llmos/models';
import { z } from 'zod';

/** What the recommender service can be told, beside what every service can. */
export const recommenderConfig = defineConfig({
  /** Users of one tenant that interactions are kept of; rows of further ones are rejected. */
  maxUsers: setting('LLMOS_RECOMMENDER_MAX_USERS', z.coerce.number().int().min(1).max(50_000_000).default(1_000_000)),
  /** Items of one tenant, described or only interacted with. */
  maxItems: setting('LLMOS_RECOMMENDER_MAX_ITEMS', z.coerce.number().int().min(1).max(10_000_000).default(200_000)),
  /** Newest interactions kept of one user; fewer where the broker's message limit says so. */
  maxHistory: setting('LLMOS_RECOMMENDER_MAX_HISTORY', z.coerce.number().int().min(1).max(5_000).default(5_000)),
  /** The embedding model for items nobody has touched, by its name in the catalog. */
  embeddings: setting('LLMOS_RECOMMENDER_EMBEDDINGS', z.string().min(1).default('minilm')),
  /** Where the embedding model runs. */
  device: setting('LLMOS_RECOMMENDER_DEVICE', deviceSchema),
  /** Threads of one training. */
  trainingThreads: setting('LLMOS_RECOMMENDER_TRAINING_THREADS', z.coerce.number().int().min(1).max(64).default(2)),
  /** Trainings this process does at once, and as many evaluations; a tenant has one of each. */
  trainings: setting('LLMOS_RECOMMENDER_TRAININGS', z.coerce.number().int().min(1).max(64).default(1)),
  /** Whether an empty store is given the sample shop, as the data of the tenant `shared`. */
  sample: setting('LLMOS_RECOMMENDER_SAMPLE', flag().default(true)),
  /** The folder of that sample. Default: deploy/samples/shop. */
  sampleFolder: setting('LLMOS_RECOMMENDER_SAMPLE_FOLDER', z.string().min(1).optional()),
});
export type RecommenderConfig = ConfigOf<typeof recommenderConfig>;
