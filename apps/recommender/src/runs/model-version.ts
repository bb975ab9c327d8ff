import { models, train, type ModelVersion } from '@llmos/contracts/capabilities/recommender-training';
import { artifactSchema, versionSchema } from '@llmos/registry';
import { z } from 'zod';

/** A trained model in the registry. */
export const modelEntrySchema = versionSchema.extend({
  ...artifactSchema.shape,
  ...models.output.shape.versions.element.shape,
  /** Interactions of a lower value did not count as liked in its training. */
  minValue: z.number().optional(),
  /** The answer of its training; the task gets the same answer when it is delivered again. */
  report: train.output,
});
export type ModelEntry = z.output<typeof modelEntrySchema>;

/** Models to keep per tenant, including the serving one. */
export const KEPT_MODELS = 5;

/** The public part of an entry. */
export function describeVersion(entry: ModelEntry): ModelVersion {
  const { version, algorithm, createdAt, users, items, interactions, ndcg10 } = entry;
  return { version, algorithm, createdAt, users, items, interactions, ndcg10 };
}
