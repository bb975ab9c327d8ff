import { LlmosError } from '@llmos/contracts';
import { models, train, type ModelVersion } from '@llmos/contracts/capabilities/recommender';
import { z } from 'zod';

const keptVersionSchema = models.output.shape.versions.element.extend({
  object: z.string(),
  sha256: z.string(),
  sizeBytes: z.number(),
  /** Deeds worth less did not count as liked. */
  minValue: z.number().optional(),
  /** What its training answered: a task delivered again answers the same. */
  report: train.output,
});

/** The models of one tenant, as every replica knows them. */
export const modelRecordSchema = z.object({
  serving: z.string().optional(),
  /** Those served before, the last one last. */
  before: z.array(z.string()),
  /** Newest first. */
  versions: z.array(keptVersionSchema),
  /** The last rollbacks by run: one delivered again must not go back twice. */
  rollbacks: z.array(z.object({ run: z.string(), serving: z.string(), before: z.string() })),
});
export type ModelRecord = z.infer<typeof modelRecordSchema>;
export type KeptVersion = ModelRecord['versions'][number];

export const NO_MODELS: ModelRecord = { before: [], versions: [], rollbacks: [] };

/** Versions that are kept, the serving one among them. */
const MAX_VERSIONS = 5;
const MAX_ROLLBACKS = 5;

/** The record with one more version, serving if it replaces; the oldest that does not serve goes when there are too many. */
export function withVersion(record: ModelRecord, version: KeptVersion): ModelRecord {
  const isServing = version.report.replaced;
  const serving = isServing ? version.version : record.serving;
  const before = isServing && record.serving ? [...record.before, record.serving] : record.before;
  const versions = [version, ...record.versions];
  while (versions.length > MAX_VERSIONS) versions.splice(findLastIndex(versions, serving), 1);
  const kept = new Set(versions.map((each) => each.version));
  return { ...record, serving, versions, before: before.filter((each) => kept.has(each)).slice(-MAX_VERSIONS) };
}

function findLastIndex(versions: readonly KeptVersion[], serving: string | undefined): number {
  return versions.findLastIndex(({ version }) => version !== serving);
}

/**
 * The record with another version serving: the one named, or the one that served before.
 *
 * @throws LlmosError NOT_FOUND when there is none, or it is not kept.
 */
export function rolledBack(record: ModelRecord, run: string, version?: string): ModelRecord {
  const known = record.versions.map((each) => each.version);
  if (!record.serving) throw new LlmosError('NOT_FOUND', 'No model is served, so there is nothing to go back from.');
  const target = version ?? record.before.at(-1);
  if (target === undefined)
    throw new LlmosError('NOT_FOUND', `No model was served before ${record.serving}, and none is named.`);
  if (!known.includes(target))
    throw new LlmosError('NOT_FOUND', `There is no model '${target}'. There are: ${known.join(', ')}.`, {
      field: 'version',
    });
  const before = version === undefined ? record.before.slice(0, -1) : [...record.before, record.serving];
  const rollback = { run, serving: target, before: record.serving };
  return {
    ...record,
    serving: target,
    before: before.slice(-MAX_VERSIONS),
    rollbacks: [...record.rollbacks, rollback].slice(-MAX_ROLLBACKS),
  };
}

/** What callers may know of a version. */
export function describeVersion(kept: KeptVersion): ModelVersion {
  const { version, algorithm, createdAt, users, items, interactions, ndcg10 } = kept;
  return { version, algorithm, createdAt, users, items, interactions, ndcg10 };
}
