import { readdir, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { Revisions } from '@llmos/bus';
import { KeyedQueue } from '@llmos/resilience';
import { tenantOf, type Registry } from './registry.js';
import { servingOf, type Artifact, type TrainedVersion, type VersionRecord } from './version-record.js';

/** The version that this replica serves for one key. */
export interface ServedVersion<V extends TrainedVersion & Artifact, T> {
  readonly version: string;
  readonly path: string;
  readonly model: T;
  /** Its entry in the registry. */
  readonly entry: V;
}

export interface ServedVersionsOptions<V extends TrainedVersion & Artifact, T> {
  readonly registry: Registry<V>;
  /** Files are downloaded to `<folder>/<key>/<version><extension>`; all replicas of a machine share them. */
  readonly folder: string;
  readonly extension: string;
  open(path: string): Promise<T>;
  onLoaded?(): void;
  /** Receives the error of a version that could not be opened; it is tried again. */
  onError(key: string, error: unknown): void;
}

const RETRY_MS = 2_000;

/**
 * Serves the versions that the registry says: downloads the file of a new version, opens it, and closes the one
 * before. If that fails, the version before stays in service until an attempt succeeds. Without a serving version in
 * the registry, none is served.
 */
export class ServedVersions<V extends TrainedVersion & Artifact, T extends { close(): void }> {
  private readonly keys = new Set<string>();
  private readonly served = new Map<string, ServedVersion<V, T>>();
  private readonly queue = new KeyedQueue();
  private readonly revisions = new Revisions();
  private readonly stopped = new AbortController();

  constructor(private readonly options: ServedVersionsOptions<V, T>) {}

  /** Starts the registry. Resolves when the versions that serve at the start are open or have failed. */
  async start(): Promise<void> {
    let first: Promise<void>[] | undefined = [];
    await this.options.registry.start({
      onChange: (key, now, before) => {
        this.keys.add(key);
        if (before) void this.removeFiles(key, before, now);
        const following = this.follow(key);
        first?.push(following);
      },
      onForgotten: (tenant) => void this.forget(tenant),
    });
    await Promise.all(first);
    first = undefined;
  }

  stop(): void {
    this.stopped.abort();
    this.options.registry.stop();
    for (const key of [...this.served.keys()]) this.close(key);
  }

  get(key: string): ServedVersion<V, T> | undefined {
    return this.served.get(key);
  }

  /** The path of a version's file on this machine. */
  pathOf(key: string, version: string): string {
    const { folder, extension } = this.options;
    return join(folder, ...key.split('.'), `${version}${extension}`);
  }

  /** Resolves when this replica serves what this revision of the record, or a later one, says. */
  reached(key: string, revision: number, signal: AbortSignal): Promise<void> {
    return this.revisions.reached(key, revision, signal);
  }

  /**
   * Removes the files of versions that are no longer kept. Another replica of the machine may do so at the same time.
   */
  private async removeFiles(key: string, before: VersionRecord<V>, now: VersionRecord<V> | undefined): Promise<void> {
    const kept = new Set(now?.versions.map(({ version }) => version));
    const gone = before.versions.filter(({ version }) => !kept.has(version));
    const removals = gone.map(({ version }) => rm(this.pathOf(key, version), { force: true }));
    await Promise.all(removals).catch((error: unknown) => this.options.onError(key, error));
  }

  /** Closes the versions whose training data was destroyed, and removes their files. */
  private async forget(tenant: string): Promise<void> {
    const isForgotten = (version: string) => this.options.registry.isForgotten(tenant, version);
    try {
      for (const key of this.keys) {
        if (tenantOf(key) !== tenant) continue;
        await this.queue.run(key, async () => {
          const served = this.served.get(key);
          if (served && isForgotten(served.version)) this.close(key);
        });
      }
      const folder = join(this.options.folder, tenant);
      for (const file of await readdir(folder, { recursive: true }).catch(() => [])) {
        if (isForgotten(basename(file).split('.', 1)[0]!)) await rm(join(folder, file), { force: true });
      }
    } catch (error) {
      this.options.onError(tenant, error);
    }
  }

  private async follow(key: string): Promise<void> {
    try {
      await this.queue.run(key, () => this.catchUp(key));
    } catch (error) {
      if (this.stopped.signal.aborted) return;
      this.options.onError(key, error);
      setTimeout(() => void this.follow(key), RETRY_MS).unref();
    }
  }

  private async catchUp(key: string): Promise<void> {
    const { registry } = this.options;
    const [record, revision] = [registry.recordOf(key), registry.revisionOf(key)];
    if (this.stopped.signal.aborted) return;
    const wanted = record && servingOf(record);
    if (!wanted) this.close(key);
    else if (wanted.version !== this.served.get(key)?.version) await this.open(key, wanted);
    this.revisions.processed(key, revision);
  }

  private async open(key: string, entry: V): Promise<void> {
    const path = this.pathOf(key, entry.version);
    await this.options.registry.fetch(entry, path);
    const model = await this.options.open(path);
    this.close(key);
    this.served.set(key, { version: entry.version, path, model, entry });
    this.options.onLoaded?.();
  }

  private close(key: string): void {
    this.served.get(key)?.model.close();
    this.served.delete(key);
  }
}
