import { changeEntry, Revisions } from '@llmos/bus';
import { LlmosError } from '@llmos/contracts';
import type { z } from 'zod';
import type { Artifacts } from './artifacts.js';
import { isShredded } from './shredded.js';
import type { RecordStore, Sealing } from './stores.js';
import {
  NO_VERSIONS,
  recordSchemaOf,
  rolledBack,
  servingOf,
  withoutVersion,
  withVersion,
  type Artifact,
  type TrainedVersion,
  type VersionRecord,
} from './version-record.js';

export interface RegistryOptions<V extends TrainedVersion> {
  readonly records: RecordStore;
  readonly version: z.ZodType<V>;
  /** Versions to keep per key, including the serving one. */
  readonly keep: number;
  /** The store of files, for versions that have one; versions that are small can be part of the record instead. */
  readonly files?: Artifacts | undefined;
  readonly atRest?: Pick<Sealing, 'shreddedSince'> | undefined;
  /** Converts a stored value from before there were version records; undefined for a version record. */
  readonly fromLegacy?: (value: unknown) => V | undefined;
  /** Receives the error of a record that cannot be read, or of files that could not be removed. */
  readonly onError: (key: string, error: unknown) => void;
}

export interface RegistryListener<V extends TrainedVersion> {
  /** Called for each record at the start, then after each change. `now` is undefined if the record was deleted. */
  onChange?(key: string, now: VersionRecord<V> | undefined, before: VersionRecord<V> | undefined): void;
  /** The tenant's keys were destroyed and its records with them. Records that were written later follow. */
  onForgotten?(tenant: string): void;
}

export interface AddOptions {
  /** Whether the new version serves from now on; see `decideReplacement`. */
  readonly replaces: boolean;
}

/**
 * The registry of trained things: their versions, which version serves, and rollback. A key is `<tenant>` or
 * `<tenant>.<name>`; the id of a version is the run that trained it. Every replica watches the records, so that a change
 * reaches all of them within moments; writers use compare-and-set.
 */
export class Registry<V extends TrainedVersion> {
  private readonly records = new Map<string, VersionRecord<V>>();
  private readonly revisions = new Revisions();
  private readonly schema: z.ZodType<VersionRecord<V>>;
  private watching?: { stop(): void };

  constructor(private readonly options: RegistryOptions<V>) {
    this.schema = recordSchemaOf(options.version);
  }

  /** Reads all records into memory, then follows their changes. */
  async start(listener: RegistryListener<V> = {}): Promise<void> {
    this.stop();
    this.watching = await this.options.records.watch({
      onUnreadable: this.options.onError,
      onForgotten: (tenant) => this.forget(tenant, listener),
      onEntry: ({ key, value, revision }) => {
        const [before, now] = [this.records.get(key), value && this.decode(value)];
        if (now) this.records.set(key, now);
        else this.records.delete(key);
        this.revisions.processed(key, revision);
        listener.onChange?.(key, now, before);
      },
    });
  }

  stop(): void {
    this.watching?.stop();
  }

  /** The record in memory. */
  recordOf(key: string): VersionRecord<V> | undefined {
    return this.records.get(key);
  }

  /** The revision of the record in memory. */
  revisionOf(key: string): number {
    return this.revisions.revisionOf(key);
  }

  /** The serving version, from memory. */
  servingOf(key: string): V | undefined {
    const record = this.records.get(key);
    return record && servingOf(record);
  }

  /** The keys of all records in memory. */
  keys(): string[] {
    return [...this.records.keys()];
  }

  /** Resolves when the record in memory has this revision, or a later one. */
  reached(key: string, revision: number, signal?: AbortSignal): Promise<void> {
    return this.revisions.reached(key, revision, signal);
  }

  /** The stored record. */
  async read(key: string): Promise<VersionRecord<V>> {
    const stored = await this.options.records.get(key);
    return stored ? this.decode(stored.value) : NO_VERSIONS;
  }

  /**
   * Adds a version. Adding it again changes nothing.
   *
   * @returns the revision of the record.
   * @throws LlmosError NOT_FOUND if the tenant's keys were destroyed after the training began.
   */
  async add(key: string, version: V, { replaces }: AddOptions): Promise<number> {
    const { keep } = this.options;
    this.refuseForgotten(key, version.version);
    const { after, revision } = await this.change(key, (record) =>
      hasVersion(record, version.version) ? record : withVersion(record, version, { replaces, keep }),
    );
    // Another delivery of the same run may have stored a different file before.
    if (version.object && !filesOf(after).has(version.object)) await this.options.files?.delete(version.object);
    if (this.isForgotten(key, version.version)) await this.discard(key, version.version);
    this.refuseForgotten(key, version.version);
    return revision;
  }

  /**
   * Stores the file of a version, from a path or bytes, and adds the version; see {@link add}.
   *
   * @param about the version without its file.
   */
  async addFile(
    key: string,
    source: string | Uint8Array,
    about: Omit<V, keyof Artifact> & TrainedVersion,
    options: AddOptions,
  ): Promise<number> {
    this.refuseForgotten(key, about.version);
    const file = await this.files.put(tenantOf(key), about.version, source);
    try {
      return await this.add(key, this.options.version.parse({ ...about, ...file }), options);
    } catch (error) {
      await this.files.delete(file.object);
      throw error;
    }
  }

  /** Downloads the file of a version to `path`; see {@link Artifacts.fetch}. */
  fetch(version: V & Artifact, path: string): Promise<void> {
    return this.files.fetch(version, path);
  }

  /** Makes another version serve, or none: see {@link rolledBack}. A run does so only once. */
  async rollback(
    key: string,
    run: string,
    version?: string | null,
  ): Promise<{ serving?: string | undefined; before?: string | undefined; revision: number }> {
    const { after, revision } = await this.change(key, (record) =>
      record.rollbacks.some((each) => each.run === run) ? record : rolledBack(record, run, version),
    );
    const { serving, before } = after.rollbacks.find((each) => each.run === run)!;
    return { serving, before, revision };
  }

  /** Deletes a record with its files. */
  async delete(key: string): Promise<void> {
    const record = await this.read(key);
    await this.options.records.delete(key);
    this.records.delete(key);
    await this.deleteFiles(record, NO_VERSIONS);
  }

  /** Whether the tenant's keys were destroyed after the training of this version began. */
  isForgotten(key: string, version: string): boolean {
    return isShredded(this.options.atRest, tenantOf(key), version);
  }

  private refuseForgotten(key: string, version: string): void {
    if (!this.isForgotten(key, version)) return;
    throw new LlmosError('NOT_FOUND', `The training data of version ${version} was destroyed during the training.`);
  }

  private async discard(key: string, version: string): Promise<void> {
    const { after } = await this.change(key, (record) => withoutVersion(record, version));
    if (after.versions.length === 0) await this.delete(key);
  }

  private async change(
    key: string,
    next: (record: VersionRecord<V>) => VersionRecord<V>,
  ): Promise<{ after: VersionRecord<V>; revision: number }> {
    let before: VersionRecord<V> = NO_VERSIONS;
    let after = before;
    const revision = await changeEntry(this.options.records, key, (value) => {
      before = value ? this.decode(value) : NO_VERSIONS;
      after = next(before);
      return after === before ? undefined : Buffer.from(JSON.stringify(after));
    });
    await this.deleteFiles(before, after);
    return { after, revision };
  }

  /** Deletes the files of versions that are no longer kept. */
  private async deleteFiles(before: VersionRecord<V>, after: VersionRecord<V>): Promise<void> {
    const kept = filesOf(after);
    for (const object of filesOf(before)) if (!kept.has(object)) await this.files.delete(object);
  }

  private forget(tenant: string, listener: RegistryListener<V>): void {
    for (const key of this.keys()) if (tenantOf(key) === tenant) this.records.delete(key);
    listener.onForgotten?.(tenant);
    this.options.files?.forget(tenant).catch((error: unknown) => this.options.onError(tenant, error));
  }

  private decode(bytes: Uint8Array): VersionRecord<V> {
    try {
      const value: unknown = JSON.parse(Buffer.from(bytes).toString());
      const legacy = this.options.fromLegacy?.(value);
      return legacy ? { ...NO_VERSIONS, serving: legacy.version, versions: [legacy] } : this.schema.parse(value);
    } catch (cause) {
      throw new LlmosError('INTERNAL', 'A record of trained versions cannot be read.', { cause });
    }
  }

  private get files(): Artifacts {
    if (!this.options.files) throw new LlmosError('INTERNAL', 'This registry was opened without a store of files.');
    return this.options.files;
  }
}

export function tenantOf(key: string): string {
  return key.split('.', 1)[0]!;
}

function hasVersion({ versions }: VersionRecord, version: string): boolean {
  return versions.some((each) => each.version === version);
}

function filesOf({ versions }: VersionRecord): Set<string> {
  return new Set(versions.flatMap(({ object }) => object ?? []));
}
