import { mkdir, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { ModelCatalog, type CatalogFile } from './model-catalog.js';
import type { CatalogModel, ModelUse } from './model-catalog.schema.js';
import { withFileLock } from './file-lock.js';
import { hashFile } from './hashed-file.js';
import { ModelFetch } from './model-fetch.js';
import { verifyOptimised } from '../encoder/optimised-files.js';
import type { FetchProgress } from './progress-meter.js';
import type { HubSettings } from './sources/hub.source.js';
import { StoreLayout } from './store-layout.js';

export interface ModelStoreOptions {
  /** The cache folder (`LLMOS_HOME`); models go in its `models` folder. */
  readonly home: string;
  readonly catalogPath: string;
  /** The base of relative `path` sources. Default: the folder above the catalog's. */
  readonly root?: string;
  /** `<process.platform>-<process.arch>`. Default: this machine's. */
  readonly platform?: string;
  /** The hub's address and token (default address: the catalog's `hubUrl`), timeouts and retries. */
  readonly http?: HubSettings;
}

export interface EnsureOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: FetchProgress) => void;
}

export interface ListedModel {
  readonly name: string;
  readonly use: ModelUse;
  readonly description: string;
  readonly licence: string;
  /** Of all files; absent if the catalog does not know it. */
  readonly sizeBytes?: number;
  /** Every file is in the store. */
  readonly present: boolean;
}

export type FileState = 'ok' | 'missing' | 'mismatch';

/**
 * The store of the model files: fetches each from the first source that has it, checks its hash, and keeps it by
 * content. No other library downloads models, and a file on disk is the file of the catalog.
 */
export class ModelStore {
  private readonly layout: StoreLayout;

  /** @throws LlmosError if the catalog cannot be read or is not valid. */
  static async open(options: ModelStoreOptions): Promise<ModelStore> {
    return new ModelStore(options, await ModelCatalog.read(options.catalogPath));
  }

  private constructor(
    private readonly options: ModelStoreOptions,
    private readonly catalog: ModelCatalog,
  ) {
    this.layout = new StoreLayout(resolve(options.home));
  }

  /** The folder of optimised models; see `optimisedModel`. */
  get optimised(): string {
    return this.layout.optimised;
  }

  /** The catalog's entry of a model. @throws LlmosError NOT_FOUND */
  describe(name: string): CatalogModel {
    return this.catalog.model(name);
  }

  /**
   * The absolute paths of a model's files by key; missing files are fetched first.
   *
   * Any number of processes may ask at once: one fetches, the others wait. Interrupted downloads are resumed, also by
   * a later call. Rejects with NOT_FOUND for an unknown name, with UNAVAILABLE listing every source and why it failed,
   * and with the signal's reason on abort.
   */
  async ensure(name: string, options: EnsureOptions = {}): Promise<Record<string, string>> {
    const present = await this.find(name);
    if (present) return present;
    await mkdir(this.layout.locks, { recursive: true });
    return withFileLock(
      this.layout.lock(name),
      async () => (await this.find(name)) ?? this.fetchMissing(name, options),
      options.signal,
    );
  }

  /** The paths if every file is in the store, else undefined. Never fetches. */
  async find(name: string): Promise<Record<string, string> | undefined> {
    const files = await this.locate(name);
    const paths: Record<string, string> = {};
    for (const { file, path } of files) {
      if (!path) return undefined;
      paths[file.key] = path;
    }
    return paths;
  }

  /** The size of all files; undefined if the catalog does not know it, or has none of them for this platform. */
  sizeBytes(name: string): number | undefined {
    try {
      const sizes = this.wanted(name).map((file) => file.sizeBytes);
      return sizes.includes(undefined) ? undefined : sizes.reduce((sum: number, size) => sum + (size ?? 0), 0);
    } catch {
      return undefined;
    }
  }

  /** Every model in the catalog, in its order. */
  async list(): Promise<ListedModel[]> {
    return Promise.all(this.catalog.names.map((name) => this.listed(name)));
  }

  /** Hashes the files again. A `mismatch` has changed on disk: delete it, and the next `ensure` fetches it again. */
  async verify(name: string, { signal }: { signal?: AbortSignal } = {}): Promise<Record<string, FileState>> {
    const states: Record<string, FileState> = {};
    for (const file of this.wanted(name)) {
      const path = this.layout.content(file.sha256, file.filename);
      const digest = (await exists(path)) ? await hashFile(path, signal) : undefined;
      states[file.key] = !digest ? 'missing' : digest.sha256 === file.sha256 ? 'ok' : 'mismatch';
    }
    return states;
  }

  /** As {@link verify}, for the optimised models: each file by its path, and whether it is unchanged. */
  verifyOptimised(signal?: AbortSignal): Promise<Map<string, boolean>> {
    return verifyOptimised(this.optimised, signal);
  }

  private async fetchMissing(name: string, options: EnsureOptions): Promise<Record<string, string>> {
    const { root = resolve(dirname(this.options.catalogPath), '..'), http } = this.options;
    const hub = { ...http, hubUrl: http?.hubUrl ?? this.catalog.hubUrl };
    const attempt = new ModelFetch({ ...options, model: name, layout: this.layout, root, http: hub });
    const paths: Record<string, string> = {};
    let done = false;
    await attempt.begin();
    try {
      for (const { file, path } of await this.locate(name)) {
        paths[file.key] = path ?? (await attempt.fetch(file));
      }
      done = true;
    } finally {
      await attempt.end({ keepParts: !done });
    }
    return paths;
  }

  private async locate(name: string): Promise<{ file: CatalogFile; path?: string }[]> {
    return Promise.all(
      this.wanted(name).map(async (file) => {
        const path = this.layout.content(file.sha256, file.filename);
        return (await exists(path, file.sizeBytes)) ? { file, path } : { file };
      }),
    );
  }

  private wanted(name: string): CatalogFile[] {
    return this.catalog.files(name, this.options.platform ?? `${process.platform}-${process.arch}`);
  }

  private async listed(name: string): Promise<ListedModel> {
    const { use, description, licence } = this.catalog.model(name);
    const sizeBytes = this.sizeBytes(name);
    const present = (await this.find(name).catch(() => undefined)) !== undefined;
    return { name, use, description, licence, present, ...(sizeBytes ? { sizeBytes } : {}) };
  }
}

async function exists(path: string, sizeBytes?: number): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  return found !== undefined && found.isFile() && (sizeBytes === undefined || found.size === sizeBytes);
}
