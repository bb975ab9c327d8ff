import { LlmosError } from '@llmos/contracts';
import { z } from 'zod';

/** A stored file, and how to verify it. */
export const artifactSchema = z.object({
  object: z.string(),
  /** In hex. */
  sha256: z.string(),
  sizeBytes: z.number(),
});
export type Artifact = z.output<typeof artifactSchema>;

/** One trained version. Services extend it by what they report of a version. */
export const versionSchema = z.object({
  /** The id of the run that trained it. */
  version: z.string(),
});
export interface TrainedVersion extends Partial<Artifact> {
  readonly version: string;
}

const rollbackSchema = z.object({
  run: z.string(),
  serving: z.string().optional(),
  before: z.string().optional(),
});

/** The versions of one trained thing, such as the model of a tenant. */
export interface VersionRecord<V extends TrainedVersion = TrainedVersion> {
  readonly serving?: string | undefined;
  /** Versions that served earlier, most recent last. */
  readonly before: readonly string[];
  /** Newest first. */
  readonly versions: readonly V[];
  /** The last rollbacks by run: a run that is delivered again must not roll back twice. */
  readonly rollbacks: readonly z.output<typeof rollbackSchema>[];
}

export const NO_VERSIONS: VersionRecord<never> = { before: [], versions: [], rollbacks: [] };

const MAX_ROLLBACKS = 5;

export function recordSchemaOf<V extends TrainedVersion>(version: z.ZodType<V>): z.ZodType<VersionRecord<V>> {
  return z.object({
    serving: z.string().optional(),
    before: z.array(z.string()),
    versions: z.array(version),
    rollbacks: z.array(rollbackSchema),
  });
}

/** The version that serves; undefined before the first one. */
export function servingOf<V extends TrainedVersion>({ serving, versions }: VersionRecord<V>): V | undefined {
  return versions.find(({ version }) => version === serving);
}

export interface Added {
  /** Whether the new version serves from now on. */
  readonly replaces: boolean;
  /** Versions to keep, including the serving one. */
  readonly keep: number;
}

/** Adds a version. If there are too many then, the oldest ones that do not serve are removed. */
export function withVersion<V extends TrainedVersion>(
  record: VersionRecord<V>,
  version: V,
  { replaces, keep }: Added,
): VersionRecord<V> {
  const serving = replaces ? version.version : record.serving;
  const before = replaces && record.serving ? [...record.before, record.serving] : record.before;
  const versions = [version, ...record.versions];
  while (versions.length > keep)
    versions.splice(
      versions.findLastIndex((each) => each.version !== serving),
      1,
    );
  const kept = new Set(versions.map((each) => each.version));
  return { ...record, serving, versions, before: before.filter((each) => kept.has(each)).slice(-keep) };
}

/** Removes a version; if it served, the version that served before it serves again. */
export function withoutVersion<V extends TrainedVersion>(record: VersionRecord<V>, version: string): VersionRecord<V> {
  const before = record.before.filter((each) => each !== version);
  const versions = record.versions.filter((each) => each.version !== version);
  return record.serving === version
    ? { ...record, serving: before.at(-1), before: before.slice(0, -1), versions }
    : { ...record, before, versions };
}

/**
 * Makes another version serve: the named one, or what served before. Before the first version none served, so that
 * going back from it serves none; `null` asks for this.
 *
 * @throws LlmosError NOT_FOUND if none is serving and none is named, or the named one is not kept.
 */
export function rolledBack<V extends TrainedVersion>(
  record: VersionRecord<V>,
  run: string,
  version?: string | null,
): VersionRecord<V> {
  const { serving, before, versions, rollbacks } = record;
  if (!serving && version === undefined)
    throw new LlmosError('NOT_FOUND', 'No version is serving, so there is nothing to roll back.');
  const target = version === undefined ? before.at(-1) : (version ?? undefined);
  const known = versions.map((each) => each.version);
  if (target !== undefined && !known.includes(target)) {
    const message = `There is no version '${target}'. The versions are: ${known.join(', ')}.`;
    throw new LlmosError('NOT_FOUND', message, { field: 'version' });
  }
  return {
    serving: target,
    before: beforeOf(record, target, version !== undefined),
    versions,
    rollbacks: [...rollbacks, { run, serving: target, before: serving }].slice(-MAX_ROLLBACKS),
  };
}

function beforeOf(
  { serving, before, versions }: VersionRecord,
  target: string | undefined,
  isNamed: boolean,
): string[] {
  if (target === serving) return [...before];
  if (!isNamed) return before.slice(0, -1);
  return [...before, ...(serving === undefined ? [] : [serving])].slice(-versions.length);
}
